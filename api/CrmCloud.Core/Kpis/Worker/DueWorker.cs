using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// Brings customers up to date whom time alone has changed: churned, lapsing, a consent expired, a future order begun.
/// </summary>
public static class DueWorker
{
    private const int PageSize = 1_000;

    /// <summary>Processes everybody who is due, and notes when the next one is.</summary>
    /// <returns>How many customers were due.</returns>
    /// <exception cref="RecountNeededException">Settings changed or a recount is half done; recount first.</exception>
    public static async Task<int> ProcessAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop)
    {
        var desk = await FigureDesk.OpenAsync(store, now, stop);
        return desk is null ? 0 : await ProcessAsync(desk, stop);
    }

    /// <summary>The earliest instant at which time changes somebody's figures; null for never.</summary>
    public static async Task<DateTimeOffset?> NextDueAsync(ITenantStore store, CancellationToken stop) =>
        (await store.FindAsync<FigureState>(FigureState.KeyOf(), stop))?.NextDueAt is { } at
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : null;

    internal static async Task<int> ProcessAsync(FigureDesk desk, CancellationToken stop)
    {
        var now = desk.Now.ToUnixTimeMilliseconds();
        if (desk.State.NextDueAt is not { } next || next > now)
        {
            return 0;
        }

        var processed = 0;
        for (var due = await DueAsync(desk, now, stop); due.Count > 0; due = await DueAsync(desk, now, stop))
        {
            await ApplyAsync(desk, due, stop);
            processed += due.Count;
        }

        var firsts = await Task.WhenAll(desk.Buckets.Select(bucket => FirstAsync(desk, bucket, 1, stop)));
        var earliest = firsts.SelectMany(rows => rows).Select(row => (long?)row.At).Min();
        await desk.SaveAsync(state => state with { NextDueAt = earliest }, stop);
        return processed;
    }

    private static async Task ApplyAsync(FigureDesk desk, IReadOnlyList<DueRow> due, CancellationToken stop)
    {
        var works = due.Select(row => new CustomerWork(row.CustomerId, []) { Revisit = true });
        var outcome = await desk.RunAsync(works.GroupBy(work => Shared.Buckets.Of(work.CustomerId)), stop);
        await desk.BuryAsync(outcome.Failed, stop);
        await DropLeftoversAsync(desk.Store, due, stop);
        var summary = await desk.SummarizeAsync(JobKind.Kpi, JobTrigger.Timer, due.Count, outcome.Failed.Count, stop);
        await desk.SaveAsync(state => desk.Progressed(state, outcome with { Customers = 0 }, summary), stop, summary);
    }

    private static async Task<IReadOnlyList<DueRow>> DueAsync(FigureDesk desk, long now, CancellationToken stop)
    {
        var rows = await Task.WhenAll(desk.Buckets.Select(bucket => FirstAsync(desk, bucket, PageSize, stop)));
        return [.. rows.SelectMany(bucket => bucket).Where(row => row.At <= now)];
    }

    // Within a minute rows are not in order of their instants, so one minute is read to its end.
    private static async Task<IReadOnlyList<DueRow>> FirstAsync(
        FigureDesk desk, string bucket, int take, CancellationToken stop)
    {
        var query = new Query(Container.Figures, bucket, "due") { Take = take };
        var first = await desk.Store.QueryAsync<DueRow>(query, stop);
        if (first.Items.Count == 0)
        {
            return [];
        }

        var rows = first.Items.ToList();
        var minute = DueRow.MinuteOf(rows[0].At);
        await foreach (var row in StorePages.AllAsync<DueRow>(
            desk.Store, query with { IdPrefix = minute + "/", Take = PageSize, After = first.Positions[^1] }, stop))
        {
            rows.Add(row);
        }

        return take == 1 ? [rows.MinBy(row => row.At)!] : rows;
    }

    // A row that is still there although its customer was just looked at belongs to nobody: he is gone, or has another.
    private static async Task DropLeftoversAsync(ITenantStore store, IReadOnlyList<DueRow> due, CancellationToken stop)
    {
        foreach (var some in due.Chunk(PageSize))
        {
            foreach (var row in await store.FindManyAsync<DueRow>([.. some.Select(row => row.Key)], stop))
            {
                // The same minute may by now hold a new row of the same customer, which is not left over.
                if (some.Any(one => one.Key == row.Key && one.Version == row.Version))
                {
                    await PurgeAsync(store, row, stop);
                }
            }
        }
    }

    private static async Task PurgeAsync(ITenantStore store, DueRow row, CancellationToken stop)
    {
        try
        {
            await store.SaveAsync(new Batch().Purge(row), stop);
        }
        catch (VersionConflictException)
        {
            // Renewed meanwhile: then it belongs to somebody.
        }
    }
}
