using System.Text;
using System.Text.Json;
using CrmCloud.Core;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Execution;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;
using CrmCloud.Tests.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Customers;

/// <summary>One tenant on a real store, whose mutations go through the real pipeline.</summary>
public sealed class Desk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDocumentStore _stores;
    private readonly ChangeSignal _signal = new();
    private readonly MutationPipeline _pipeline;
    private readonly ServiceProvider _services;
    private readonly Lazy<Executor> _executor;
    private int _requests;

    public Desk(int buckets = 4)
    {
        var services = new ServiceCollection();
        var registry = services.AddCrmCloud();
        _stores = new(new() { DataDirectory = _folder.Path, Indexes = registry.Indexes }, Clock);
        _pipeline = new(_stores, _signal, new KeyRing(_stores, new Installation(_stores), Clock));
        Uploads = new(_folder.Path);
        _services = services.AddSingleton(Uploads).AddSingleton(_pipeline).AddSingleton<IDocumentStore>(_stores)
            .AddSingleton<TimeProvider>(Clock)
            .BuildServiceProvider();
        _executor = new(() => new Executor(registry.BuildSchema(), new() { Time = Clock }));
        Tenant = new()
        {
            Slug = "red-shop",
            Name = "Red Shop",
            TimeZone = "Europe/London",
            Currency = "GBP",
            Buckets = buckets,
        };
    }

    public FakeClock Clock { get; } = new();

    public Tenant Tenant { get; }

    public UploadStore Uploads { get; }

    public Caller Caller => CallerOf("red-shop");

    public CustomerMutations Customers { get; } = new();

    public InteractionMutations Interactions { get; } = new();

    public FactMutations Facts { get; } = new();

    public ConsentMutations Consents { get; } = new();

    public AttributeMutations Attributes { get; } = new();

    public Caller CallerOf(string tenant, params Scope[] scopes) => new()
    {
        Tenant = Tenant with { Slug = tenant },
        App = new()
        {
            AppId = "a1",
            Name = "shop",
            Mode = DataMode.Live,
            Scopes = scopes.Length > 0 ? scopes : Enum.GetValues<Scope>(),
        },
        Store = _stores.Open(tenant, DataMode.Live),
        Now = Clock.Now,
        RequestId = $"r{Interlocked.Increment(ref _requests)}",
        Cursors = CursorSigner.For(new byte[32], tenant, DataMode.Live),
    };

    /// <summary>Runs one mutation as the schema's field would.</summary>
    public Task<MutationResult<TPayload>> RunAsync<TInput, TPayload>(
        Func<TInput, Caller, CancellationToken, Task<Outcome<Change<TPayload>>>> mutation,
        TInput input,
        MutationOptions? options = null,
        Caller? caller = null) where TInput : notnull
    {
        var call = CallOf(input, options, caller);
        return _pipeline.RunAsync(call, own => mutation(input, own, CancellationToken.None), CancellationToken.None);
    }

    /// <summary>Runs a mutation over a list.</summary>
    public Task<MutationResult<TPayload>> RunListAsync<TInput, TPayload>(
        Func<TInput, Caller, MutationItems, CancellationToken, Task<Outcome<Change<TPayload>>>> mutation,
        TInput input,
        MutationOptions? options = null) where TInput : notnull
    {
        var call = CallOf(input, options, null);
        var items = new MutationItems(call, _pipeline);
        var list = call with { Options = call.Options with { IdempotencyKey = null } };
        return _pipeline.RunAsync(list, own => mutation(input, own, items, CancellationToken.None),
            CancellationToken.None);
    }

    /// <summary>Asks as a client would, but for the transport.</summary>
    /// <param name="variables">Serialized as they are; null for none.</param>
    public async Task<JsonElement> AskAsync(string document, object? variables = null, Caller? caller = null)
    {
        using var result = await _executor.Value.ExecuteAsync(new()
        {
            Document = Encoding.UTF8.GetBytes(document),
            Variables = JsonSerializer.SerializeToElement(variables ?? new { }),
            Services = _services,
            State = new RequestState().Set(caller ?? Caller),
        });
        return JsonDocument.Parse(result.ToString()).RootElement;
    }

    /// <summary>What the workers do within seconds.</summary>
    public async Task ComputeFiguresAsync()
    {
        if (await Caller.Store.FindAsync<Tenant>(Core.Tenants.Tenant.KeyOf(), CancellationToken.None) is null)
        {
            await Caller.Store.SaveAsync(Batch.Of(Tenant), CancellationToken.None);
        }

        await FigureWorker.ProcessAsync(Caller.Store, Clock.Now, CancellationToken.None);
    }

    /// <summary>Everything of one kind, whatever partition it is in.</summary>
    public async Task<IReadOnlyList<T>> AllAsync<T>(
        Container container, string kind, IEnumerable<string>? partitions = null)
        where T : class, IDocument
    {
        var all = new List<T>();
        foreach (var partition in partitions ?? Buckets.Partitions)
        {
            Page<T> page;
            Position? after = null;
            do
            {
                page = await Caller.Store.QueryAsync<T>(
                    new Query(container, partition, kind) { Take = 1_000, After = after }, CancellationToken.None);
                all.AddRange(page.Items);
                after = page.Items.Count > 0 ? new Position(null, page.Items[^1].Key.Id) : null;
            }
            while (page.HasMore);
        }

        return all;
    }

    public Task<IReadOnlyList<Customer>> AllCustomersAsync() => AllAsync<Customer>(Container.Master, "customer");

    public Task<IReadOnlyList<Claim>> AllClaimsAsync() =>
        AllAsync<Claim>(Container.Master, "claim", Enumerable.Range(0, 16).Select(n => $"i{n}"));

    public async Task<Customer> CustomerAsync(CustomerInput? input = null) =>
        (await RunAsync<CustomerInput, CustomerCreatePayload>(Customers.CustomerCreateAsync, input ?? new()))
            .Payload!.Customer!;

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _stores.DisposeAsync();
        _signal.Dispose();
        _folder.Dispose();
    }

    private MutationCall CallOf(object input, MutationOptions? options, Caller? caller) =>
        new("test", "test", input, options ?? new(), caller ?? Caller);
}

