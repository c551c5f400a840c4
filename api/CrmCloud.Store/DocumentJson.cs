using System.Buffers.Text;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrmCloud.Store;

/// <summary>The one way documents become JSON, equal in every store.</summary>
public static class DocumentJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    // Documents write their version first, so that a store can set it without parsing the rest.
    private static ReadOnlySpan<byte> Head => "{\"version\":"u8;

    public static byte[] Write(IDocument document) =>
        JsonSerializer.SerializeToUtf8Bytes(document, document.GetType(), Options);

    public static T Read<T>(ReadOnlySpan<byte> body) where T : class, IDocument =>
        JsonSerializer.Deserialize<T>(body, Options)
        ?? throw new InvalidDataException($"A stored {typeof(T).Name} is the JSON null.");

    /// <summary>The document's JSON with another version number. May change <paramref name="body"/> in place.</summary>
    /// <param name="body">What <see cref="Write"/> returned.</param>
    /// <exception cref="InvalidOperationException">The document's type hides its version from JSON: a bug.</exception>
    public static byte[] WithVersion(byte[] body, long version)
    {
        if (!body.AsSpan().StartsWith(Head)
            || !Utf8Parser.TryParse(body.AsSpan(Head.Length), out long _, out var length))
        {
            throw new InvalidOperationException("A document must have its Version in its JSON.");
        }

        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(version, digits, out var newLength);
        if (newLength == length)
        {
            digits[..newLength].CopyTo(body.AsSpan(Head.Length));
            return body;
        }

        return [.. Head, .. digits[..newLength], .. body.AsSpan(Head.Length + length)];
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.Strict,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { ShapeDocument } },
        };
        options.Converters.Add(new JsonStringEnumConverter());
        options.MakeReadOnly();
        return options;
    }

    // Attributes on an interface's members do not reach the classes behind it, so its rules are applied here.
    private static void ShapeDocument(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || !typeof(IDocument).IsAssignableFrom(type.Type))
        {
            return;
        }

        for (var at = type.Properties.Count - 1; at >= 0; at--)
        {
            var name = (type.Properties[at].AttributeProvider as PropertyInfo)?.Name;
            if (name is nameof(IDocument.Key) or nameof(IDocument.TimeToLive))
            {
                type.Properties.RemoveAt(at);
            }
            else if (name == nameof(IDocument.Version))
            {
                type.Properties[at].Order = int.MinValue;
            }
        }
    }
}
