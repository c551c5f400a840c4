using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// What people see of passes. The worker's own run is noted in the state when it begins, so that one that failed, or
/// that was cut off with its process, is taken up again and never left as RUNNING.
/// </summary>
internal static class PassRuns
{
    /// <summary>Notes that a pass begins; the one that did not succeed before, if it was for the same reason.</summary>
    public static async Task<JobRun> BeginAsync(SegmentDesk desk, PassOrder order, CancellationToken stop)
    {
        var id = order.RunId ?? desk.State.OpenRunId ?? RunIdOf(order, desk);
        var known = await FindAsync(desk, id, stop);
        if (order.RunId is null && known is not null && known.Trigger != order.Trigger)
        {
            await CloseAsync(desk, stop);
            (id, known) = (RunIdOf(order, desk), await FindAsync(desk, RunIdOf(order, desk), stop));
        }

        var run = Started(known, id, order, desk);
        await desk.SaveAsync(
            state => state with { OpenRunId = order.RunId is null ? run.RunId : state.OpenRunId }, stop, run);
        return run with { Version = run.Version + 1 };
    }

    public static JobRun Finished(JobRun run, PassResult result, DateTimeOffset now) => run with
    {
        Status = result.Failed.Count > 0 ? JobStatus.PartiallyFailed : JobStatus.Succeeded,
        FinishedAt = now,
        Processed = result.Customers,
        Failed = result.Failed.Count,
        Differences = result.Differences,
        Error = result.Failed.Count > 0 ? "Some rules could not be evaluated for everybody; see dead letters." : null,
    };

    public static async Task FailAsync(SegmentDesk desk, JobRun run, Exception trouble, CancellationToken stop)
    {
        var failed = run with
        {
            Status = JobStatus.Failed,
            FinishedAt = desk.Now,
            Error = $"It stopped ({DeadLetters.ReasonOf(trouble)}) and is tried again at the next visit.",
        };
        try
        {
            await desk.SaveAsync(
                state => state with { LastRunId = run.RunId, LastRunFailed = true }, stop, failed);
        }
#pragma warning disable CA1031 // The store may be what failed: the first failure is thrown, and the run stays open.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>Ends a run that did not succeed and will not be taken up again: nothing is left for it to do.</summary>
    public static async Task CloseAsync(SegmentDesk desk, CancellationToken stop)
    {
        if (desk.State.OpenRunId is not { } id)
        {
            return;
        }

        var open = await FindAsync(desk, id, stop);
        IReadOnlyList<IDocument> ended = open is { Status: JobStatus.Running }
            ? [open with
            {
                Status = JobStatus.Failed,
                FinishedAt = desk.Now,
                Error = "It was cut off; what it was to do was done since, or is not wanted any more.",
            }]
            : [];
        await desk.SaveAsync(state => state with { OpenRunId = null }, stop, ended);
    }

    // Passes of one instant and reason share a run.
    private static string RunIdOf(PassOrder order, SegmentDesk desk) =>
        $"segments-{order.Trigger}-{desk.Now.ToUnixTimeMilliseconds()}";

    private static Task<JobRun?> FindAsync(SegmentDesk desk, string runId, CancellationToken stop) =>
        desk.Store.FindAsync<JobRun>(JobRun.KeyOf(runId), stop);

    private static JobRun Started(JobRun? known, string id, PassOrder order, SegmentDesk desk)
    {
        var only = desk.Set.Pending.Where(plan => plan.Acts).Take(2).ToList();
        var run = known ?? new JobRun
        {
            RunId = id,
            Kind = JobKind.Segment,
            Trigger = order.Trigger,
            TargetId = only.Count == 1 && !order.Whole ? GlobalId.Of("Segment", only[0].SegmentId) : null,
            Status = JobStatus.Running,
            StartedAt = desk.Now,
        };
        return run with
        {
            Status = JobStatus.Running,
            StartedAt = desk.Now,
            FinishedAt = null,
            Error = null,
            Attempt = known is null or { Status: JobStatus.Queued } ? run.Attempt : run.Attempt + 1,
        };
    }
}
