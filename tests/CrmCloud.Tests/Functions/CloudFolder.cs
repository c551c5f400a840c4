using System.Text.Json;
using CrmCloud.Core;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;
using CrmCloud.Tests.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Functions;

/// <summary>
/// A data directory with tenants whose orders nobody has counted yet. Open it, or let the program have it.
/// </summary>
internal sealed class CloudFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public Dictionary<string, string> Customers { get; } = [];

    public static async Task<CloudFolder> WithTenantsAsync(params string[] slugs)
    {
        var folder = new CloudFolder();
        await using var stores = folder.Open();
        foreach (var slug in slugs)
        {
            var made = await new TenantDirectory(stores, TimeProvider.System)
                .CreateAsync(new(slug, "GBP", "Europe/London"), default);
            folder.Customers[slug] = Buckets.NewCustomerId(Guid.NewGuid(), made.Value.Tenant.Buckets);
            await folder.OrderAsync(stores.Open(slug, DataMode.Live), slug, "o1");
        }

        return folder;
    }

    public SqliteDocumentStore Open() => new(
        new() { DataDirectory = Path, Indexes = new ServiceCollection().AddCrmCloud().Indexes }, TimeProvider.System);

    /// <summary>Adds an order of 12.50; the customer with the first.</summary>
    public async Task OrderAsync(ITenantStore store, string slug, string id)
    {
        var (customer, now) = (Customers[slug], TimeProvider.System.GetUtcNow());
        if (await store.FindAsync<Customer>(Customer.KeyOf(customer), default) is null)
        {
            await store.SaveAsync(
                Batch.Of(new Customer { CustomerId = customer, CreatedAt = now, UpdatedAt = now }), default);
        }

        var external = new ExternalId("shop", id);
        await store.SaveAsync(Batch.Of(new Transaction
        {
            FactId = Transaction.FactIdOf(external), CustomerId = customer, ExternalId = external,
            Kind = TransactionKind.Purchase, AmountMinor = 1_250, Currency = "GBP",
            At = now - TimeSpan.FromHours(1), ReceivedAt = now,
        }), default);
    }

    /// <summary>What the figures say of the tenant's customer: orders and pence; null when nobody counted.</summary>
    public async Task<(int Orders, long Pence)?> CountedAsync(IDocumentStore stores, string slug)
    {
        var store = stores.Open(slug, DataMode.Live);
        var tenant = await store.FindAsync<Tenant>(Tenant.KeyOf(), default);
        return await new FigureReader(store, tenant!).ProfileAsync(Customers[slug], default) is { } profile
            ? (profile.Frequency, profile.MonetaryMinor)
            : null;
    }

    /// <summary>The change of the tenant's order as Cosmos DB's feed shows it, lossy as the host makes it.</summary>
    public string Document(string slug) => JsonSerializer.Serialize(new
    {
        id = "transaction|o1",
        pk = CloudPartition.Of(slug, DataMode.Live, Buckets.Of(Customers[slug])),
        kind = "transaction",
        version = 1,
        amount = 12.5,
        _lsn = 7,
    });

    /// <summary>The host's body: the documents as a string within a string.</summary>
    public static string Body(params string[] documents)
    {
        var list = "[" + string.Join(',', documents) + "]";
        var text = JsonSerializer.Serialize(JsonSerializer.Serialize(list));
        const string metadata = """
            {"sys":{"MethodName":"KpiFromChanges","UtcNow":"2026-11-21T10:00:00Z",
            "RandGuid":"3b1f6a4e-6a1c-4c0e-9d7e-1b2c3d4e5f60"}}
            """;
        return "{\"Data\":{\"documents\":" + text + "},\"Metadata\":" + metadata + "}";
    }

    public void Dispose() => _folder.Dispose();
}
