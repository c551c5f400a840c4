using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Live;

public sealed class RunSubscriptions(LiveWatch watch)
{
    /// <summary>
    /// The import now, and again as it gets on, complete when it has ended. A slow subscriber sees fewer states.
    /// </summary>
    [Subscription, RequiresScope(Scope.BulkRun)]
    public Task<IAsyncEnumerable<BulkOperation>> BulkOperationUpdatedAsync(
        [Id] string id, Caller caller, CancellationToken stop) =>
        watch.StatesAsync(caller, "bulk operation", async token =>
        {
            var operation = GlobalId.Local(id, "BulkOperation") is { Length: 32 } local
                ? await caller.Store.FindAsync<BulkOperation>(BulkOperation.KeyOf(local), token)
                : null;
            return operation is null
                ? null
                : new Sight<BulkOperation>(operation, StampOf(operation), !operation.IsOpen);
        }, stop);

    /// <summary>A worker's run now, and again as it gets on, complete when it has ended.</summary>
    [Subscription, RequiresScope(Scope.ObjectivesRead, Scope.AdminTenant)]
    public Task<IAsyncEnumerable<JobRun>> JobRunUpdatedAsync([Id] string id, Caller caller, CancellationToken stop) =>
        watch.StatesAsync(caller, "job run", async token =>
        {
            var run = GlobalId.Local(id, "JobRun") is { } local
                ? await caller.Store.FindAsync<JobRun>(JobRun.KeyOf(local), token)
                : null;
            return run is null ? null : new Sight<JobRun>(
                run, $"{run.Version}", run.Status is not (JobStatus.Queued or JobStatus.Running));
        }, stop);

    // Plans and leases of the worker change too, and nobody sees them.
    private static string StampOf(BulkOperation operation) => string.Join(
        '|', operation.Status, operation.RowsDone, operation.RowsFailed, operation.RowsTotal, operation.Stage);
}
