using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace CrmCloud.Core.Moving;

/// <summary>
/// One form for all JSON that means the same: stores differ in the order of members and the way of numbers.
/// </summary>
internal static class CanonicalJson
{
    // Within it a decimal holds every number that a double tells apart; beyond it the double speaks.
    private const double LeastExact = 1e-9;
    private const double MostExact = 1e15;

    public static void Write(JsonElement value, IBufferWriter<byte> to)
    {
        using var json = new Utf8JsonWriter(to);
        Write(value, json);
    }

    private static void Write(JsonElement value, Utf8JsonWriter json)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    Write(member.Value, json);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, json);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.Number:
                json.WriteRawValue(Number(value), skipInputValidation: true);
                break;
            case JsonValueKind.String:
                json.WriteStringValue(value.GetString());
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static string Number(JsonElement value)
    {
        if (value.TryGetInt64(out var whole))
        {
            return whole.ToString(CultureInfo.InvariantCulture);
        }

        var size = Math.Abs(value.GetDouble());
        return size is >= LeastExact and <= MostExact && value.TryGetDecimal(out var exact)
            ? exact.ToString("0.############################", CultureInfo.InvariantCulture)
            : value.GetDouble().ToString("R", CultureInfo.InvariantCulture);
    }
}
