using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>
/// A store that answers slowly, in part or never: every call ends, and says so. Over the self-written gateway.
/// </summary>
public sealed class CosmosTimeoutTests : IAsyncLifetime
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);

    // On a busy machine a thread may come late; without any limit it would be minutes, or never.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Gateway _gateway = null!;
    private CosmosDocumentStore _store = null!;

    private ITenantStore Red => _store.Open("red", DataMode.Live);

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.StartAsync();

        // The first calls of a process load and compile much; they have their time, so that those of the tests need
        // none.
        var patient = Options(_gateway.Endpoint) with { AttemptTimeout = Patience, RetryBudget = Patience };
        await using (var store = await CosmosTesting.OpenAsync(patient))
        {
            var red = store.Open("red", DataMode.Live);
            await red.SaveAsync(Batch.Of(One("first"), One("second")), default);
            await red.QueryAsync<Thing>(new(Container.Master, "7", "thing"), default);
            await red.FindManyAsync<Thing>([One("first").Key, One("second").Key], default);
            await red.ReadChangesAsync(Container.Master, null, 10, default);
        }

        _store = await CosmosTesting.OpenAsync(Options(_gateway.Endpoint));
        await Red.FindAsync<Thing>(One("first").Key, default);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Theory]
    [InlineData(Fault.Silent)]
    [InlineData(Fault.NeverAnswer)]
    [InlineData(Fault.Stall)]
    [InlineData(Fault.Trickle)]
    public async Task Every_call_ends_within_its_budget_and_works_again_afterwards(Fault fault)
    {
        var calls = new Dictionary<string, Func<Task>>
        {
            ["find"] = () => Red.FindAsync<Thing>(One("first").Key, default),
            ["find many"] = () => Red.FindManyAsync<Thing>([One("first").Key, One("second").Key], default),
            ["query"] = () => Red.QueryAsync<Thing>(new(Container.Master, "7", "thing"), default),
            ["changes"] = () => Red.ReadChangesAsync(Container.Master, null, 10, default),
            ["save"] = () => Red.SaveAsync(Batch.Of(One("new")), default),
            ["batch"] = () => Red.SaveAsync(Batch.Of(One("third"), One("fourth")), default),
            ["partition"] = () => _store.Open($"blue{(int)fault}", DataMode.Live).SaveAsync(
                Batch.Of(One("a")), default),
        };
        _gateway.FaultFor = _ => fault;

        await Task.WhenAll(calls.Select(call => EndsAsync(call.Key, call.Value)));

        _gateway.FaultFor = _ => Fault.None;
        foreach (var (name, call) in calls)
        {
            try
            {
                await call();
            }
            catch (VersionConflictException) when (name is "save" or "batch" or "partition" && fault != Fault.Silent)
            {
                // It was written; that this could not be found out is what the failure said.
            }
        }

        var names = await Red.QueryAsync<Thing>(new(Container.Master, "7", "thing") { Take = 100 }, default);
        Assert.Equal(5, names.Items.Count);
        Assert.All(names.Items, one => Assert.Equal(1, one.Version));
    }

    [Theory]
    [InlineData(Fault.Silent, "replace", 1)]
    [InlineData(Fault.Silent, "batch", 2)]
    [InlineData(Fault.NeverAnswer, "replace", 1)]
    [InlineData(Fault.NeverAnswer, "batch", 2)]
    [InlineData(Fault.Stall, "batch", 2)]
    public async Task A_write_that_stays_without_answer_says_that_it_may_have_happened(
        Fault fault, string operation, int documents)
    {
        var things = await Red.FindManyAsync<Thing>([One("first").Key, One("second").Key], default);
        _gateway.FaultFor = one => one == operation || one == "read" ? fault : Fault.None;

        var failure = await EndsAsync(operation, () => Red.SaveAsync(
            Batch.Of(things.Take(documents).Select(one => one with { Count = 7 })), default));

        Assert.Contains("It is not known whether the batch was written", failure.Message, StringComparison.Ordinal);
        _gateway.FaultFor = _ => Fault.None;
        var now = await Red.FindManyAsync<Thing>([.. things.Take(documents).Select(one => one.Key)], default);
        Assert.All(now, one => Assert.Equal(fault == Fault.Silent ? 1 : 2, one.Version));
    }

    [Fact]
    public async Task A_server_that_takes_connections_and_says_nothing_stops_the_start_in_time()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var store = new CosmosDocumentStore(
            Options(new($"http://{silent.LocalEndpoint}/")), TimeProvider.System);

        await EndsAsync("start", () => store.StartAsync(default));
        await EndsAsync("find", () => store.Open("red", DataMode.Live).FindAsync<Thing>(One("a").Key, default));
    }

    [Fact]
    public async Task A_follower_whose_feed_falls_silent_goes_on_when_it_speaks_again()
    {
        var (received, silent) = (new TaskCompletionSource(), 3);
        var follower = _store.Follow(new(
            Container.Master, "test", 10, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2),
            _ =>
            {
                received.TrySetResult();
                return Task.CompletedTask;
            },
            _ => { }));
        _gateway.FaultFor = operation =>
            operation is "feed" or "replace" && Interlocked.Decrement(ref silent) >= 0 ? Fault.Silent : Fault.None;

        await follower.StartAsync();

        await received.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await follower.StopAsync();
    }

    private static async Task<StoreUnavailableException> EndsAsync(string name, Func<Task> call)
    {
        var watch = Stopwatch.StartNew();
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => call().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(watch.Elapsed < Budget + Slack, $"{name} took {watch.Elapsed}");
        return failure;
    }

    private static Thing One(string name) => new() { Name = name };

    private static CosmosStoreOptions Options(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        Key = Gateway.Key,
        SingleEndpoint = true,
        AttemptTimeout = TimeSpan.FromMilliseconds(400),
        RetryBudget = Budget,
    };
}
