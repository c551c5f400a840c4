using System.Diagnostics;
using System.Text.Json;

namespace CrmCloud.BlackBox.Crash;

/// <summary>
/// Every figure of a tenant as lines of text, so that two tenants with the same data can be compared to the cent.
/// </summary>
public static class Figures
{
    private const string Keys = "{ kpis(first: 50) { nodes { key } } }";

    private const string Values = """
        query ($key: String!, $grain: Grain!) {
          kpi(ref: {key: $key}) {
            values(grain: $grain, range: {from: "2025-01-01", to: "2026-04-01"}) {
              label value numerator denominator complete
            }
          }
        }
        """;

    private const string Cohorts = """
        { cohorts(grain: MONTH, range: {from: "2025-01-01", to: "2026-02-01"}) {
            label size cells { offset active rate complete } } }
        """;

    // Cuts are kept until they have drifted, so only those of a fixed instant are the same for the same data.
    private const string Rfm = """
        { rfm(asOf: "2026-03-01T00:00:00Z") { customers cutPoints { dimension score from to }
            cells { recency frequency monetary customers } groups { group customers revenue { amount } } } }
        """;

    private const string Now = "{ rfm { customers groups { group customers revenue { amount } } } }";

    private const string Fresh = "{ kpi(ref: {key: \"orders\"}) { value(grain: YEAR, at: \"2025-06-01\") { "
        + "freshness { stale staleReason } } } }";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task<bool> AreFreshAsync(Shop shop)
    {
        var value = (await shop.AskAsync(Fresh)).GetProperty("kpi").GetProperty("value");
        return !value.GetProperty("freshness").GetProperty("stale").GetBoolean();
    }

    public static async Task WaitUntilFreshAsync(Shop shop)
    {
        var watch = Stopwatch.StartNew();
        while (!await AreFreshAsync(shop))
        {
            Assert.True(watch.Elapsed < Patience, "Figures are stale for too long.");
            await Task.Delay(50);
        }
    }

    /// <param name="fixedCuts">
    /// Whether the tenant's own cut values are in force, so that scores of now can be compared too.
    /// </param>
    public static async Task<List<string>> ReadAsync(Shop shop, bool fixedCuts = false)
    {
        await WaitUntilFreshAsync(shop);
        var lines = new List<string>();
        foreach (var kpi in (await shop.AskAsync(Keys)).GetProperty("kpis").GetProperty("nodes").EnumerateArray())
        {
            var key = kpi.GetProperty("key").GetString();
            foreach (var grain in (string[])["MONTH", "QUARTER"])
            {
                var values = (await shop.AskAsync(Values, new { key, grain })).GetProperty("kpi").GetProperty("values");
                lines.AddRange(values.EnumerateArray().Select(value => $"{key} {value}"));
            }
        }

        lines.AddRange(Rows(await shop.AskAsync(Cohorts)));
        lines.AddRange(Rows(await shop.AskAsync(Rfm)));
        lines.AddRange(fixedCuts ? Rows(await shop.AskAsync(Now)) : []);
        return lines;
    }

    /// <summary>Fails with the first line that differs.</summary>
    public static void Same(List<string> expected, List<string> found)
    {
        Assert.Equal(expected.Count, found.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.True(expected[i] == found[i], $"Expected: {expected[i]}\nFound:    {found[i]}");
        }
    }

    private static IEnumerable<string> Rows(JsonElement data)
    {
        var figure = data.EnumerateObject().Single().Value;
        return figure.ValueKind == JsonValueKind.Array
            ? figure.EnumerateArray().Select(row => row.ToString())
            : figure.EnumerateObject().Select(part => $"{part.Name} {part.Value}");
    }
}
