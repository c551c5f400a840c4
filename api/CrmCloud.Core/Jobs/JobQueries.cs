using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

public sealed class JobQueries
{
    /// <summary>What the workers did, newest first. Kept 30 days.</summary>
    [Query, RequiresScope(Scope.ObjectivesRead, Scope.AdminTenant)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<JobRun>> JobRunsAsync(
        Caller caller, CancellationToken stop,
        IReadOnlyList<JobKind>? kind = null, IReadOnlyList<JobStatus>? status = null,
        int first = 50, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "jobRuns", kind, status);
        var query = new MergedQuery<JobRun>
        {
            Partitions = [""],
            Each = new Query(Container.Figures, "", "jobrun")
            {
                OrderBy = "startedAt",
                Descending = true,
                Where = [.. Where(kind, status)],
            },
            SortValue = run => SortText.Of(run.StartedAt),
        };
        var page = await BucketMerge.ReadAsync(caller.Store, query, paging.First, paging.After, stop);
        return paging.Answer(
            page.Items, page.HasMore,
            token => BucketMerge.CountAsync(caller.Store, query, caller.Now, token), page.End);
    }

    /// <summary>Documents that a worker could not process, and why. A recount tries them again. At most 250.</summary>
    [Query, RequiresScope(Scope.AdminTenant)]
    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(Caller caller, CancellationToken stop)
    {
        var query = new Query(Container.DeadLetters, "", "deadletter") { Take = 250 };
        return (await caller.Store.QueryAsync<DeadLetter>(query, stop)).Items;
    }

    private static IEnumerable<Condition> Where(IReadOnlyList<JobKind>? kind, IReadOnlyList<JobStatus>? status)
    {
        if (kind is not null)
        {
            yield return new("kind", Comparison.In, kind.Select(k => k.ToString()).ToList());
        }

        if (status is not null)
        {
            yield return new("status", Comparison.In, status.Select(s => s.ToString()).ToList());
        }
    }
}
