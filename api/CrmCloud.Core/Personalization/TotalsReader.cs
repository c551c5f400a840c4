using CrmCloud.Core.Kpis;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

/// <summary>Reads the totals of all buckets of a tenant.</summary>
internal sealed class TotalsReader(ITenantStore store, Tenant tenant)
{
    private const int PageSize = 1_000;

    private IReadOnlyList<string> Partitions => BucketMerge.PartitionsOf(tenant.Buckets);

    /// <param name="actionId">Null for all actions.</param>
    public async Task<IReadOnlyList<ActionTotals>> ReadAsync(string? actionId, CancellationToken stop)
    {
        var found = new List<ActionTotals>();
        foreach (var partition in Partitions)
        {
            var query = new Query(Container.Interactions, partition, "actiontotals")
            {
                IdPrefix = actionId is null ? "" : actionId + "/",
                Take = PageSize,
            };
            await foreach (var totals in StorePages.AllAsync<ActionTotals>(store, query, stop))
            {
                found.Add(totals);
            }
        }

        return found;
    }

    /// <summary>Whether anything was counted at or after an instant.</summary>
    public async Task<bool> AnySinceAsync(DateTimeOffset instant, CancellationToken stop)
    {
        foreach (var partition in Partitions)
        {
            var query = new Query(Container.Interactions, partition, "actiontotals")
            {
                Where = [new("updatedAt", Comparison.GreaterOrEqual, SortText.Of(instant))],
                OrderBy = "updatedAt",
                Take = 1,
            };
            if ((await store.QueryAsync<ActionTotals>(query, stop)).Items.Count > 0)
            {
                return true;
            }
        }

        return false;
    }
}
