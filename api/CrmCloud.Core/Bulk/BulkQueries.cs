using CrmCloud.Core.Jobs;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

public sealed class BulkQueries
{
    /// <summary>An import with its progress; null for an unknown id.</summary>
    [Query, RequiresScope(Scope.BulkRun)]
    public async Task<BulkOperation?> BulkOperationAsync([Id] string id, Caller caller, CancellationToken stop) =>
        GlobalId.Local(id, "BulkOperation") is { Length: 32 } local
            ? await caller.Store.FindAsync<BulkOperation>(BulkOperation.KeyOf(local), stop)
            : null;

    /// <summary>Imports of the last 30 days, the newest first.</summary>
    [Query, RequiresScope(Scope.BulkRun), Cost(2)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<BulkOperation>> BulkOperationsAsync(
        Caller caller, CancellationToken stop, int first = 20, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "bulkOperations");
        var query = new Query(Container.Master, "", "bulk") { Descending = true };
        var page = await caller.Store.QueryAsync<BulkOperation>(
            query with { Take = paging.First, After = paging.After }, stop);
        return paging.Answer(
            page.Items.Select(o => (o, new Position(null, o.Key.Id))),
            page.HasMore, stop => CountAsync(query, caller, stop));
    }

    private static async Task<Count> CountAsync(Query query, Caller caller, CancellationToken stop)
    {
        var page = await caller.Store.QueryAsync<BulkOperation>(query with { Take = 1_000 }, stop);
        return new(page.Items.Count, page.HasMore ? CountPrecision.AtLeast : CountPrecision.Exact, caller.Now);
    }
}

[ExtendObjectType(typeof(BulkOperation))]
public sealed class BulkOperationFields
{
    /// <summary>What a queued import waits for, such as "waiting: 0 workers running"; null once it runs.</summary>
    public async Task<string?> WaitingForAsync(
        [Parent] BulkOperation operation, ImportQueue queue, Caller caller, CancellationToken stop)
    {
        if (operation.Status != JobStatus.Queued)
        {
            return null;
        }

        var ahead = await ImportQueue.AheadOfAsync(caller.Store, operation, stop);
        return ahead > 0
            ? $"waiting: {ahead} imports before it, {queue.Workers} workers running"
            : $"waiting: {queue.Workers} workers running";
    }
}
