using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

/// <summary>Finds customers in one store. What is not there, or another tenant's, is null alike.</summary>
public static class CustomerLookup
{
    /// <param name="localId">As a caller claims it; anything may stand there.</param>
    public static Task<Customer?> ByLocalIdAsync(ITenantStore store, string? localId, CancellationToken stop) =>
        localId is not null && Buckets.PartitionOf(localId) is not null
            ? store.FindAsync<Customer>(Customer.KeyOf(localId), stop)
            : Task.FromResult<Customer?>(null);

    public static Task<Customer?> ByRefAsync(ITenantStore store, Ref reference, CancellationToken stop) =>
        reference.ExternalId is { } external
            ? ByKeyAsync(store, CustomerKey.External(external.Source, external.Id), stop)
            : ByLocalIdAsync(store, GlobalId.Local(reference.Id, "Customer"), stop);

    public static Task<Customer?> ByIdentityAsync(
        ITenantStore store, IdentityKind kind, string value, CancellationToken stop) =>
        NormalForm.Of(kind, value) is { } normal
            ? ByKeyAsync(store, CustomerKey.OfIdentity(kind, normal, verified: false), stop)
            : Task.FromResult<Customer?>(null);

    /// <summary>The customers of these ids, as far as there are any.</summary>
    public static async Task<IReadOnlyDictionary<string, Customer>> ByLocalIdsAsync(
        ITenantStore store, IEnumerable<string> localIds, CancellationToken stop)
    {
        var found = new Dictionary<string, Customer>();
        foreach (var chunk in localIds.Where(id => Buckets.PartitionOf(id) is not null).Distinct().Chunk(1_000))
        {
            foreach (var customer in await store.FindManyAsync<Customer>([.. chunk.Select(Customer.KeyOf)], stop))
            {
                found[customer.CustomerId] = customer;
            }
        }

        return found;
    }

    /// <summary>Every customer named; names that lead nowhere are left out.</summary>
    /// <param name="references">At most 1,000.</param>
    public static async Task<IReadOnlyDictionary<Ref, Customer>> ByRefsAsync(
        ITenantStore store, IReadOnlyCollection<Ref> references, DateTimeOffset now, CancellationToken stop)
    {
        var external = references.Where(r => r.ExternalId is not null)
            .Select(r => (Ref: r, Key: CustomerKey.External(r.ExternalId!.Source, r.ExternalId.Id))).ToList();
        var holders = await KeyHolders.LoadAsync(store, [.. external.Select(e => e.Key).Distinct()], now, stop);
        var found = new Dictionary<Ref, Customer>();
        foreach (var (reference, key) in external)
        {
            if (holders.HolderOf(key) is { } customer)
            {
                found[reference] = customer;
            }
        }

        var byId = references.Where(r => r.ExternalId is null)
            .Select(r => (Ref: r, LocalId: GlobalId.Local(r.Id, "Customer")))
            .Where(r => r.LocalId is not null && Buckets.PartitionOf(r.LocalId) is not null).ToList();
        var keys = byId.Select(r => Customer.KeyOf(r.LocalId!)).Distinct().ToList();
        var customers = keys.Count > 0 ? await store.FindManyAsync<Customer>(keys, stop) : [];
        foreach (var (reference, localId) in byId)
        {
            if (customers.FirstOrDefault(c => c.CustomerId == localId) is { } customer)
            {
                found[reference] = customer;
            }
        }

        return found;
    }

    // A claim alone is only a hint: the first of those it names who has the key is meant.
    private static async Task<Customer?> ByKeyAsync(ITenantStore store, CustomerKey key, CancellationToken stop)
    {
        var claim = await store.FindAsync<Claim>(key.ClaimKey, stop);
        foreach (var candidate in claim?.Candidates ?? [])
        {
            if (await ByLocalIdAsync(store, candidate, stop) is { } customer
                && CustomerKey.Of(customer).Any(k => k.Name == key.Name))
            {
                return customer;
            }
        }

        return null;
    }
}
