using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// Follows what figures say of customers, and whom people named, and keeps every membership equal to what evaluating
/// everybody anew would give.
/// </summary>
/// <remarks>
/// It reads the profiles' feed and not that of the facts: a profile is written whenever anything of a customer changes
/// that a rule can see, scores and stages that only time moved included, and never before his history is.
/// </remarks>
internal static class SegmentWorker
{
    private const int PageSize = 1_000;

    // Below this, having read past other documents is not worth a write.
    private const int SkippedWorthSaving = 500;

    // Evaluating everybody costs about as much as a quarter of them one by one.
    private const int FewestForEverybody = 5_000;

    /// <summary>Evaluates whoever changed since the last call.</summary>
    /// <returns>
    /// True when so many changed that everybody is to be evaluated; then nothing was done but reading.
    /// </returns>
    public static async Task<(bool Everybody, ConsumerCursor Cursor)> ProcessAsync(
        SegmentDesk desk, CancellationToken stop)
    {
        var limit = Math.Max(FewestForEverybody, await CustomersAsync(desk, stop) / 4);
        var window = await ReadAsync(desk, limit, stop);
        if (window.Everybody || (window.Customers.Count == 0 && window.Seen < SkippedWorthSaving))
        {
            return (window.Everybody, window.Cursor);
        }

        var failed = new List<Unprocessable>();
        if (!desk.Set.Settled().IsEmpty)
        {
            var byBucket = window.Customers.GroupBy(Shared.Buckets.Of);
            var results = await Task.WhenAll(byBucket.Select(bucket =>
                Task.Run(() => new BucketChanges(desk, bucket.Key).ChangedAsync(bucket, stop), stop)));
            failed.AddRange(results.SelectMany(one => one).Distinct());
        }

        await desk.BuryAsync(failed, stop);
        await desk.SaveProgressAsync(window.Cursor, window.Customers, failed, stop);
        return (false, desk.Cursor);
    }

    /// <summary>Evaluates whom time moves.</summary>
    public static async Task PassTimeAsync(SegmentDesk desk, CancellationToken stop)
    {
        var results = await Task.WhenAll(desk.Buckets.Select(bucket =>
            Task.Run(() => new BucketChanges(desk, bucket).DueAsync(stop), stop)));
        var (count, failed) = (results.Sum(one => one.Due), results.SelectMany(one => one.Failed).Distinct().ToList());
        if (count > 0 || failed.Count > 0)
        {
            await desk.BuryAsync(failed, stop);
            var summary = await desk.SummarizeAsync(JobTrigger.Timer, count, failed, stop);
            await desk.SaveAsync(state => desk.Progressed(state, failed, summary), stop, summary);
        }
    }

    /// <summary>The next instant at which time moves somebody; null for never.</summary>
    public static async Task<DateTimeOffset?> NextDueAsync(
        ITenantStore store, IReadOnlyList<string> buckets, CancellationToken stop)
    {
        var firsts = await Task.WhenAll(buckets.Select(bucket => store.QueryAsync<MemberGroup>(
            new Query(Container.Figures, bucket, MemberGroup.Kind) { OrderBy = "nextDueAt", Take = 1 }, stop)));
        var next = firsts.SelectMany(page => page.Items).Select(group => group.NextDueAt)
            .DefaultIfEmpty(MemberGroup.Never).Min();
        return next == MemberGroup.Never ? null : DateTimeOffset.FromUnixTimeMilliseconds(next);
    }

    /// <summary>Whether a change of this document may move somebody.</summary>
    public static bool IsRelevant(DocumentKey key) => key is { Container: Container.Figures, Kind: "profile" }
        or { Container: Container.Master, Kind: "manualmember" };

    private static async Task<Window> ReadAsync(SegmentDesk desk, int limit, CancellationToken stop)
    {
        var window = new Window(desk.Cursor);
        foreach (var container in new[] { Container.Master, Container.Figures })
        {
            for (var caughtUp = false; !caughtUp;)
            {
                var page = await desk.Store.ReadChangesAsync(container, window.Cursor.Of(container), PageSize, stop);
                foreach (var change in page.Changes)
                {
                    window.Add(change.Key);
                }

                window.Everybody |= window.Customers.Count > limit;
                window.Cursor = window.Cursor.At(container, page.Next);
                caughtUp = page.CaughtUp;
            }
        }

        window.Cursor = window.Cursor with { CaughtUpAt = desk.Now };
        return window;
    }

    private static async Task<int> CustomersAsync(SegmentDesk desk, CancellationToken stop)
    {
        var ledgers = await desk.Store.FindManyAsync<BucketLedger>(
            [.. desk.Buckets.Select(BucketLedger.KeyOf)], stop);
        return (int)ledgers.Sum(ledger => ledger.Counts.GetValueOrDefault(Standing.Customers));
    }

    private sealed class Window(ConsumerCursor cursor)
    {
        public ConsumerCursor Cursor { get; set; } = cursor;

        public HashSet<string> Customers { get; } = new(StringComparer.Ordinal);

        public bool Everybody { get; set; }

        public int Seen { get; private set; }

        public void Add(DocumentKey key)
        {
            Seen++;
            if (!Everybody && IsRelevant(key) && key.Id.Split('/') is [_, var customer, ..]
                && Shared.Buckets.PartitionOf(customer) == key.Partition)
            {
                Customers.Add(customer);
            }
        }
    }
}
