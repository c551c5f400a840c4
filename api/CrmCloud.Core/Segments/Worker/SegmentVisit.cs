using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// Everything that segments of one tenant and mode need at one moment. Comes after the figures' visit, whose profiles
/// it reads. What hosts call, whatever woke them.
/// </summary>
public static class SegmentVisit
{
    /// <returns>When to come again although nothing changes until then; null for never.</returns>
    public static Task<DateTimeOffset?> RunAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop) =>
        RunAsync(store, now, SegmentRuleSource.Compile, stop);

    internal static async Task<DateTimeOffset?> RunAsync(
        ITenantStore store, DateTimeOffset now, SegmentRules rules, CancellationToken stop)
    {
        if (await SegmentDesk.OpenAsync(store, now, rules, stop) is not { } desk)
        {
            return null;
        }

        // What is applied is brought up to date first; then a new definition finds everything else as it should be.
        await SegmentWorker.PassTimeAsync(desk, stop);
        var (everybody, cursor) = await SegmentWorker.ProcessAsync(desk, stop);
        if (everybody)
        {
            await PassAsync(desk, JobTrigger.ChangeFeed, cursor, stop);
        }
        else if (await IsNightlyAsync(desk, stop))
        {
            await PassAsync(desk, JobTrigger.Timer, null, stop);
        }
        else if (desk.Set.NeedsPass)
        {
            await SegmentPass.RunAsync(desk, new(null, JobTrigger.DefinitionChange, false, null), stop);
        }
        else if (desk.Set.Pending.Count > 0)
        {
            await SegmentPass.SettleAsync(desk, stop);
        }

        if (desk.State.IsInDoubt)
        {
            await PassAsync(desk, JobTrigger.Timer, null, stop);
        }

        await AnswerRequestsAsync(desk, stop);
        await SegmentPass.CloseAsync(desk, stop);
        if (desk.HasPassed)
        {
            // Reads past what the pass itself wrote, or its groups would look like changes not followed yet.
            await SegmentWorker.ProcessAsync(desk, stop);
        }

        return await SegmentWorker.NextDueAsync(store, desk.Buckets, stop);
    }

    // Figures recount every night and after changed settings; memberships follow.
    private static async Task<bool> IsNightlyAsync(SegmentDesk desk, CancellationToken stop)
    {
        var figures = await desk.Store.FindAsync<FigureState>(FigureState.KeyOf(), stop);
        return figures?.RecountedAt is { } recounted && !(desk.State.PassedAt >= recounted);
    }

    private static Task PassAsync(
        SegmentDesk desk, JobTrigger trigger, ConsumerCursor? cursor, CancellationToken stop) =>
        SegmentPass.RunAsync(desk, new(null, trigger, true, cursor), stop);

    private static async Task AnswerRequestsAsync(SegmentDesk desk, CancellationToken stop)
    {
        var requests = (await desk.Store.QueryAsync<SegmentRequest>(
            new Query(Container.Figures, "", "segmentrequest"), stop)).Items;
        foreach (var request in requests)
        {
            await SegmentPass.RunAsync(desk, new(request.RunId, JobTrigger.Manual, true, null), stop);
            await desk.Store.SaveAsync(new Batch().Purge(request), stop);
        }
    }
}
