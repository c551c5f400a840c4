using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// Everything that figures of one tenant and mode need at one moment. What hosts call, whatever woke them.
/// </summary>
public static class FigureVisit
{
    private static readonly TimeSpan BetweenRetries = TimeSpan.FromMinutes(5);

    /// <returns>When to come again although nothing changes until then; null for never.</returns>
    public static async Task<DateTimeOffset?> RunAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop)
    {
        if (await FigureDesk.OpenAsync(store, now, stop) is not { } desk)
        {
            return null;
        }

        await RecountIfNeededAsync(desk, stop);
        if (await FigureWorker.ProcessAsync(desk, stop) > 0 && desk.State.LastRunFailed)
        {
            // What changed may be the repair of what could not be processed.
            await DeadLetterRetry.RunAsync(desk, BetweenRetries, stop);
        }

        await DueWorker.ProcessAsync(desk, stop);
        if (RfmEpochs.IsTimeToLook(desk))
        {
            await RfmEpochs.RefreshAsync(desk, anyDrift: false, stop);
        }
        else
        {
            await RfmEpochs.RescoreAsync(desk, stop);
        }

        return Earliest(desk.State);
    }

    private static async Task RecountIfNeededAsync(FigureDesk desk, CancellationToken stop)
    {
        var requests = (await desk.Store.QueryAsync<RecountRequest>(
            new Query(Container.Figures, "", "recountrequest"), stop)).Items;
        foreach (var request in requests)
        {
            await RecountWorker.RunAsync(desk, new(request.RunId, JobTrigger.Manual, request.Rebuild), stop);
            await desk.Store.SaveAsync(new Batch().Purge(request), stop);
        }

        if (desk.State.Recounting || (desk.State.Stamp ?? desk.Stamp) != desk.Stamp)
        {
            await RecountAsync(desk, JobTrigger.DefinitionChange, stop);
        }
        else if (desk.State.NextNightlyAt is not { } nightly)
        {
            var first = RecountWorker.NextNightly(desk.Tenant.TimeZone, desk.Now);
            await desk.SaveAsync(state => state with { NextNightlyAt = first }, stop);
        }
        else if (nightly <= desk.Now)
        {
            await RecountAsync(desk, JobTrigger.Timer, stop);
        }
    }

    private static Task RecountAsync(FigureDesk desk, JobTrigger trigger, CancellationToken stop) =>
        RecountWorker.RunAsync(desk, new(RecountWorker.RunIdOf(trigger, desk.Now), trigger, Rebuild: false), stop);

    private static DateTimeOffset? Earliest(FigureState state)
    {
        var due = state.NextDueAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : (DateTimeOffset?)null;
        return new[] { due, state.NextNightlyAt, RfmEpochs.NextLook(state) }.Min();
    }
}