/// <summary>Short ways to write inputs.</summary>
internal static class Given
{
    public static ExternalIdInput Id(string id, string source = "erp") => new() { Source = source, Id = id };

    public static Ref Ref(string externalId) => new() { ExternalId = Id(externalId) };

    public static Ref Ref(INode node) => new() { Id = node.Id };

    public static IdentityInput Identity(IdentityKind kind, string value, bool verified = false) =>
        new() { Kind = kind, Value = value, Verified = verified, Source = "test" };

    public static CustomerInput Customer(params string[] externalIds) => new()
    {
        ExternalIds = new((IReadOnlyList<ExternalIdInput>)[.. externalIds.Select(e => Id(e))]),
    };

    public static CustomerUpsertInput Upsert(CustomerInput customer, params CustomerMatch[] match) =>
        new() { Match = match, Customer = customer };

    public static CustomerMatch Match(string externalId) => new() { ExternalId = Id(externalId) };

    public static MoneyInput Pounds(decimal amount) => new() { Amount = amount, Currency = Currency.Parse("GBP") };

    public static TransactionInput Order(Ref customer, string id, decimal amount, DateTimeOffset at) => new()
    {
        ExternalId = Id(id, "shop"),
        Customer = customer,
        Kind = TransactionKind.Purchase,
        Amount = Pounds(amount),
        At = at,
    };

    public static InteractionInput Interaction(Ref customer, string type, DateTimeOffset at, string? id = null) => new()
    {
        ExternalId = id is null ? null : Id(id, "web"),
        Customer = customer,
        Channel = Channel.Web,
        Direction = FlowDirection.Inbound,
        Type = type,
        OccurredAt = at,
    };
}
