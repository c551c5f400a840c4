using CrmCloud.Core.Jobs;
using CrmCloud.Store;
using NodaTime;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// Computes everything of a tenant anew from its packed histories and writes what differs: the nightly repair, the
/// answer to changed settings, and the oracle of incremental figures.
/// </summary>
public static class RecountWorker
{
    private const int MostAttempts = 5;

    private static readonly LocalTime Nightly = new(2, 15);

    /// <param name="rebuild">Also make the packed histories anew from the facts themselves.</param>
    /// <returns>The finished run, with how many stored figures differed; null for a tenant without settings.</returns>
    public static async Task<JobRun?> RunAsync(
        ITenantStore store, DateTimeOffset now, JobTrigger trigger, CancellationToken stop,
        bool rebuild = false, string? runId = null)
    {
        var desk = await FigureDesk.OpenAsync(store, now, stop);
        return desk is null ? null : await RunAsync(desk, new(runId ?? RunIdOf(trigger, now), trigger, rebuild), stop);
    }

    /// <summary>
    /// The first 02:15 of the tenant's zone after an instant. Where clocks skip it, the first moment after.
    /// </summary>
    public static DateTimeOffset NextNightly(string timeZone, DateTimeOffset after)
    {
        var zone = DateTimeZoneProviders.Tzdb[timeZone];
        var date = Instant.FromDateTimeOffset(after).InZone(zone).Date;
        var today = zone.AtLeniently(date.At(Nightly)).ToDateTimeOffset();
        var next = today > after ? today : zone.AtLeniently(date.PlusDays(1).At(Nightly)).ToDateTimeOffset();
        return next.ToUniversalTime();
    }

    internal static async Task<JobRun> RunAsync(FigureDesk desk, RecountOrder order, CancellationToken stop)
    {
        var known = await desk.Store.FindAsync<JobRun>(JobRun.KeyOf(order.RunId), stop);
        var run = Started(known, order, desk.Now);
        await desk.SaveAsync(state => state with { Recounting = true }, stop, run);
        run = run with { Version = run.Version + 1 };

        var context = desk.Context();
        var outcomes = await Task.WhenAll(desk.Buckets.Select(bucket =>
            Task.Run(() => RecountAsync(desk.Store, bucket, context, order.Rebuild, stop), stop)));
        var outcome = outcomes.Aggregate(RecountOutcome.Nothing, (all, one) => all + one);
        await desk.BuryAsync(outcome.Failed, stop);

        // Before the recount is called done: cut off here, it is redone, and until then nobody takes old scores for
        // new.
        await RfmEpochs.RefreshAsync(desk, anyDrift: true, stop);
        run = Finished(run, outcome, desk.Now);
        await desk.SaveAsync(state => Recounted(state, desk, outcome, run), stop, run);
        await DeadLetterRetry.RunAsync(desk, TimeSpan.Zero, stop);
        return run;
    }

    internal static string RunIdOf(JobTrigger trigger, DateTimeOffset now) =>
        $"recount-{trigger}-{now.ToUnixTimeMilliseconds()}";

    private static async Task<RecountOutcome> RecountAsync(
        ITenantStore store, string bucket, FigureContext context, bool rebuild, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await new BucketRecount(store, bucket, context).RunAsync(rebuild, stop);
            }
            catch (VersionConflictException) when (attempt < MostAttempts)
            {
                // Another worker was in the bucket; the ledger kept both from mixing. Count again from what is there
                // now.
            }
        }
    }

    private static JobRun Started(JobRun? known, RecountOrder order, DateTimeOffset now) => known is null
        ? new JobRun
        {
            RunId = order.RunId,
            Kind = JobKind.Kpi,
            Trigger = order.Trigger,
            Status = JobStatus.Running,
            StartedAt = now,
        }
        : known with
        {
            Status = JobStatus.Running,
            StartedAt = now,
            Attempt = known.Attempt + (known.Status == JobStatus.Queued ? 0 : 1),
        };

    private static JobRun Finished(JobRun run, RecountOutcome outcome, DateTimeOffset now) => run with
    {
        Status = outcome.Failed.Count > 0 ? JobStatus.PartiallyFailed : JobStatus.Succeeded,
        FinishedAt = now,
        Processed = outcome.Customers,
        Failed = outcome.Failed.Count,
        Differences = outcome.Differences,
        Error = outcome.Failed.Count > 0 ? "Some customers could not be computed; see dead letters." : null,
    };

    private static FigureState Recounted(FigureState state, FigureDesk desk, RecountOutcome outcome, JobRun run) =>
        state with
    {
        Stamp = desk.Stamp,
        Revision = state.Stamp is null || state.Stamp == desk.Stamp ? state.Revision : state.Revision + 1,
        Recounting = false,
        ComputedAt = desk.Now,
        RecountedAt = desk.Now,
        NextNightlyAt = NextNightly(desk.Tenant.TimeZone, desk.Now),
        NextDueAt = outcome.NextDueAt,
        LastRunId = run.RunId,
        LastRunFailed = outcome.Failed.Count > 0,
    };
}

/// <param name="RunId">Of the run's document; an existing one is taken up again.</param>
internal sealed record RecountOrder(string RunId, JobTrigger Trigger, bool Rebuild);
