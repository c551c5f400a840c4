using System.Collections.Concurrent;
using System.Text.Json;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>
/// Several who follow everybody's changes together: the client's own change feed processor, over the self-written
/// gateway.
/// </summary>
public sealed class CosmosFollowTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _received = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly List<FeedFollower> _followers = [];
    private Gateway _gateway = null!;
    private CosmosDocumentStore _store = null!;

    public async Task InitializeAsync()
    {
        // Everything was written months ago, so nothing of it comes to who begins with now.
        _gateway = await Gateway.StartAsync(new FakeClock());
        _store = await CosmosTesting.OpenAsync(Options());
    }

    public async Task DisposeAsync()
    {
        _gateway.FaultFor = _ => Fault.None;
        await Task.WhenAll(_followers.Select(one => one.StopAsync()));
        await _store.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task What_anybody_saved_before_and_after_the_start_is_delivered()
    {
        await SaveAsync("red", "before");
        await FollowAsync(Note);
        await SaveAsync("blue", "after");

        await ReceivedAsync("before", "after");
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task What_could_not_be_done_comes_again_and_what_was_done_does_not_even_after_a_restart()
    {
        var left = 3;
        await FollowAsync(documents => Interlocked.Decrement(ref left) >= 0
            ? throw new InvalidOperationException("not yet")
            : Note(documents));
        await SaveAsync("red", "hard");
        await ReceivedAsync("hard");
        Assert.Equal(3, _failures.Count(failure => failure.InnerException is InvalidOperationException));
        await _followers[0].StopAsync();
        _received.Clear();

        await FollowAsync(Note);
        await SaveAsync("red", "later");

        await ReceivedAsync("later");
        Assert.DoesNotContain("hard", _received);
    }

    [Fact]
    public async Task Who_stops_gives_his_lease_back_and_another_goes_on_at_once()
    {
        await FollowAsync(Note, lease: 60);
        await SaveAsync("red", "first");
        await ReceivedAsync("first");
        var began = TimeProvider.System.GetTimestamp();

        await _followers[0].StopAsync();
        await FollowAsync(Note, lease: 60);
        await SaveAsync("red", "second");

        await ReceivedAsync("second");
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Two_who_follow_together_share_the_lease_and_lose_nothing_through_faults()
    {
        const int Seed = 3;
        await FollowAsync(Note);
        await FollowAsync(Note);
        _gateway.FaultFor = Cloud.CloudTruth.Weather(
            Seed, 8, Fault.Throttle, Fault.Unavailable, Fault.Drop, Fault.LoseAnswer, Fault.NeverAnswer);

        var names = Enumerable.Range(0, 60).Select(n => $"{n}").ToArray();
        foreach (var name in names)
        {
            await SaveAsync("red", name);
        }

        await ReceivedAsync(names);
    }

    [Fact]
    public async Task Leases_are_nobodys_after_a_stop_and_what_locks_them_can_expire()
    {
        // As Bicep makes it: else the lock of a process that died while it made the leases would last for ever.
        Assert.Equal(-1, (int?)_gateway.Containers[ContainerPlan.Leases].Definition["defaultTtl"]);
        await FollowAsync(Note);

        await _followers[0].StopAsync();

        var lease = Assert.Single(
            _gateway.Containers[ContainerPlan.Leases].In(null), item => item.Json.ContainsKey("LeaseToken"));
        Assert.Null((string?)lease.Json["Owner"]);
    }

    private Task SaveAsync(string tenant, string name) =>
        _store.Open(tenant, DataMode.Live).SaveAsync(Batch.Of(new Thing { Name = name }), default);

    private async Task FollowAsync(Func<IReadOnlyList<JsonElement>, Task> receive, double lease = 1.5)
    {
        _followers.Add(_store.Follow(new(
            Container.Master, "test", 10, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(lease), receive,
            _failures.Enqueue)));
        await _followers[^1].StartAsync();
    }

    private Task Note(IReadOnlyList<JsonElement> documents)
    {
        // The adapter's own notes of partitions come too.
        foreach (var document in documents.Where(one => one.TryGetProperty("body", out _)))
        {
            _received.Enqueue(document.GetProperty("body").GetProperty("name").GetString()!);
        }

        return Task.CompletedTask;
    }

    private async Task ReceivedAsync(params string[] names)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var began = TimeProvider.System.GetTimestamp();
        while (!names.ToHashSet().IsSubsetOf(_received))
        {
            var missing = string.Join(' ', names.Except(_received));
            var waited = TimeProvider.System.GetElapsedTime(began);
            Assert.True(waited < Patience, $"{missing} did not come. {_failures.LastOrDefault()}");
            await timer.WaitForNextTickAsync();
        }
    }

    private CosmosStoreOptions Options() => new()
    {
        Endpoint = _gateway.Endpoint,
        Key = Gateway.Key,
        SingleEndpoint = true,
        AttemptTimeout = TimeSpan.FromMilliseconds(700),
    };
}
