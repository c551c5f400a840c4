using System.Globalization;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using CrmCloud.Tests.Store.Cosmos;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// The fault rows of promises.md on the Cosmos adapter: durability, concurrency, recomputation. Over the self-written
/// gateway, which makes the faults.
/// </summary>
public sealed class CloudFaultTests(ITestOutputHelper output)
{
    private const int Seed = 11;

    private static readonly Fault[] Faults =
        [Fault.Throttle, Fault.Unavailable, Fault.Drop, Fault.LoseAnswer, Fault.DoneButUnavailable];

    /// <summary>Kills of each program; CRMCLOUD_CLOUD_KILLS raises it.</summary>
    private static readonly int Kills = int.Parse(
        Environment.GetEnvironmentVariable("CRMCLOUD_CLOUD_KILLS") ?? "2", CultureInfo.InvariantCulture);

    /// <summary>Orders of each client; CRMCLOUD_CLOUD_ORDERS raises it.</summary>
    private static readonly int Orders = int.Parse(
        Environment.GetEnvironmentVariable("CRMCLOUD_CLOUD_ORDERS") ?? "12", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Through_faults_repeats_and_two_owners_of_every_lease_each_order_is_counted_once()
    {
        await using var stage = await CloudStage.StartAsync(programs: 2);
        var shop = await stage.Api.TenantAsync("shop");
        var clients = new StubbornClients((text, variables) => shop.AskAsync(text, variables), Seed);
        await clients.MakeCustomersAsync();
        (stage.Host.Owners, stage.Host.Disturb) = (2, CloudTruth.Disorder(Seed));
        stage.Gateway.FaultFor = CloudTruth.Weather(Seed, 12, Faults);

        var recording = clients.RunAsync("a", clients: 4, Orders);
        await stage.Host.FollowAsync(recording);
        stage.Gateway.FaultFor = _ => Fault.None;

        output.WriteLine($"Seed {Seed}: {CloudTruth.Said(stage, clients)}");
        Assert.All(Faults, fault => Assert.True(stage.Gateway.Counted.GetValueOrDefault($"{fault}") > 10, $"{fault}"));
        await CloudTruth.AssertAsync(shop, clients);
    }

    [Fact]
    public async Task An_owner_of_a_lease_who_writes_late_what_he_read_early_takes_nothing_back()
    {
        await using var stage = await CloudStage.StartAsync(programs: 2);
        var shop = await stage.Api.TenantAsync("shop");
        var clients = new StubbornClients((text, variables) => shop.AskAsync(text, variables), Seed);
        await clients.MakeCustomersAsync();
        await clients.RunAsync("a", clients: 2, orders: 6);
        await stage.Host.DeliverAsync();

        // The first has read these orders, and his figures are on their way when he loses the lease.
        await clients.RunAsync("bb", clients: 2, orders: 6);
        var left = 1;
        stage.Gateway.FaultFor = operation =>
            operation == "batch" && Interlocked.Decrement(ref left) == 0 ? Fault.Held : Fault.None;
        var late = stage.Programs[0].PostAsync("KpiFromChanges", stage.Host.LatestFact());
        await stage.Gateway.Holding.Task;

        // The second counts them and more, before the first one's write arrives.
        await clients.RunAsync("ccc", clients: 2, orders: 6);
        await stage.Programs[1].PostAsync("KpiFromChanges", stage.Host.LatestFact());
        stage.Gateway.Release.SetResult();
        await late;

        await stage.Host.DeliverAsync();
        output.WriteLine(CloudTruth.Said(stage, clients));
        await CloudTruth.AssertAsync(shop, clients);
    }

    [Fact]
    public async Task A_storm_of_throttling_delays_figures_and_loses_nothing()
    {
        await using var stage = await CloudStage.StartAsync();
        var shop = await stage.Api.TenantAsync("shop");
        var clients = new StubbornClients((text, variables) => shop.AskAsync(text, variables), Seed);
        await clients.MakeCustomersAsync();
        await clients.RunAsync("calm", clients: 2, orders: 8);
        await stage.Host.DeliverAsync();

        // Each long enough that clients are refused, and then that whole visits fail and the host has to try again.
        await StormAsync(stage.Gateway, () => clients.RunAsync("storm", clients: 2, orders: 8));
        await StormAsync(stage.Gateway, stage.Host.DeliverAsync);

        output.WriteLine(CloudTruth.Said(stage, clients));
        await CloudTruth.AssertAsync(shop, clients);
        Assert.True(stage.Host.Refused > 0 && clients.Repeated > 0, "The storm was too small to be one.");
    }

    [Fact]
    public async Task Killed_at_any_moment_API_and_Functions_lose_and_double_nothing()
    {
        await using var stage = await CloudStage.StartAsync(programs: 2);
        var shop = await stage.Api.TenantAsync("shop");
        await using var api = new ApiProgram(stage.Gateway, shop.Text);
        await api.StartAsync();
        var clients = new StubbornClients(api.AskAsync, Seed);
        await clients.MakeCustomersAsync();

        var killing = Task.Run(async () =>
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                await stage.ReplaceProgramAsync(kill % 2);
                await api.KillAsync();
                await api.StartAsync();
            }
        });
        await stage.Host.FollowAsync(Task.WhenAll(killing, RecordUntilAsync(killing, clients)));

