using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Http;

/// <summary>One message of graphql-transport-ws from a client.</summary>
/// <param name="Id">Of the operation; null where the kind has none.</param>
/// <param name="Payload">A JSON value; empty for none.</param>
internal sealed record SocketMessage(string Type, string? Id, ReadOnlyMemory<byte> Payload)
{
    /// <exception cref="SocketClosedException">4400: no message of the protocol.</exception>
    public static SocketMessage Parse(ReadOnlyMemory<byte> utf8, int maximumDepth)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = maximumDepth + 1 });
            return Read(json.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Invalid("Message is not JSON, or nested too deeply");
        }
    }

    public static JsonBuffer Write(string type, string? id = null, ReadOnlySpan<byte> payload = default)
    {
        var output = new JsonBuffer(payload.Length + 128, int.MaxValue);
        output.WriteRaw("{"u8);
        if (id is not null)
        {
            output.WriteRaw("\"id\":"u8);
            output.WriteString(id);
            output.WriteRaw(","u8);
        }

        output.WriteRaw("\"type\":"u8);
        output.WriteString(type);
        if (!payload.IsEmpty)
        {
            output.WriteRaw(",\"payload\":"u8);
            output.WriteRaw(payload);
        }

        output.WriteRaw("}"u8);
        return output;
    }

    private static SocketMessage Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || TextOf(json, "type") is not { } type)
        {
            throw Invalid("Message is missing the 'type' property");
        }

        var id = TextOf(json, "id");
        if (type is "subscribe" or "complete" && id is not { Length: > 0 and <= 200 })
        {
            throw Invalid("Message needs an 'id' of 1 to 200 characters");
        }

        var payload = json.TryGetProperty("payload", out var given) && given.ValueKind != JsonValueKind.Null
            ? JsonMarshal.GetRawUtf8Value(given).ToArray()
            : default(ReadOnlyMemory<byte>);
        if (!payload.IsEmpty && given.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("The 'payload' of a message is an object");
        }

        if (type == "connection_init" && !JsonRaw.IsUnicode(given))
        {
            throw Invalid("The 'payload' of a message is Unicode text");
        }

        return new SocketMessage(type, id, payload);
    }

    private static string? TextOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static SocketClosedException Invalid(string reason) => new(CloseCode.InvalidMessage, reason);
}

/// <summary>Why this side closes a socket; the numbers of graphql-transport-ws, and two of RFC 6455.</summary>
internal enum CloseCode
{
    GoingAway = 1001,
    MessageTooBig = 1009,
    TryAgainLater = 1013,
    InvalidMessage = 4400,
    Unauthorized = 4401,
    Forbidden = 4403,
    SubprotocolNotAcceptable = 4406,
    InitialisationTimeout = 4408,
    SubscriberAlreadyExists = 4409,
    TooManyInitialisationRequests = 4429,
    InternalServerError = 4500,
}

/// <summary>Ends a socket. Thrown where the reason is seen, carried out in one place.</summary>
/// <param name="reason">Shown to the client, cut to the 123 bytes a close frame has room for.</param>
internal sealed class SocketClosedException(CloseCode code, string reason) : Exception(reason)
{
    public CloseCode Code { get; } = code;

    public string Reason
    {
        get
        {
            var text = Message;
            while (Encoding.UTF8.GetByteCount(text) > 123)
            {
                text = text[..^1];
            }

            return text;
        }
    }
}
