using System.Text;
using System.Text.RegularExpressions;

namespace CrmCloud.Core.Bulk;

/// <summary>Puts text in order; see <see cref="Normalization"/>.</summary>
public static partial class Normalize
{
    /// <summary>Null when the text is not of the kind it should be.</summary>
    public static string? Apply(Normalization transform, string text) => transform switch
    {
        Normalization.Lowercase => text.ToLowerInvariant(),
        Normalization.Email => Email(text),
        Normalization.PhoneE164 => Phone(text),
        Normalization.Name or Normalization.Address => Blanks().Replace(text, " ").Trim(),
        _ => text,
    };

    /// <summary>What the transform accepts, for messages.</summary>
    public static string Accepts(Normalization transform) =>
        transform == Normalization.Email ? "name@example.com" : "+ and 8 to 15 digits, such as +4930123456";

    private static string? Email(string text)
    {
        var lower = text.ToLowerInvariant();
        return lower.Length <= 254 && Address().IsMatch(lower) ? lower : null;
    }

    private static string? Phone(string text)
    {
        var digits = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) || (c == '+' && digits.Length == 0))
            {
                digits.Append(c);
            }
            else if (c is not (' ' or '-' or '/' or '(' or ')' or '.' or '\u00a0'))
            {
                return null;
            }
        }

        var number = digits.ToString();
        number = number.StartsWith("00", StringComparison.Ordinal) ? "+" + number[2..] : number;
        return number.Length is >= 9 and <= 16 && number[0] == '+' && number[1] != '0' ? number : null;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    // Deliberately loose: one @, something on both sides, a dot in the domain. Only sending proves an address.
    [GeneratedRegex(@"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
