using CrmCloud.Core;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;
using CrmCloud.Tests.Store;

namespace CrmCloud.Tests.Figures;

/// <summary>
/// One tenant in a real store, and beside it a plain list of what was written: the truth that figures must equal.
/// Writes go to the store as the pipeline and imports write them; every write is remembered here.
/// </summary>
internal sealed class FigureWorld : IAsyncDisposable
{
    public static readonly CancellationToken Stop = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDocumentStore _stores;

    public FigureWorld(FakeClock? clock = null)
    {
        Clock = clock ?? new FakeClock();
        var indexes = FigureIndexes.All.Concat(Core.Jobs.JobIndexes.All)
            .Concat(Core.Segments.SegmentsFeature.Indexes).ToList();
        _stores = new SqliteDocumentStore(new() { DataDirectory = _folder.Path, Indexes = indexes }, Clock);
        Store = _stores.Open("tenant", DataMode.Live);
    }

    public FakeClock Clock { get; }

    public ITenantStore Store { get; }

    public Tenant Tenant { get; private set; } = null!;

    public Dictionary<string, Customer> Customers { get; } = [];

    public Dictionary<DocumentKey, Transaction> Transactions { get; } = [];

    public Dictionary<DocumentKey, Interaction> Interactions { get; } = [];

    public Dictionary<DocumentKey, Measurement> Measurements { get; } = [];

    public Dictionary<DocumentKey, Consent> Consents { get; } = [];

    public FigureReader Reader => new(Store, Tenant);

    public long Now => Clock.Now.ToUnixTimeMilliseconds();

    public Definitions Definitions => TenantDefinitions.Of(Tenant, 1);

    public static async Task<FigureWorld> StartAsync(int buckets = 2, Func<Tenant, Tenant>? with = null)
    {
        var world = new FigureWorld();
        var tenant = new Tenant
        {
            Slug = "tenant", Name = "Tenant", TimeZone = "Europe/London", Currency = "GBP", Buckets = buckets,
            CreatedAt = world.Clock.Now, UpdatedAt = world.Clock.Now,
        };
        world.Tenant = with?.Invoke(tenant) ?? tenant;
        await world.SaveAsync(world.Tenant);
        world.Tenant = world.Tenant with { Version = 1 };
        return world;
    }

    public async Task SetAsync(Func<Tenant, Tenant> change)
    {
        var next = change(Tenant);
        await SaveAsync(next);
        Tenant = next with { Version = next.Version + 1 };
    }

    public async Task<string> AddCustomerAsync(Guid id, Func<Customer, Customer>? with = null)
    {
        var customer = new Customer
        {
            CustomerId = Buckets.NewCustomerId(id, Tenant.Buckets), CreatedAt = Clock.Now, UpdatedAt = Clock.Now,
        };
        customer = with?.Invoke(customer) ?? customer;
        await SaveAsync(customer);
        Customers[customer.CustomerId] = customer with { Version = 1 };
        return customer.CustomerId;
    }

    public async Task<Transaction> OrderAsync(
        string customer, string id, long amount, DateTimeOffset at,
        TransactionKind kind = TransactionKind.Purchase, string? of = null)
    {
        var external = new ExternalId("shop", id);
        var order = new Transaction
        {
            FactId = Transaction.FactIdOf(external), CustomerId = customer, ExternalId = external, Kind = kind,
            AmountMinor = amount, Currency = "GBP", At = at, ReceivedAt = Clock.Now,
            RefundOfFactId = of is null ? null : Transaction.FactIdOf(new("shop", of)),
        };
        return await PutAsync(Transactions, order, (o, version) => o with { Version = version });
    }

    public async Task<T> PutAsync<T>(
        Dictionary<DocumentKey, T> known, T document, Func<T, long, T> at) where T : class, IDocument
    {
        await SaveAsync(document);
        // The id may have had a tombstone; then versions go on.
        var stored = await Store.FindAsync<T>(document.Key, Stop);
        return known[document.Key] = at(document, stored!.Version);
    }

    public async Task DeleteAsync<T>(Dictionary<DocumentKey, T> known, T document) where T : class, IDocument
    {
        await Store.SaveAsync(new Batch().Delete(document), Stop);
        known.Remove(document.Key);
    }

    public Task SaveAsync(IDocument document) => Store.SaveAsync(Batch.Of(document), Stop);

    public Task<DateTimeOffset?> VisitAsync() => FigureVisit.RunAsync(Store, Clock.Now, Stop);

    /// <summary>The facts of one customer, as they are in his documents.</summary>
    public List<Fact> FactsOf(string customer) =>
    [
        .. Transactions.Values.Where(t => t.CustomerId == customer).Select(FactOf),
        .. Interactions.Values.Where(i => i.CustomerId == customer).Select(FactOf),
    ];

    public CustomerHistory HistoryOf(string customer)
    {
        var history = new CustomerHistory();
        foreach (var fact in FactsOf(customer))
        {
            history.Replace(fact);
        }

        return history;
    }

    /// <summary>Everybody of whom anything is known.</summary>
    public IReadOnlyList<string> Everybody() =>
    [
        .. Customers.Keys
            .Concat(Transactions.Values.Select(t => t.CustomerId))
            .Concat(Interactions.Values.Select(i => i.CustomerId))
            .Concat(Consents.Values.Where(c => c.Recorded == ConsentStatus.Granted).Select(c => c.CustomerId))
            .Distinct(),
    ];

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        _folder.Dispose();
    }

    private static Fact FactOf(Transaction t) =>
        new(Fact.IdOf(t.Key.Id), t.Version, (FactKind)t.Kind, t.At.ToUnixTimeMilliseconds())
    {
        Amount = t.AmountMinor,
        RefundOf = t.RefundOfFactId is { } order ? Fact.IdOf($"transaction/{t.CustomerId}/{order}") : 0,
    };

    private static Fact FactOf(Interaction i) =>
        new(Fact.IdOf(i.Key.Id), i.Version, FactKind.Interaction, i.At.ToUnixTimeMilliseconds())
    {
        Amount = i.Satisfaction ?? 0, Type = i.Type, Channel = TouchCode.Of(i.Channel, i.Direction),
    };
}
