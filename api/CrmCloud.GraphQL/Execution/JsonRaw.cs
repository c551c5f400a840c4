using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CrmCloud.GraphQL.Execution;

/// <summary>JSON values as bytes, and as graphql-js shows them in messages.</summary>
internal static class JsonRaw
{
    private const int ShownItems = 10;
    private const int ShownDepth = 2;

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
    /// As graphql-js's <c>inspect</c>: <c>{ a: "x", b: [1, 2] }</c>, at most two levels and ten items.
    /// </summary>
    public static string Inspect(JsonElement value, int depth = 0) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "undefined",
        JsonValueKind.String => Quote(value.GetString()!),
        JsonValueKind.Number => NumberText(value),
        JsonValueKind.Array when value.GetArrayLength() == 0 => "[]",
        JsonValueKind.Array when depth > ShownDepth => "[Array]",
        JsonValueKind.Array => InspectArray(value, depth),
        JsonValueKind.Object when !value.EnumerateObject().MoveNext() => "{}",
        JsonValueKind.Object when depth > ShownDepth => "[Object]",
        JsonValueKind.Object => "{ " + string.Join(
            ", ", value.EnumerateObject().Select(member => $"{member.Name}: {Inspect(member.Value, depth + 1)}"))
            + " }",
        _ => value.GetRawText(),
    };

    /// <summary>The text as JSON.stringify writes it: only what must be escaped is.</summary>
    public static string Quote(string text)
    {
        using var buffer = new JsonBuffer((text.Length * 3) + 16);
        buffer.WriteString(text);
        return Encoding.UTF8.GetString(buffer.Written.Span);
    }

    /// <summary>A GraphQL name in quotes; it has nothing to escape.</summary>
    public static byte[] QuotedName(string name) => Encoding.ASCII.GetBytes($"\"{name}\"");

    private static string InspectArray(JsonElement array, int depth)
    {
        var length = array.GetArrayLength();
        var shown = array.EnumerateArray().Take(ShownItems).Select(item => Inspect(item, depth + 1));
        var rest = length - ShownItems;
        return "[" + string.Join(", ", shown) + (rest, rest > 1) switch
        {
            ( <= 0, _) => "]",
            (_, false) => ", ... 1 more item]",
            _ => string.Create(CultureInfo.InvariantCulture, $", ... {rest} more items]"),
        };
    }

    // JavaScript shows a number, not what was typed: 1.0 is 1.
    private static string NumberText(JsonElement number) =>
        number.TryGetInt64(out var whole)
            ? whole.ToString(CultureInfo.InvariantCulture)
            : number.TryGetDouble(out var real) && double.IsFinite(real) && Math.Abs(real) < 1e15
                ? real.ToString("R", CultureInfo.InvariantCulture)
                : number.GetRawText();
}
