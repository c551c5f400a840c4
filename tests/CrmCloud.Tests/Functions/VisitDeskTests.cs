using System.Collections.Concurrent;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;
using CrmCloud.Tests.Store;

namespace CrmCloud.Tests.Functions;

/// <summary>Who is visited when, by many callers and by timers, on a clock of the test's own.</summary>
public sealed class VisitDeskTests : IAsyncLifetime, IDisposable
{
    private static readonly TenantMode Red = new("red", DataMode.Live);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeClock _clock = new();
    private readonly List<(string Tenant, DataMode Mode)> _visits = [];
    private readonly ConcurrentDictionary<ITenantStore, DataMode> _opened = [];
    private readonly CancellationTokenSource _open = new();
    private SqliteDocumentStore _stores = null!;
    private Func<ITenantStore, Task<DateTimeOffset?>> _visit = _ => Task.FromResult<DateTimeOffset?>(null);

    public async Task InitializeAsync()
    {
        _stores = new(new() { DataDirectory = _folder.Path, Indexes = JobIndexes.All }, _clock);
        await new TenantDirectory(_stores, _clock).CreateAsync(new("red", "GBP", "America/New_York"), default);
    }

    public async Task DisposeAsync() => await _stores.DisposeAsync();

    public void Dispose()
    {
        _open.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Who_asks_during_a_visit_shares_the_one_that_follows()
    {
        using var desk = Desk();
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _visit = async _ =>
        {
            begun.TrySetResult();
            await go.Task;
            return null;
        };

        var first = desk.VisitAsync(Red, default);
        await begun.Task;
        var later = Enumerable.Range(0, 10).Select(_ => desk.VisitAsync(Red, default)).ToList();
        go.SetResult();
        await Task.WhenAll([first, .. later]);

        Assert.Equal(2, _visits.Count);
    }

    [Fact]
    public async Task A_failed_visit_is_told_to_its_askers_and_waits_twice_as_long_each_time()
    {
        using var desk = Desk();
        _visit = _ => throw new StoreUnavailableException("full");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => desk.VisitAsync(Red, default));

        foreach (var seconds in new[] { 5, 10, 20, 40, 80, 160, 300, 300 })
        {
            _clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.Equal(0, (await Rounds(desk).DueAsync(default)).Failed);
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(1, (await Rounds(desk).DueAsync(default)).Failed);
        }

        _visit = _ => Task.FromResult<DateTimeOffset?>(null);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, (await Rounds(desk).DueAsync(default)).Visited);

