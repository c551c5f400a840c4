using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmCloud.Store;

/// <summary>The one way documents become JSON, equal in every store.</summary>
public static class DocumentJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    public static byte[] Write(IDocument document) => JsonSerializer.SerializeToUtf8Bytes(document, document.GetType(), Options);

    public static T Read<T>(ReadOnlySpan<byte> body) where T : class, IDocument =>
        JsonSerializer.Deserialize<T>(body, Options)
        ?? throw new InvalidDataException($"A stored {typeof(T).Name} is the JSON null.");

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.Strict,
        };
        options.Converters.Add(new JsonStringEnumConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
