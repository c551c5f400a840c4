using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Tests.Cloud;

/// <summary>What must be so when everything has been delivered.</summary>
internal static class CloudTruth
{
    /// <summary>
    /// Every acknowledged order is there, the figures count each once, and a full recount, packed histories made anew
    /// from the facts, finds nothing to correct.
    /// </summary>
    public static async Task AssertAsync(TestKey shop, StubbornClients clients)
    {
        foreach (var ids in clients.Ids.Chunk(50))
        {
            var found = await shop.GetAsync("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", new { ids });
            Assert.All(found["nodes"]!.AsArray(), Assert.NotNull);
        }

        Assert.Equal((clients.Orders, clients.Pence), await CountedAsync(shop));
        var now = TimeProvider.System.GetUtcNow();
        var months = ("MONTH", $"{now.AddDays(-90):yyyy-MM-dd}", $"{now.AddDays(1):yyyy-MM-dd}");
        var before = await RetailOrders.FiguresAsync(shop, months);
        var recount = await RecountAsync(shop, now);
        Assert.Equal((0, 0), (recount!.Differences, recount.Failed));
        Assert.Equal(Settled(before), Settled(await RetailOrders.FiguresAsync(shop, months)));
    }

    // Processes that still work may recount at this very moment; then one of the two gives way, and is made again
    // later, as a visit would be.
    private static async Task<JobRun?> RecountAsync(TestKey shop, DateTimeOffset now)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RecountWorker.RunAsync(shop.Store, now, JobTrigger.Manual, default, rebuild: true);
            }
            catch (RecountNeededException) when (attempt < 10)
            {
                // The other one has got on meanwhile.
            }
        }
    }

    // A recount may set the cuts of RFM anew, and with them everybody's scores and the built-in segments.
    private static IEnumerable<KeyValuePair<string, string>> Settled(SortedDictionary<string, string> figures) =>
        figures.Where(one => !one.Key.StartsWith("rfm", StringComparison.Ordinal)
            && !one.Key.StartsWith("segment", StringComparison.Ordinal));

    /// <summary>Orders and pence of all years, as the indicators have them.</summary>
    public static async Task<(int Orders, long Pence)> CountedAsync(TestKey shop)
    {
        var sums = new List<decimal>();
        foreach (var key in new[] { "orders", "revenue" })
        {
            var kpi = await shop.GetAsync("""
                query($key: String!) { kpi(ref: { key: $key }) {
                  values(grain: YEAR, range: { from: "2020-01-01", to: "2030-01-01" }) { value } } }
                """, new { key });
            sums.Add(kpi["kpi"]!["values"]!.AsArray().Sum(value => value!["value"].Exact() ?? 0));
        }

        return ((int)sums[0], (long)(sums[1] * 100));
    }

    /// <summary>One in so many requests on documents meets one of these faults.</summary>
    public static Func<string, Store.Cosmos.Fault> Weather(int seed, int oneIn, params Store.Cosmos.Fault[] faults)
    {
        var (random, gate) = (new Random(seed), new Lock());
        return _ =>
        {
            lock (gate)
            {
                return random.Next(oneIn) == 0 ? faults[random.Next(faults.Length)] : Store.Cosmos.Fault.None;
            }
        };
    }

    /// <summary>
    /// Batches as the feed may bring them: whole ones twice, parts again, in another order, cut anew.
    /// </summary>
    public static Func<IReadOnlyList<string>, IEnumerable<IReadOnlyList<string>>> Disorder(int seed)
    {
        var random = new Random(seed);
        return batch =>
        {
            string[] mixed;
            lock (random)
            {
                mixed = [.. batch, .. batch.Where(_ => random.Next(3) == 0)];
                random.Shuffle(mixed);
            }

            return mixed.Chunk(Math.Max(1, (mixed.Length / 2) + 1)).Append([.. batch.Reverse()]);
        };
    }

    public static string Said(CloudStage stage, StubbornClients clients) =>
        $"{clients.Acknowledged} acknowledged after {clients.Repeated} repeats, {clients.Orders} orders left; "
        + $"{stage.Host.Batches} batches, {stage.Host.Posts} posts, {stage.Host.Refused} failed; requests and faults: "
        + string.Join(", ", stage.Gateway.Counted.OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Value}"));
}
