using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments.Api;

/// <summary>Names that a tenant's data use, sorted: what rules most likely mean.</summary>
internal sealed record UsedNames(IReadOnlyList<string> InteractionTypes, IReadOnlyList<string> Purposes)
{
    // A sample: a type that is rarer than this is still accepted, with a warning.
    private const int EachPartition = 100;

    public static async Task<UsedNames> LoadAsync(Caller caller, CancellationToken stop)
    {
        var types = new SortedSet<string>(StringComparer.Ordinal);
        var purposes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var partition in BucketMerge.PartitionsOf(caller.Tenant.Buckets))
        {
            var interactions = new Query(Container.Interactions, partition, "interaction") { Take = EachPartition };
            types.UnionWith((await caller.Store.QueryAsync<Interaction>(interactions, stop)).Items.Select(i => i.Type));
            var consents = new Query(Container.Master, partition, "consent") { Take = EachPartition };
            purposes.UnionWith((await caller.Store.QueryAsync<Consent>(consents, stop)).Items.Select(c => c.Purpose));
        }

        return new([.. types], [.. purposes]);
    }
}
