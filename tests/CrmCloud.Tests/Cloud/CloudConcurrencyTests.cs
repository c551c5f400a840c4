using System.Globalization;
using System.Text.Json.Nodes;
using CrmCloud.Tests.Promises;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// The concurrency and idempotency rows of promises.md on the Cosmos adapter, with two instances of the API that know
/// of each other only through the account. Over the self-written gateway.
/// </summary>
public sealed class CloudConcurrencyTests : IAsyncLifetime
{
    private const int Clients = 50;

    // Each success of one is in vain for all others under way, so the work grows with the square of this.
    private const int AtOnce = 6;

    private const string Read = "query($id: ID!) { customer(ref: { id: $id }) { version country } }";

    private static readonly string Record =
        TestKey.Text1("transactionRecord", "TransactionInput", "transaction { id version }");

    /// <summary>4 for each client; CRMCLOUD_INCREMENTS=1000 for the whole promise, which takes hours here.</summary>
    private static readonly int Increments = int.Parse(
        Environment.GetEnvironmentVariable("CRMCLOUD_INCREMENTS") ?? "4", CultureInfo.InvariantCulture);

    private CloudStage _stage = null!;
    private TestCloud _second = null!;
    private TestKey[] _shops = null!;

    public async Task InitializeAsync()
    {
        _stage = await CloudStage.StartAsync(programs: 0);
        _second = await CloudStage.StartApiAsync(_stage.Gateway);
        var shop = await _stage.Api.TenantAsync("shop");
        _shops = [shop, shop with { Cloud = _second }];
    }

    public async Task DisposeAsync()
    {
        await _second.DisposeAsync();
        await _stage.DisposeAsync();
    }

    [Fact]
    public async Task Fifty_clients_of_two_instances_count_exactly_what_was_acknowledged()
    {
        var id = await Texts.MakeAsync(_shops[0], "counter");
        await _shops[0].GetAsync(Texts.Update, Counted(id, 0, null));
        using var server = new SemaphoreSlim(AtOnce);

        var acknowledged = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client =>
            Task.Run(() => CountAsync(_shops[client % 2], id, server))));

        Assert.Equal(Clients * Increments, acknowledged.Sum());
        foreach (var shop in _shops)
        {
            var last = (await shop.GetAsync(Read, new { id }))["customer"]!;
            Assert.Equal(acknowledged.Sum(), Number(last));
            Assert.Equal(2 + acknowledged.Sum(), last["version"]!.GetValue<int>());
        }
    }

    [Fact]
    public async Task Whoever_reads_after_an_acknowledged_write_sees_it() =>
        await Task.WhenAll(Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            var (shop, other) = (_shops[client % 2], _shops[(client + 1) % 2]);
            var id = await Texts.MakeAsync(shop, $"c{client}");
            for (var i = 1; i <= 5; i++)
            {
                await shop.GetAsync(Texts.Update, Counted(id, i, null));
                Assert.Equal(i, Number((await shop.GetAsync(Read, new { id }))["customer"]!));

                // On Cosmos DB itself another instance may see it a moment later; the gateway has one copy only.
                Assert.Equal(i, Number((await other.GetAsync(Read, new { id }))["customer"]!));
            }
        })));

    [Fact]
    public async Task One_key_fifty_times_at_once_on_two_instances_is_one_effect_and_equal_answers()
    {
        var customer = await Texts.MakeAsync(_shops[0], "1");
        var order = new
        {
            externalId = new { source = "till", id = "o1" },
            customer = new { id = customer },
            kind = "PURCHASE",
            amount = new { amount = "12.50", currency = "GBP" },
            at = "2026-02-20T10:00:00Z",
        };
        var variables = new { input = order, options = new { idempotencyKey = "k" } };

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(client =>
            Task.Run(() => _shops[client % 2].AskAsync(Record, variables))));

        Assert.Single(answers.Select(Texts.Plain).Distinct());
        Assert.Equal(1, answers[0].Json["data"]!["transactionRecord"]!["transaction"]!["version"]!.GetValue<int>());
        var changed = new { input = order with { kind = "REFUND" }, options = new { idempotencyKey = "k" } };
        var other = await _shops[1].AskAsync(Record, changed);
        Assert.Equal(["IDEMPOTENCY_MISMATCH"], other.UserErrors("transactionRecord"));
    }

    /// <summary>Reads, adds one, and writes if nobody else has; until it was let so often.</summary>
    private static async Task<int> CountAsync(TestKey shop, string id, SemaphoreSlim server)
    {
        var done = 0;
        while (done < Increments)
        {
            await server.WaitAsync();
            try
            {
                var now = (await shop.GetAsync(Read, new { id }))["customer"]!;
                var next = Counted(id, Number(now) + 1, now["version"]!.GetValue<long>());
                var errors = (await shop.AskAsync(Texts.Update, next)).UserErrors("customerUpdate");
                Assert.True(errors is [] or ["CONFLICT"], string.Join(' ', errors));
                done += errors.Count == 0 ? 1 : 0;
            }
            finally
            {
                server.Release();
            }
        }

        return done;
    }

    private static int Number(JsonNode customer) =>
        int.Parse(customer["country"]!.GetValue<string>(), CultureInfo.InvariantCulture);

    private static object Counted(string id, int number, long? ifVersion) => new
    {
        input = new { customer = new { id }, set = new { country = number.ToString(CultureInfo.InvariantCulture) } },
        options = new { ifVersion },
    };
}
