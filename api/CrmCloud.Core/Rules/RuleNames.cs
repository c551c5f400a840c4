using System.Text.Json;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>The product's own values as rules write them: lower case with underscores, such as call_center.</summary>
internal static class RuleNames
{
    private static readonly Dictionary<string, Channel> Channels = Enum.GetValues<Channel>().ToDictionary(Of);

    public static IReadOnlyList<string> ChannelNames { get; } = [.. Channels.Keys];

    public static string Of(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static string Of(Channel channel) => Of((Enum)channel);

    public static Channel? ChannelOf(string name) => Channels.TryGetValue(name, out var channel) ? channel : null;

    public static string[] All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => Of(value))];

    /// <summary>Known names, those most like the given one first; at most 10.</summary>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> known) =>
        [.. known.Select(candidate => (candidate, Distance: Distance(name, candidate)))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Take(10).Select(pair => pair.candidate)];

    // Levenshtein, on the first 60 characters, without regard to case.
    internal static int Distance(string one, string other)
    {
        var (a, b) = (Short(one), Short(other));
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }

    private static string Short(string text) => text[..Math.Min(60, text.Length)].ToLowerInvariant();
}
