using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Pipeline;

/// <summary>How inputs are written for their hash, and payloads for their replay.</summary>
public static class PipelineJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(DocumentJson.Options)
        {
            // Absent and null mean different things in an update, so their hashes must differ.
            DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        };
        options.Converters.Add(new OptionalConverters());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>Absent becomes [], present [value].</summary>
    private sealed class OptionalConverters : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(
                typeof(OptionalConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;
    }

    private sealed class OptionalConverter<T> : JsonConverter<Optional<T>>
    {
        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var values = JsonSerializer.Deserialize<T[]>(ref reader, options)!;
            return values.Length == 0 ? default : new Optional<T>(values[0]);
        }

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.IsSet ? new[] { value.Value } : [], options);
    }
}
