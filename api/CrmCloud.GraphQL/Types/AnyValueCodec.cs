using System.Text.Json;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Types;

/// <summary>Any JSON, in and out: scalars of which nothing but the name is known.</summary>
internal sealed class AnyValueCodec : ScalarCodec
{
    public static readonly AnyValueCodec Instance = new();

    public override Type ClrType => typeof(JsonElement);

    public override object? Read(in ScalarInput input, out string? error)
    {
        try
        {
            error = null;
            return input.ToJson();
        }
        catch (JsonException)
        {
            // A literal around a variable: neither is too deep by itself.
            error = "It is nested too deeply.";
            return null;
        }
    }

    public override string? Write(object value, JsonBuffer output)
    {
        switch (value)
        {
            case JsonElement json:
                output.WriteValue(json);
                break;
            case JsonDocument document:
                output.WriteValue(document.RootElement);
                break;
            default:
                output.WriteRaw(JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web));
                break;
        }

        return null;
    }
}