        output.WriteLine($"{Kills} kills of each: {CloudTruth.Said(stage, clients)}");
        Assert.True(clients.Repeated > 0, "No request met a kill.");
        await api.KillAsync();

        // Its workers too were cut off, perhaps between new cuts of RFM and the scores by them: the next timer's visit
        // goes on where they stopped. It is no recount, which would come at night only.
        await stage.Host.FireAsync("NightlyRecount", late: true);
        await CloudTruth.AssertAsync(shop, clients);
    }

    [Fact]
    public async Task What_no_feed_delivers_comes_in_with_a_late_nightly_timer_and_poison_holds_nobody_up()
    {
        await using var stage = await CloudStage.StartAsync(programs: 2);
        var shop = await stage.Api.TenantAsync("shop");
        var other = await stage.Api.TenantAsync("other");
        var clients = new StubbornClients((text, variables) => shop.AskAsync(text, variables), Seed);
        await clients.MakeCustomersAsync();
        await clients.RunAsync("n", clients: 2, orders: 5);
        await other.Store.SaveAsync(Batch.Of(new Torn()), default);

        // Two instances get the same late timer, as after a lease that was thought lost.
        await Task.WhenAll(stage.Host.FireAsync("NightlyRecount", late: true),
            stage.Host.FireAsync("NightlyRecount", late: true));
        await stage.Host.FireAsync("DueRows", late: true);

        Assert.Equal((clients.Orders, clients.Pence), await CloudTruth.CountedAsync(shop));
        await stage.Host.DeliverAsync();
        await CloudTruth.AssertAsync(shop, clients);
        var letters = (await other.GetAsync("{ deadLetters { reason } }"))["deadLetters"]!.AsArray();
        var reason = Assert.Single(letters)!["reason"]!.GetValue<string>();
        Assert.Contains("not readable", reason, StringComparison.Ordinal);
        Assert.Empty((await shop.GetAsync("{ deadLetters { reason } }"))["deadLetters"]!.AsArray());
    }

    private static async Task StormAsync(Gateway gateway, Func<Task> meanwhile)
    {
        var left = 600;
        gateway.FaultFor = _ => Interlocked.Decrement(ref left) > 0 ? Fault.Throttle : Fault.None;
        await meanwhile();
        Assert.True(left <= 0, "It ended before the storm.");
    }

    private static async Task RecordUntilAsync(Task end, StubbornClients clients)
    {
        for (var round = "k"; !end.IsCompleted; round += "k")
        {
            await clients.RunAsync(round, clients: 3, orders: 4);
        }

        await end;
    }

    /// <summary>A transaction that no reader of transactions can read.</summary>
    private sealed record Torn : IDocument
    {
        private static readonly string Customer = Buckets.NewCustomerId(Guid.Empty, 1);

        public string Amount => "nonsense";

        public long Version { get; init; }

        public DocumentKey Key => new(Container.Interactions, Buckets.Of(Customer), $"transaction/{Customer}/torn");
    }
}
