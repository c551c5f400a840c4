using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>Shows an import that was given up to whoever watches the workers.</summary>
public static class JobFailure
{
    /// <param name="reason">Holds no value of the tenant's data.</param>
    public static async Task RecordAsync(
        ITenantStore store, BulkOperation operation, string reason, DateTimeOffset now, CancellationToken stop)
    {
        var runId = "bulk-" + operation.OperationId;
        // There already, when the process ended between this and the operation's own end.
        var known = await store.FindAsync<JobRun>(JobRun.KeyOf(runId), stop);
        var run = new JobRun
        {
            RunId = runId,
            Kind = JobKind.Bulk,
            Trigger = JobTrigger.Manual,
            TargetId = operation.Id,
            Status = JobStatus.Failed,
            StartedAt = operation.StartedAt ?? now,
            FinishedAt = now,
            Processed = (int)Math.Min(operation.Progress.Records.Read, int.MaxValue),
            Failed = (int)Math.Min(operation.Progress.Records.Rejected, int.MaxValue),
            Attempt = operation.Faults?.Count ?? 1,
            Error = reason,
            Version = known?.Version ?? 0,
        };
        await store.SaveAsync(Batch.Of(run), stop);
    }
}
