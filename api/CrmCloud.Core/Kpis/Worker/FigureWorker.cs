using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// Follows the change feeds of a tenant and keeps every figure equal to what a recount would give. Safe to repeat, to
/// stop at any moment and to run twice: effects are saved before the cursor, and saving them again changes nothing.
/// </summary>
public static class FigureWorker
{
    private const int PageSize = 1_000;

    // A reduced change is about 400 bytes in memory. The more are taken together, the fewer times a customer and the
    // totals are rewritten: an import is caught up in one or two rounds.
    private const int MostChanges = 40_000;

    // Below this, having read past other features' documents is not worth a write.
    private const int SkippedWorthSaving = 200;

    /// <summary>Applies everything that changed since the last call.</summary>
    /// <returns>How many documents it looked at that figures depend on.</returns>
    /// <exception cref="RecountNeededException">Settings changed or a recount is half done; recount first.</exception>
    public static async Task<int> ProcessAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop)
    {
        var desk = await FigureDesk.OpenAsync(store, now, stop);
        return desk is null ? 0 : await ProcessAsync(desk, stop);
    }

    internal static async Task<int> ProcessAsync(FigureDesk desk, CancellationToken stop)
    {
        if (desk.State.Recounting || (desk.State.Stamp ?? desk.Stamp) != desk.Stamp)
        {
            throw new RecountNeededException();
        }

        var processed = 0;
        for (var caughtUp = false; !caughtUp;)
        {
            (var window, var cursor, caughtUp) = await ReadAsync(desk, stop);
            processed += window.Relevant;
            if (await ApplyAsync(desk, window, cursor, stop))
            {
                // What was just deleted comes by the feed as well, and counts only then.
                caughtUp = false;
            }
        }

        return processed;
    }

    /// <summary>Master data first, so that most customers are known when their facts come.</summary>
    private static async Task<(ChangeWindow Window, ConsumerCursor Cursor, bool CaughtUp)> ReadAsync(
        FigureDesk desk, CancellationToken stop)
    {
        var window = new ChangeWindow();
        var cursor = desk.Cursor;
        foreach (var container in new[] { Container.Master, Container.Interactions })
        {
            for (var caughtUp = false; !caughtUp;)
            {
                if (window.Seen >= MostChanges)
                {
                    return (window, cursor, false);
                }

                var page = await desk.Store.ReadChangesAsync(container, cursor.Of(container), PageSize, stop);
                foreach (var change in page.Changes)
                {
                    window.Add(change);
                }

                cursor = cursor.At(container, page.Next);
                caughtUp = page.CaughtUp;
            }
        }

        return (window, cursor with { CaughtUpAt = desk.Now }, true);
    }

    /// <returns>Whether former copies of moved facts were deleted.</returns>
    private static async Task<bool> ApplyAsync(
        FigureDesk desk, ChangeWindow window, ConsumerCursor cursor, CancellationToken stop)
    {
        if (window.Relevant == 0 && window.Seen < SkippedWorthSaving)
        {
            return false;
        }

        var outcome = await desk.RunAsync(window.ByBucket(), stop);
        var measures = await new MeasureBook(desk.Store).ApplyAsync(window.Measurements, stop);
        var deleted = false;
        foreach (var move in window.Moves())
        {
            deleted |= await new FormerFacts(desk.Store).RemoveAsync(move, stop);
        }

        IReadOnlyList<Unprocessable> failed = [.. window.Unreadable, .. outcome.Failed, .. measures];
        await desk.BuryAsync(failed, stop);
        await desk.SaveProgressAsync(cursor, (window.Relevant, failed.Count), outcome with { Failed = failed }, stop);
        return deleted;
    }
}
