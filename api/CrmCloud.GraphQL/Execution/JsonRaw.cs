using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace CrmCloud.GraphQL.Execution;

/// <summary>JSON values as bytes, and as graphql-js shows them in messages.</summary>
internal static class JsonRaw
{
    private const int ShownItems = 10;
    private const int ShownDepth = 2;
    private const int LongestShown = 1_000;

    /// <summary>The value without insignificant white space.</summary>
    public static ReadOnlySpan<byte> Compact(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return Encoding.UTF8.GetBytes(value.GetRawText());
        }

        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { SkipValidation = true }))
        {
            value.WriteTo(writer);
        }

        return bytes.WrittenSpan;
    }

    /// <summary>
    /// As graphql-js's <c>inspect</c>: <c>{ a: "x", b: [1, 2] }</c>, at most two levels and ten items of a list. Cut
    /// where it is long: who sent megabytes does not get them back with every problem.
    /// </summary>
    public static string Inspect(JsonElement value)
    {
        var text = new StringBuilder();
        Inspect(value, 0, text);
        return Cut(text.ToString());
    }

    /// <summary>The first thousand characters of a text, and dots when there are more.</summary>
    public static string Cut(string text) =>
        text.Length > LongestShown ? string.Concat(text.AsSpan(0, LongestShown), "...") : text;

    /// <summary>
    /// Whether the text of the value is Unicode: UTF-8 without a lone surrogate, escaped or not. If not, reading it
    /// throws.
    /// </summary>
    public static bool IsUnicode(JsonElement value)
    {
        var json = value.ValueKind == JsonValueKind.Undefined ? default : JsonMarshal.GetRawUtf8Value(value);
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        // Backslashes stand only in strings, and those are well formed: the JSON has been parsed.
        while (json.IndexOf((byte)'\\') is >= 0 and var start)
        {
            var unit = UnitOf(json[start..]);
            var isPair = char.IsHighSurrogate(unit) && json.Length >= start + 12
                && char.IsLowSurrogate(UnitOf(json[(start + 6)..]));
            if (char.IsSurrogate(unit) && !isPair)
            {
                return false;
            }

            json = json[(start + (isPair ? 12 : 2))..];
        }

        return true;
    }

    /// <summary>The text as JSON.stringify writes it: only what must be escaped is.</summary>
    public static string Quote(string text)
    {
        using var buffer = new JsonBuffer((text.Length * 3) + 16);
        buffer.WriteString(text);
        return Encoding.UTF8.GetString(buffer.Written.Span);
    }

    /// <summary>A GraphQL name in quotes; it has nothing to escape.</summary>
    public static byte[] QuotedName(string name) => Encoding.ASCII.GetBytes($"\"{name}\"");

    /// <summary>The UTF-16 unit that an escape of four digits stands for; 0 for other bytes.</summary>
    private static char UnitOf(ReadOnlySpan<byte> json) =>
        json is [(byte)'\\', (byte)'u', ..]
            && ushort.TryParse(json[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : '\0';

    private static void Inspect(JsonElement value, int depth, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined:
                text.Append("undefined");
                break;
            case JsonValueKind.String:
                text.Append(Quote(Cut(value.GetString()!)));
                break;
            case JsonValueKind.Number:
                text.Append(NumberText(value));
                break;
            case JsonValueKind.Array:
                InspectArray(value, depth, text);
                break;
            case JsonValueKind.Object:
                InspectObject(value, depth, text);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void InspectObject(JsonElement map, int depth, StringBuilder text)
    {
        var before = "{ ";
        foreach (var member in map.EnumerateObject())
        {
            if (depth >= ShownDepth)
            {
                text.Append("[Object]");
                return;
            }

            Inspect(member.Value, depth + 1, text.Append(before).Append(Cut(member.Name)).Append(": "));
            if (text.Length > LongestShown)
            {
                return;
            }

            before = ", ";
        }

        text.Append(before == ", " ? " }" : "{}");
    }

    private static void InspectArray(JsonElement array, int depth, StringBuilder text)
    {
        var length = array.GetArrayLength();
        if (depth >= ShownDepth && length > 0)
        {
            text.Append("[Array]");
            return;
        }

        var before = "[";
        foreach (var item in array.EnumerateArray().Take(ShownItems).TakeWhile(_ => text.Length <= LongestShown))
        {
            Inspect(item, depth + 1, text.Append(before));
            before = ", ";
        }

        text.Append(length == 0 ? before : "").Append((length - ShownItems) switch
        {
            <= 0 => "]",
            1 => ", ... 1 more item]",
            var rest => string.Create(CultureInfo.InvariantCulture, $", ... {rest} more items]"),
        });
    }

    // JavaScript shows a number, not what was typed: 1.0 is 1.
    private static string NumberText(JsonElement number) =>
        number.TryGetInt64(out var whole)
            ? whole.ToString(CultureInfo.InvariantCulture)
            : number.TryGetDouble(out var real) && double.IsFinite(real) && Math.Abs(real) < 1e15
                ? real.ToString("R", CultureInfo.InvariantCulture)
                : number.GetRawText();
}
