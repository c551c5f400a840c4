using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>
/// One worker's hold on an import: who saves it, keeps it. Another worker's hand on it ends this one's run.
/// </summary>
public sealed class ImportLease(ITenantStore store, TimeProvider clock, string runner)
{
    /// <summary>How long a run is safe from other workers after its last sign of life.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(2);

    // Only a request to cancel is written beside the worker that has the operation.
    private const int MostAttempts = 20;

    /// <summary>Saves progress, holds the operation for another lease and takes note of a request to cancel.</summary>
    /// <returns>The operation as stored.</returns>
    /// <exception cref="LeaseLostException">Another worker has it, it has ended, or it is gone.</exception>
    public async Task<BulkOperation> SaveAsync(BulkOperation operation, CancellationToken stop)
    {
        var holder = operation.Runner ?? runner;
        operation = operation with
        {
            LeaseUntil = operation.Runner is null ? null : clock.GetUtcNow() + Length,
        };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await store.SaveAsync(Batch.Of(operation), stop);
                return operation with { Version = operation.Version + 1 };
            }
            catch (VersionConflictException) when (attempt < MostAttempts)
            {
                var stored = await ReloadAsync(operation, stop);
                var ours = stored.Runner == holder || (stored.Runner is null && stored.Status == JobStatus.Queued);
                operation = ours && stored.IsOpen
                    ? operation with { Version = stored.Version, CancelRequested = stored.CancelRequested }
                    : throw new LeaseLostException();
            }
        }
    }

    /// <summary>Saves how the operation ended, and lets go of it.</summary>
    /// <exception cref="LeaseLostException">Another worker has it, it has ended, or it is gone.</exception>
    public Task<BulkOperation> EndAsync(
        BulkOperation operation, JobStatus status, string? failure, CancellationToken stop) => SaveAsync(
        operation with
        {
            Status = status,
            Failure = failure,
            FinishedAt = clock.GetUtcNow(),
            Runner = null,
        },
        stop);

    /// <exception cref="LeaseLostException">It is gone.</exception>
    public async Task<BulkOperation> ReloadAsync(BulkOperation operation, CancellationToken stop) =>
        await store.FindAsync<BulkOperation>(operation.Key, stop) ?? throw new LeaseLostException();
}

/// <summary>Another worker has the operation, or it is gone.</summary>
public sealed class LeaseLostException : Exception;
