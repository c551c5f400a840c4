using System.Diagnostics;
using CrmCloud.Api;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Tests.Store.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// The API on Cosmos DB without a Functions app: its own processes follow the change feed. Over the self-written
/// gateway.
/// </summary>
public sealed class FeedWorkersTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Seed = 13;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private CloudStage _stage = null!;
    private TestKey _shop = null!;
    private StubbornClients _clients = null!;

    /// <summary>The stage's own API makes no visits: it is another process as far as figures go.</summary>
    public async Task InitializeAsync()
    {
        _stage = await CloudStage.StartAsync(programs: 0);
        _shop = await _stage.Api.TenantAsync("shop");
        _clients = new((text, variables) => _shop.AskAsync(text, variables), Seed);
        await _clients.MakeCustomersAsync();
    }

    public async Task DisposeAsync() => await _stage.DisposeAsync();

    [Fact]
    public async Task An_order_saved_by_one_process_moves_the_indicators_through_another_without_timer_or_Functions()
    {
        await using var worker = await StartWorkerAsync();
        await FreshAsync();
        for (var order = 0; order < 5; order++)
        {
            await _clients.RunAsync(new string('a', order + 1), clients: 1, orders: 1);
            var seconds = await FreshAsync();
            output.WriteLine($"Fresh after {seconds:0.00} s");

            // A second for the feed's poll, some for the visit on a busy machine; far from any timer.
            Assert.InRange(seconds, 0, 15);
        }

        await CloudTruth.AssertAsync(_shop, _clients);
    }

    [Fact]
    public async Task When_a_process_that_follows_is_killed_another_takes_over_and_counts_each_order_once()
    {
        await using var one = new ApiProgram(_stage.Gateway, _shop.Text, ("CrmCloud__FeedLeaseSeconds", "3"));
        await using var other = new ApiProgram(_stage.Gateway, _shop.Text, ("CrmCloud__FeedLeaseSeconds", "3"));
        await Task.WhenAll(one.StartAsync(), other.StartAsync());
        await _clients.RunAsync("a", clients: 2, orders: 4);
        output.WriteLine($"Both: fresh after {await FreshAsync():0.00} s");

        // Whoever has the leases is among them.
        foreach (var (victim, round) in new[] { (one, "bb"), (other, "ccc") })
        {
            var saving = _clients.RunAsync(round, clients: 2, orders: 4);
            await victim.KillAsync();
            await saving;
            output.WriteLine($"One killed: fresh after {await FreshAsync():0.00} s");
            await victim.StartAsync();
        }

        await CloudTruth.AssertAsync(_shop, _clients);
    }

    [Fact]
    public async Task Through_faults_and_repeats_two_processes_that_share_the_feed_count_each_order_once()
    {
        await using var one = await StartWorkerAsync();
        await using var other = await StartWorkerAsync();
        _stage.Gateway.FaultFor = CloudTruth.Weather(
            Seed, 12, Fault.Throttle, Fault.Unavailable, Fault.Drop, Fault.LoseAnswer, Fault.DoneButUnavailable);

        await _clients.RunAsync("a", clients: 4, orders: 8);
        _stage.Gateway.FaultFor = _ => Fault.None;

        output.WriteLine($"Fresh after {await FreshAsync():0.00} s: {CloudTruth.Said(_stage, _clients)}");
        await CloudTruth.AssertAsync(_shop, _clients);
    }

    [Fact]
    public async Task A_tenant_whose_visits_fail_holds_up_nobody_and_is_visited_when_they_can_succeed()
    {
        var broken = true;
        await using var worker = await StartWorkerAsync(services => services.AddSingleton(new Visitor(
            "torn", async (store, _, stop) =>
                (await store.FindAsync<Tenant>(Tenant.KeyOf(), stop))?.Slug == "torn" && Volatile.Read(ref broken)
                    ? throw new InvalidDataException("torn")
                    : null)));
        var torn = await _stage.Api.TenantAsync("torn");
        var clients = new StubbornClients((text, variables) => torn.AskAsync(text, variables), Seed);
        await clients.MakeCustomersAsync();
        await clients.RunAsync("a", clients: 1, orders: 2);

        await _clients.RunAsync("a", clients: 1, orders: 2);
        await FreshAsync();

        // His visits end with a failure each time; that they are made again is seen from who is due.
        var schedule = new VisitSchedule(_stage.Api.Stores);
        await UntilAsync(async () => (await RowAsync(schedule, "torn")) is { Failures: > 1 });
        Volatile.Write(ref broken, false);
        await UntilAsync(async () => (await RowAsync(schedule, "torn")) is { Failures: 0, VisitedAt: > 0 });
        await CloudTruth.AssertAsync(torn, clients);
    }

    [Fact]
    public async Task A_process_that_is_stopped_gives_its_leases_back()
    {
        var worker = await StartWorkerAsync(services =>
            services.PostConfigure<CrmCloudOptions>(settings => settings.FeedLeaseSeconds = 600));
        await _clients.RunAsync("a", clients: 1, orders: 2);
        await FreshAsync();

        await worker.DisposeAsync();
        await using var next = await StartWorkerAsync();
        await _clients.RunAsync("bb", clients: 1, orders: 2);

        output.WriteLine($"Fresh after {await FreshAsync():0.00} s");
        await CloudTruth.AssertAsync(_shop, _clients);
    }

    private Task<TestCloud> StartWorkerAsync(Action<IServiceCollection>? configure = null) =>
        CloudStage.StartApiAsync(_stage.Gateway, services =>
        {
            services.PostConfigure<CrmCloudOptions>(settings => settings.FeedLeaseSeconds = 3);
            configure?.Invoke(services);
            services.AddHostedService<FeedWorkers>();
        });

    private static async Task<NextVisit?> RowAsync(VisitSchedule schedule, string tenant)
    {
        await foreach (var row in schedule.AllAsync(default))
        {
            if (row.Whose == new TenantMode(tenant, CrmCloud.Store.DataMode.Live))
            {
                return row;
            }
        }

        return null;
    }

    /// <returns>Seconds until the indicators say what was acknowledged.</returns>
    private async Task<double> FreshAsync()
    {
        var watch = Stopwatch.StartNew();
        await UntilAsync(async () => await CloudTruth.CountedAsync(_shop) == (_clients.Orders, _clients.Pence));
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task UntilAsync(Func<Task<bool>> reached)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var watch = Stopwatch.StartNew(); !await reached(); await timer.WaitForNextTickAsync())
        {
            Assert.True(watch.Elapsed < Patience, "It did not happen.");
        }
    }
}
