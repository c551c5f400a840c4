using System.Text.Json.Nodes;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>What an operator reads when the account is not as the program needs it, and what expires.</summary>
public sealed class CosmosStartTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private Gateway _gateway = null!;
    private CosmosDocumentStore _store = null!;

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.StartAsync(_clock);
        _store = await CosmosTesting.OpenAsync(Options());
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task What_is_wrong_with_the_containers_is_named_all_at_once()
    {
        _gateway.Containers.Remove("figures");
        _gateway.Containers["master"].Definition["partitionKey"]!["paths"] = new JsonArray("/id");
        _gateway.Containers["interactions"].Definition.Remove("defaultTtl");
        _gateway.Containers["directory"].Definition["indexingPolicy"]!["compositeIndexes"] = new JsonArray();

        await using var late = new CosmosDocumentStore(Options(), TimeProvider.System);
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => late.StartAsync(default));

        Assert.Contains(
            "There is no container 'figures' in database 'crmcloud'.", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            "'master' has the partition key /id; it must be /pk", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            "'interactions' has a default time to live of off", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            "'directory' lacks the composite index (/body/at, /id)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_of_weak_consistency_is_refused()
    {
        _gateway.Consistency = "Eventual";

        await using var late = new CosmosDocumentStore(Options(), TimeProvider.System);
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => late.StartAsync(default));

        Assert.Contains("Session", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_said_within_the_budget()
    {
        var options = Options() with
        {
            Endpoint = new("http://127.0.0.1:9/"), RetryBudget = TimeSpan.FromSeconds(2), MaxAttempts = 3,
        };

        await using var late = new CosmosDocumentStore(options, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => late.StartAsync(default));

        Assert.Contains("the account http://127.0.0.1:9/ does not answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_and_tombstones_carry_their_life_and_the_numbers_begin_anew_after_it()
    {
        var red = _store.Open("red", DataMode.Live);
        await red.SaveAsync(Batch.Of(new Thing { Name = "a", LifeSeconds = 60 }, new Thing { Name = "b" }), default);
        await red.SaveAsync(new Batch().Delete(new Thing { Name = "b", Version = 1 }), default);
        var (a, b) = (new Thing { Name = "a" }, new Thing { Name = "b" });

        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(await red.FindAsync<Thing>(a.Key, default));
        await red.SaveAsync(Batch.Of(a), default);
        Assert.Equal(1, (await red.FindAsync<Thing>(a.Key, default))!.Version);

        _clock.Advance(TimeSpan.FromDays(29));
        var page = await red.ReadChangesAsync(Container.Master, null, 10, default);
        Assert.Equal([true, false], page.Changes.OrderByDescending(one => one.Deleted).Select(one => one.Deleted));
        _clock.Advance(TimeSpan.FromDays(1));
        page = await red.ReadChangesAsync(Container.Master, null, 10, default);
        Assert.False(Assert.Single(page.Changes).Deleted);
        await red.SaveAsync(Batch.Of(b), default);
        Assert.Equal(1, (await red.FindAsync<Thing>(b.Key, default))!.Version);
    }

    [Fact]
    public async Task A_number_that_would_be_rounded_is_refused()
    {
        var red = _store.Open("red", DataMode.Live);

        await Assert.ThrowsAsync<ArgumentException>(
            () => red.SaveAsync(Batch.Of(new Thing { Name = "a", Count = (1L << 53) + 1 }), default));
        await red.SaveAsync(Batch.Of(new Thing { Name = "b", Count = 1L << 53, Weight = 0.1 + 0.2 }), default);

        var b = (await red.FindAsync<Thing>(new Thing { Name = "b" }.Key, default))!;
        Assert.Equal((1L << 53, 0.1 + 0.2), (b.Count!.Value, b.Weight!.Value));
    }

    [Fact]
    public void Ids_keep_their_order_and_come_back()
    {
        var random = new Random(3);
        var ids = Enumerable.Range(0, 2_000).Select(_ => "kind/" + string.Concat(
            Enumerable.Range(0, random.Next(1, 6)).Select(_ => "-./0aZ~!é"[random.Next(9)]))).Distinct().ToList();

        Assert.Equal(
            ids.Order(StringComparer.Ordinal), ids.OrderBy(CosmosId.Of, StringComparer.Ordinal));
        Assert.Equal(ids, ids.Select(id => CosmosId.Read(CosmosId.Of(id))));
        Assert.All(ids, id => Assert.DoesNotContain('/', CosmosId.Of(id)));
    }

    private CosmosStoreOptions Options() => new()
    {
        Endpoint = _gateway.Endpoint,
        Key = Gateway.Key,
        SingleEndpoint = true,
        Indexes = [new(Container.Directory, "key", "at")],
    };
}
