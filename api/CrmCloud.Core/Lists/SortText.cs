using System.Globalization;

namespace CrmCloud.Core.Lists;

/// <summary>
/// Sort values as documents hold them, so that a place in an order can be named without reading it back.
/// </summary>
public static class SortText
{
    /// <summary>An instant in UTC as JSON writes it; sorts by time, as '+' comes before '.' and every digit.</summary>
    public static string Of(DateTimeOffset instant) =>
        instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    /// <summary>The order of every store: numbers by size, text by code point.</summary>
    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => CompareText(a, b),
        (long a, long b) => a.CompareTo(b),
        (null, null) => 0,
        _ => Convert.ToDouble(left, CultureInfo.InvariantCulture)
            .CompareTo(Convert.ToDouble(right, CultureInfo.InvariantCulture)),
    };

    private static int CompareText(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        return same < left.Length && same < right.Length
            ? Rank(left[same]).CompareTo(Rank(right[same]))
            : left.Length.CompareTo(right.Length);
    }

    // UTF-16 puts surrogates (code points above U+FFFF) before U+E000; code point order puts them last.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
