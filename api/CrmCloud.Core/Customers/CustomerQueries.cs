using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

public sealed class CustomerQueries
{
    /// <summary>One customer by our id or by yours; null for one that is unknown or another tenant's.</summary>
    [Query, RequiresScope(Scope.CustomersRead)]
    public Task<Customer?> CustomerAsync(Ref @ref, Caller caller, CancellationToken stop) =>
        CustomerLookup.ByRefAsync(caller.Store, @ref, stop);

    /// <summary>
    /// The customer who is recognised by this; of several with an unverified address the first who had it.
    /// </summary>
    [Query, RequiresScope(Scope.CustomersRead)]
    public Task<Customer?> CustomerByIdentityAsync(
        IdentityKind kind, string value, Caller caller, CancellationToken stop) =>
        CustomerLookup.ByIdentityAsync(caller.Store, kind, value, stop);

    /// <summary>The attributes that customers of this tenant can have, by key; at most 200.</summary>
    [Query, RequiresScope(Scope.CustomersRead)]
    public async Task<IReadOnlyList<AttributeDefinition>> AttributeDefinitionsAsync(
        Caller caller, CancellationToken stop) =>
        (await AttributeCatalog.LoadAsync(caller.Store, stop)).All;
}

/// <summary>A customer's value of an attribute: of the five, the one of its type is set.</summary>
public sealed record AttributeValue(
    string Key,
    AttributeDefinition? Definition,
    string? String,
    decimal? Number,
    bool? Boolean,
    DateOnly? Date,
    IReadOnlyList<string>? List,
    string Source,
    DateTimeOffset ObservedAt);

[ExtendObjectType(typeof(Customer))]
public sealed class CustomerFields
{
    private const int MostConsents = 200;

    /// <summary>One attribute; null where the customer has none of this key.</summary>
    [BatchResolver]
    public async Task<IReadOnlyList<AttributeValue?>> AttributeAsync(
        [Parent] IReadOnlyList<Customer> customers, string key, Caller caller, CancellationToken stop) =>
        [.. (await ValuesAsync(customers, [key], caller, stop))
            .Select(values => values is [var value, ..] ? value : null)];

    /// <summary>All attributes, or those of these keys.</summary>
    [BatchResolver]
    public async Task<IReadOnlyList<IReadOnlyList<AttributeValue>>> AttributesAsync(
        [Parent] IReadOnlyList<Customer> customers, IReadOnlyList<string>? keys, Caller caller,
        CancellationToken stop) =>
        await ValuesAsync(customers, keys, caller, stop);

    /// <summary>The organization a person belongs to.</summary>
    [BatchResolver]
    public async Task<IReadOnlyList<Customer?>> OrganizationAsync(
        [Parent] IReadOnlyList<Customer> customers, Caller caller, CancellationToken stop)
    {
        var ids = customers.Select(c => c.OrganizationId).OfType<string>();
        var found = await CustomerLookup.ByLocalIdsAsync(caller.Store, ids, stop);
        return [.. customers.Select(c => c.OrganizationId is { } id ? found.GetValueOrDefault(id) : null)];
    }

    /// <summary>The people of an organization, in the order they were made.</summary>
    [Cost(5), ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<Customer>> MembersAsync(
        [Parent] Customer customer, Caller caller, CancellationToken stop, int first = 50, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "members", customer.CustomerId);
        var query = new MergedQuery<Customer>
        {
            Partitions = BucketMerge.PartitionsOf(caller.Tenant.Buckets),
            Each = new Query(Container.Master, "", "customer")
            {
                Where = [new("organizationId", Comparison.Equal, customer.CustomerId)],
                OrderBy = "createdAt",
            },
            SortValue = c => SortText.Of(c.CreatedAt),
        };
        var page = await BucketMerge.ReadAsync(caller.Store, query, paging.First, paging.After, stop);
        return paging.Answer(page.Items, page.HasMore, s => BucketMerge.CountAsync(caller.Store, query, caller.Now, s));
    }

    /// <summary>What he permits and refuses; at most 200 are shown.</summary>
    [Cost(2)]
    public Task<IReadOnlyList<Consent>> ConsentsAsync(
        [Parent] Customer customer, Caller caller, CancellationToken stop) =>
        ConsentsOfAsync(caller.Store, customer.CustomerId, stop);

    /// <summary>All consents of one customer, by purpose and channel.</summary>
    [GraphQLIgnore]
    public static async Task<IReadOnlyList<Consent>> ConsentsOfAsync(
        ITenantStore store, string customerId, CancellationToken stop)
    {
        var query = new Query(Container.Master, Buckets.Of(customerId), "consent")
        {
            IdPrefix = customerId + "/",
            Take = MostConsents,
        };
        return (await store.QueryAsync<Consent>(query, stop)).Items;
    }

    private static async Task<List<IReadOnlyList<AttributeValue>>> ValuesAsync(
        IReadOnlyList<Customer> customers, IReadOnlyList<string>? keys, Caller caller, CancellationToken stop)
    {
        var catalog = await AttributeCatalog.LoadAsync(caller.Store, stop);
        var hidesPersonal = !caller.SeesPersonalData;
        return [.. customers.Select(c => (IReadOnlyList<AttributeValue>)[.. c.StoredAttributes
            .Where(a => keys is null || keys.Contains(a.AttributeKey))
            .Select(a => Shown(a, catalog.Find(a.AttributeKey), hidesPersonal))])];
    }

    // A definition that is gone says nothing about whether the value is personal, so it counts as personal.
    private static AttributeValue Shown(StoredAttribute a, AttributeDefinition? definition, bool hidesPersonal) =>
        hidesPersonal && (definition is null || definition.Pii is not null)
            ? new(
                a.AttributeKey, definition, a.Text is null ? null : PiiAttribute.Mask, null, null, null, null,
                a.Source, a.ObservedAt)
            : new(a.AttributeKey, definition, a.Text, a.Number, a.Boolean, a.Date, a.List, a.Source, a.ObservedAt);
}

[ExtendObjectType(typeof(Consent))]
public sealed class ConsentFields
{
    /// <summary>What it means now: EXPIRED once granted and past its end.</summary>
    public ConsentStatus Status([Parent] Consent consent, Caller caller) => consent.StatusAt(caller.Now);
}
