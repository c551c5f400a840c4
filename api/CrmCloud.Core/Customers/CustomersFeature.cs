using CrmCloud.Core.Schema;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

public static class CustomersFeature
{
    public static void Register(FeatureRegistry registry) => registry
        .Fields<CustomerQueries>()
        .Fields<CustomerFields>()
        .Fields<ConsentFields>()
        .Fields<CustomerMutations>()
        .Fields<ConsentMutations>()
        .Fields<AttributeMutations>()
        .Type<MergeBlocked>()
        .Node<Customer>(Scope.CustomersRead,
            (caller, id, stop) => CustomerLookup.ByLocalIdAsync(caller.Store, id, stop))
        .Node<AttributeDefinition>(Scope.CustomersRead, async (caller, id, stop) =>
            (await AttributeCatalog.LoadAsync(caller.Store, stop)).Find(id))
        .Node<Consent>(Scope.CustomersRead, ConsentAsync)
        .Index(Container.Master, "customer", "createdAt")
        .Index(Container.Master, "customer", "updatedAt")
        .Index(Container.Master, "customer", "sortName")
        .Index(Container.Master, "customer", "organizationId", "createdAt");

    private static async Task<Consent?> ConsentAsync(Caller caller, string localId, CancellationToken stop) =>
        localId.Split('/') is [var customerId, var purpose, var channel]
        && Shared.Buckets.PartitionOf(customerId) is not null
        && Enum.TryParse<Shared.Channel>(channel, out var known)
        && known.ToString() == channel
            ? await caller.Store.FindAsync<Consent>(Consent.KeyOf(customerId, purpose, known), stop)
            : null;
}
