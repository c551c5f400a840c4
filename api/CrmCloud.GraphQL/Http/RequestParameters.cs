using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.GraphQL.Http;

/// <summary>The four parameters of GraphQL over HTTP. Dispose it when the request has been answered.</summary>
internal sealed class RequestParameters : IDisposable
{
    private const string Expected =
        "Expected is a JSON object with \"query\" and, where needed, \"variables\": {\"query\": \"{ __typename }\"}.";

    private JsonDocument? _variables;
    private JsonDocument? _extensions;

    public ReadOnlyMemory<byte> Query { get; private set; }

    public string? OperationName { get; private set; }

    /// <summary>Names a document the server has; null when the document itself is sent.</summary>
    public string? DocumentId { get; private set; }

    /// <summary>
    /// The SHA-256 of the document in hexadecimal, of automatic persisted queries; null when not given.
    /// </summary>
    public string? DocumentHash { get; private set; }

    /// <summary>Undefined when not given.</summary>
    public JsonElement Variables => _variables?.RootElement ?? default;

    /// <summary>Undefined when not given.</summary>
    public JsonElement Extensions => _extensions?.RootElement ?? default;

    /// <exception cref="HttpRefusalException">400: not JSON, or a parameter of a wrong type.</exception>
    public static RequestParameters FromBody(ReadOnlyMemory<byte> body, int maximumDepth)
    {
        var parameters = new RequestParameters();
        try
        {
            parameters.ReadBody(body, maximumDepth);
            return parameters.Complete();
        }
        catch (Exception fault)
        {
            throw parameters.Refusal(fault);
        }
    }

    /// <exception cref="HttpRefusalException">
    /// 400: variables or extensions are no JSON object, or there is no query.
    /// </exception>
    public static RequestParameters FromUrl(IQueryCollection query, int maximumDepth)
    {
        var parameters = new RequestParameters();
        try
        {
            parameters.ReadUrl(query, maximumDepth);
            return parameters.Complete();
        }
        catch (Exception fault)
        {
            throw parameters.Refusal(fault);
        }
    }

    public void Dispose()
    {
        _variables?.Dispose();
        _extensions?.Dispose();
    }

    private RequestParameters Complete()
    {
        DocumentHash = HashIn(Extensions);
        return Query.IsEmpty && DocumentId is null && DocumentHash is null
            ? throw Bad($"The request has no \"query\". {Expected}")
            : this;
    }

    private static string? HashIn(JsonElement extensions) =>
        extensions.ValueKind == JsonValueKind.Object
        && extensions.TryGetProperty("persistedQuery", out var persisted)
        && persisted.ValueKind == JsonValueKind.Object
        && persisted.TryGetProperty("sha256Hash", out var hash) && hash.ValueKind == JsonValueKind.String
            ? hash.GetString()
            : null;

    // An InvalidOperationException is the reader's word for text that is not Unicode.
    private HttpRefusalException Refusal(Exception fault)
    {
        Dispose();
        return fault switch
        {
            HttpRefusalException refusal => refusal,
            JsonException or InvalidOperationException => Bad("The request is not valid JSON, or nested too deeply."),
            _ => throw new InvalidOperationException("The parameters could not be read.", fault),
        };
    }

    private void ReadUrl(IQueryCollection query, int maximumDepth)
    {
        Query = Encoding.UTF8.GetBytes(query["query"].ToString());
        OperationName = query["operationName"] is [{ Length: > 0 } name] ? name : null;
        DocumentId = query["documentId"] is [{ Length: > 0 } id] ? id : null;
        _variables = ParseMap("variables", query["variables"], maximumDepth);
        _extensions = ParseMap("extensions", query["extensions"], maximumDepth);
    }

    private void ReadBody(ReadOnlyMemory<byte> body, int maximumDepth)
    {
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            throw Bad($"The body is empty. {Expected}");
        }

        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = maximumDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Bad(reader.TokenType == JsonTokenType.StartArray
                ? $"Batches are not supported. {Expected}"
                : $"The body is no JSON object. {Expected}");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadMember(ref reader, body, maximumDepth);
        }

        // Reading on makes the reader refuse whatever stands after the object.
        reader.Read();
    }

    private void ReadMember(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, int maximumDepth)
    {
        if (reader.ValueTextEquals("query"u8))
        {
            reader.Read();
            Query = TextOf(ref reader, body);
        }
        else if (reader.ValueTextEquals("operationName"u8))
        {
            reader.Read();
            OperationName = NameOf("operationName", ref reader);
        }
        else if (reader.ValueTextEquals("documentId"u8))
        {
            reader.Read();
            DocumentId = NameOf("documentId", ref reader);
        }
        else if (reader.ValueTextEquals("variables"u8))
        {
            reader.Read();
            Replace(ref _variables, MapOf("variables", ref reader, body, maximumDepth));
        }
        else if (reader.ValueTextEquals("extensions"u8))
        {
            reader.Read();
            Replace(ref _extensions, MapOf("extensions", ref reader, body, maximumDepth));
        }
        else
        {
            reader.Read();
            reader.Skip();
        }
    }

    private static void Replace(ref JsonDocument? current, JsonDocument? given)
    {
        current?.Dispose();
        current = given;
    }

    private static string? NameOf(string member, ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Null
            ? reader.GetString()
            : throw Bad($"\"{member}\" must be a string.");

    private static ReadOnlyMemory<byte> TextOf(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            throw Bad("\"query\" must be a string.");
        }

        if (!reader.ValueIsEscaped)
        {
            return body.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        }

        var unescaped = new byte[reader.ValueSpan.Length];
        return unescaped.AsMemory(0, reader.CopyString(unescaped));
    }

    private static JsonDocument? MapOf(
        string name, ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, int maximumDepth)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Bad($"\"{name}\" must be an object.");
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var slice = body[start..(int)reader.BytesConsumed];
        return slice.Length == 2
            ? null
            : JsonDocument.Parse(slice, new JsonDocumentOptions { MaxDepth = maximumDepth });
    }

    private static JsonDocument? ParseMap(string name, string? text, int maximumDepth)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var map = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = maximumDepth });
        var kind = map.RootElement.ValueKind;
        if (kind == JsonValueKind.Object)
        {
            return map;
        }

        map.Dispose();
        return kind == JsonValueKind.Null ? null : throw Bad($"\"{name}\" must be an object.");
    }

    private static HttpRefusalException Bad(string message) => new(400, "BAD_REQUEST", message);
}
