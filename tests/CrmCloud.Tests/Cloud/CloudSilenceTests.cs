using System.Diagnostics;
using CrmCloud.Api;
using CrmCloud.Core;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;
using CrmCloud.Tests.Store.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// What callers and workers meet when Cosmos DB takes their requests and says nothing, or only the beginning. Over the
/// self-written gateway, with a store that is patient for a second instead of twenty.
/// </summary>
public sealed class CloudSilenceTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Seed = 17;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string Record =
        TestKey.Text1("transactionRecord", "TransactionInput", "transaction { id version }");

    private CloudStage _stage = null!;
    private TestCloud _api = null!;
    private TestKey _shop = null!;
    private StubbornClients _clients = null!;

    public async Task InitializeAsync()
    {
        _stage = await CloudStage.StartAsync(programs: 0);
        _shop = await _stage.Api.TenantAsync("shop");
        _api = await CloudStage.StartApiAsync(_stage.Gateway, services =>
        {
            services.AddSingleton<IDocumentStore>(new CosmosDocumentStore(Impatient(), TimeProvider.System));
            services.PostConfigure<CrmCloudOptions>(settings => settings.FeedLeaseSeconds = 3);
            services.AddHostedService<FeedWorkers>();
        });
        _shop = _shop with { Cloud = _api };
        _clients = new((text, variables) => _shop.AskAsync(text, variables), Seed);
        await _clients.MakeCustomersAsync();
        await _clients.RunAsync("a", clients: 1, orders: 3);
        await FreshAsync();
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        await _stage.DisposeAsync();
    }

    [Theory]
    [InlineData(Fault.Silent)]
    [InlineData(Fault.NeverAnswer)]
    [InlineData(Fault.Stall)]
    public async Task Nobody_hangs_callers_are_told_and_workers_go_on_afterwards(Fault fault)
    {
        _stage.Gateway.FaultFor = _ => fault;

        var questions = Enumerable.Range(0, 6).Select(at => AskedAsync(at % 2 == 0
            ? """
              { kpi(ref: { key: "revenue" }) {
                values(grain: YEAR, range: { from: "2025-01-01", to: "2027-01-01" }) { value } } }
              """
            : "{ customers(first: 5) { nodes { id } } }", new { }));
        var orders = Enumerable.Range(0, 6).Select(at => AskedAsync(Record, Order($"silent-{at}")));
        await Task.WhenAll(questions.Concat(orders));
        _stage.Gateway.FaultFor = _ => Fault.None;

        // Repeated as they were told to; an effect that happened unheard is found and not made again.
        for (var at = 0; at < 6; at++)
        {
            var made = (await _shop.AskAsync(Record, Order($"silent-{at}"))).Json["data"]!["transactionRecord"]!;
            Assert.Equal(1, made["transaction"]!["version"]!.GetValue<int>());
        }

        await _clients.RunAsync("bb", clients: 1, orders: 3);
        var seconds = await FreshAsync(orders: 6, pence: 6 * 1_250);
        output.WriteLine($"{fault}: fresh after {seconds:0.0} s");
    }

    [Fact]
    public async Task Through_silences_nothing_acknowledged_is_lost_or_counted_twice()
    {
        _stage.Gateway.FaultFor = CloudTruth.Weather(
            Seed, 25, Fault.Silent, Fault.NeverAnswer, Fault.Stall, Fault.Trickle);

        await _clients.RunAsync("bb", clients: 4, orders: 5);
        _stage.Gateway.FaultFor = _ => Fault.None;

        output.WriteLine($"Fresh after {await FreshAsync():0.0} s: {CloudTruth.Said(_stage, _clients)}");
        await CloudTruth.AssertAsync(_shop with { Cloud = _stage.Api }, _clients);
    }

    /// <summary>Asks what cannot be answered, and checks that this is said in time and by its name.</summary>
    private async Task AskedAsync(string text, object variables)
    {
        var watch = Stopwatch.StartNew();
        var answer = await _shop.AskAsync(text, variables);
        Assert.True(watch.Elapsed < Budget + Slack, $"Answered after {watch.Elapsed}.");
        Assert.True((int)answer.Status is 200 or 503, answer.Text);
        Assert.Equal("STORE_UNAVAILABLE", answer.ErrorCode);
    }

    private static object Order(string name) => new
    {
        input = new
        {
            externalId = new { source = "till", id = name },
            customer = new { externalId = new { source = "shop", id = "c1" } },
            kind = "PURCHASE",
            amount = new { amount = "12.50", currency = "GBP" },
            at = "2026-02-20T10:00:00Z",
        },
        options = new { idempotencyKey = name },
    };

    /// <param name="orders">Beside those of the clients.</param>
    private async Task<double> FreshAsync(int orders = 0, long pence = 0)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var watch = Stopwatch.StartNew();
        while (await CloudTruth.CountedAsync(_shop with { Cloud = _stage.Api })
            != (_clients.Orders + orders, _clients.Pence + pence))
        {
            Assert.True(watch.Elapsed < Patience, "The indicators stood still.");
            await timer.WaitForNextTickAsync();
        }

        return watch.Elapsed.TotalSeconds;
    }

    private CosmosStoreOptions Impatient() => new()
    {
        Endpoint = _stage.Gateway.Endpoint,
        Key = Gateway.Key,
        AttemptTimeout = TimeSpan.FromMilliseconds(400),
        RetryBudget = Budget,
        Indexes = new ServiceCollection().AddCrmCloud().Indexes,
    };
}