        _visit = _ => throw new StoreUnavailableException("full again");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => desk.VisitAsync(Red, default));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, (await Rounds(desk).DueAsync(default)).Failed);
    }

    [Fact]
    public async Task Two_hosts_that_find_the_same_tenant_due_visit_him_once()
    {
        using var desk = Desk();
        using var other = Desk();
        await Rounds(desk).ReconcileAsync(default);
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _visit = async _ =>
        {
            begun.TrySetResult();
            await go.Task;
            return null;
        };

        var first = Rounds(desk).DueAsync(default);
        await begun.Task;
        var second = Rounds(other).DueAsync(default);
        go.SetResult();

        Assert.Equal(2, (await first).Visited + (await second).Visited);
        Assert.Equal(2, _visits.Distinct().Count());
        Assert.Equal(2, _visits.Count);
    }

    [Fact]
    public async Task Who_was_taken_by_a_host_that_died_is_due_again_after_five_minutes()
    {
        using var desk = Desk();
        await new VisitSchedule(_stores).WantAsync(Red, _clock.Now, default);
        var row = Assert.Single(await new VisitSchedule(_stores).DueAsync(_clock.Now, default));
        Assert.True(await new VisitSchedule(_stores).TryTakeAsync(row, _clock.Now, default));

        Assert.False(await new VisitSchedule(_stores).TryTakeAsync(row, _clock.Now, default));
        Assert.Equal(0, (await Rounds(desk).DueAsync(default)).Visited);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, (await Rounds(desk).DueAsync(default)).Visited);
    }

    [Fact]
    public async Task What_is_asked_for_during_a_visit_is_not_forgotten_at_its_end()
    {
        using var desk = Desk();
        var schedule = new VisitSchedule(_stores);
        var asked = _clock.Now;
        _clock.Advance(TimeSpan.FromSeconds(1));
        _visit = async _ =>
        {
            // By a request that began before the visit did, as every clock may have it.
            await schedule.AskAsync(Red, asked, default);
            return null;
        };
        await desk.VisitAsync(Red, default);

        _visit = _ => Task.FromResult<DateTimeOffset?>(null);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await Rounds(desk).DueAsync(default)).Visited);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, (await Rounds(desk).DueAsync(default)).Visited);
    }

    [Fact]
    public async Task A_tenant_is_due_at_the_instant_his_visit_asked_for()
    {
        using var desk = Desk();
        _visit = _ => Task.FromResult<DateTimeOffset?>(_clock.Now + TimeSpan.FromMinutes(7));
        await desk.VisitAsync(Red, default);

        _clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(0, (await Rounds(desk).DueAsync(default)).Visited);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await Rounds(desk).DueAsync(default)).Visited);
    }

    [Fact]
    public async Task A_day_that_ended_in_the_tenants_zone_brings_a_visit_once_however_late_the_timer()
    {
        using var desk = Desk();
        await desk.VisitAsync(Red, default);

        // 2 March 2026, 09:00 in Greenwich: New York's day ends at 05:00 the next morning.
        _clock.Advance(TimeSpan.FromHours(19.9));
        Assert.Equal(0, (await Rounds(desk).DayEndedAsync(default)).Visited);
        _clock.Advance(TimeSpan.FromHours(8));
        Assert.Equal(1, (await Rounds(desk).DayEndedAsync(default)).Visited);
        Assert.Equal(0, (await Rounds(desk).DayEndedAsync(default)).Visited);
    }

    [Fact]
    public async Task Reconciliation_gives_each_tenant_a_place_and_takes_it_from_who_is_gone()
    {
        using var desk = Desk();
        await new VisitSchedule(_stores).WantAsync(new("gone", DataMode.Live), _clock.Now, default);

        Assert.Equal((2, 1), await Rounds(desk).ReconcileAsync(default));
        Assert.Equal((0, 0), await Rounds(desk).ReconcileAsync(default));
        Assert.Equal(2, (await Rounds(desk).DueAsync(default)).Visited);
        Assert.Equal(2, _visits.Distinct().Count());
    }

    [Fact]
    public async Task One_tenants_failure_keeps_no_other_from_his_visit()
    {
        using var desk = Desk();
        await Rounds(desk).ReconcileAsync(default);
        _visit = store => _opened[store] == DataMode.Live
            ? throw new InvalidDataException("torn")
            : Task.FromResult<DateTimeOffset?>(null);

        var round = await Rounds(desk).DueAsync(default);

        Assert.Equal((1, 1), (round.Visited, round.Failed));
        Assert.IsType<InvalidDataException>(round.FirstFailure);
    }

    [Fact]
    public async Task After_the_grace_of_a_shutdown_no_visit_begins()
    {
        using var desk = Desk();
        await _open.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => desk.VisitAsync(Red, default));

        Assert.Empty(_visits);
    }

    [Fact]
    public async Task Fifty_who_ask_at_once_are_all_heard()
    {
        var schedule = new VisitSchedule(_stores);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(
            () => schedule.AskAsync(Red, _clock.Now, default))));

        Assert.Single(await schedule.DueAsync(_clock.Now, default));
        Assert.InRange(await schedule.AskedAsync(Red, default), 1, 50);
    }

    private VisitDesk Desk()
    {
        var visits = new TenantVisit(new Watched(_stores, this), _clock, [new("test", (store, _, _) => _visit(store))]);
        return new(visits, new VisitSchedule(_stores), _clock, _open.Token);
    }

    private VisitRounds Rounds(VisitDesk desk) =>
        new(new VisitSchedule(_stores), desk, new TenantDirectory(_stores, _clock), _clock);

    /// <summary>Notes whose store a visit opens.</summary>
    private sealed class Watched(IDocumentStore inner, VisitDeskTests test) : IDocumentStore
    {
        public ITenantStore Directory => inner.Directory;

        public ITenantStore Open(string tenant, DataMode mode)
        {
            var store = inner.Open(tenant, mode);
            test._opened[store] = mode;
            lock (test._visits)
            {
                test._visits.Add((tenant, mode));
            }

            return store;
        }

        public Task CheckAsync(CancellationToken stop) => inner.CheckAsync(stop);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
