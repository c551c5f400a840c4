using System.Collections.Concurrent;
using System.Globalization;

namespace CrmCloud.Tests.Interactions;

/// <summary>
/// An order that is corrected in place while it is moved to another customer: the two happen one after the other, and
/// nothing that was acknowledged is lost.
/// </summary>
public sealed class MoveRaceTests : IAsyncLifetime
{
    private const int Rounds = 60;

    private static readonly string Record = TestKey.Text1("transactionRecord", "TransactionInput",
        "transaction { id customer { displayName } amount { amount } margin { amount } }");

    private TestCloud _cloud = null!;
    private TestKey _shop = null!;

    public async Task InitializeAsync()
    {
        _cloud = await TestCloud.StartAsync();
        _shop = await _cloud.TenantAsync("shop");
        foreach (var id in new[] { "ann", "bob" })
        {
            await _shop.DoAsync("customerCreate", "CustomerInput",
                new { displayName = id, externalIds = new[] { new { source = "shop", id } } }, "customer { id }");
        }
    }

    public Task DisposeAsync() => _cloud.DisposeAsync().AsTask();

    [Fact]
    public async Task A_correction_that_races_a_move_is_what_is_read_and_counted_or_was_overtaken_by_it()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await _shop.DoAsync(
                "transactionRecord", "TransactionInput", Order(round, "ann", 1, null), "transaction { id }");

            // Both leave out what the other one sets, so that whichever comes last keeps it.
            var answers = await Task.WhenAll(
                Task.Run(() => _shop.AskAsync(Record, new { input = Order(round, "ann", 10, 7) })),
                Task.Run(() => _shop.AskAsync(Record, new { input = Order(round, "bob", 100, null) })));
            await UntilTakenAsync(round, answers);
        }

        await _shop.WorkAsync();
        var orders = await OrdersAsync();
        Assert.Equal(Enumerable.Range(0, Rounds).Select(r => $"o{r}"), orders.Keys.Order(Natural));
        Assert.All(orders, o => Assert.True(o.Value is ("ann", 10, 7) or ("bob", 100, 7), $"{o}"));
        var figures = await _shop.GetAsync(
            "{ kpi(ref: { key: \"revenue\" }) { value(grain: YEAR, at: \"2026-02-01\") { "
                + "value freshness { stale } } } }");
        Assert.Equal(orders.Values.Sum(o => o.Amount), figures["kpi"]!["value"]!["value"].Exact());
    }

    /// <summary>Who was told to try again does so, as he would.</summary>
    private async Task UntilTakenAsync(int round, TestAnswer[] answers)
    {
        for (var i = 0; i < 2; i++)
        {
            for (var answer = answers[i]; answer.UserErrors("transactionRecord") is { Count: > 0 } errors;)
            {
                Assert.True(errors is ["TRY_AGAIN"], answer.Text);
                answer = await _shop.AskAsync(Record, new
                {
                    input = i == 0 ? Order(round, "ann", 10, 7) : Order(round, "bob", 100, null),
                });
            }
        }
    }

    private async Task<Dictionary<string, (string Owner, decimal Amount, decimal Margin)>> OrdersAsync()
    {
        var orders = new ConcurrentDictionary<string, (string, decimal, decimal)>();
        foreach (var owner in new[] { "ann", "bob" })
        {
            var found = await _shop.GetAsync(
                "query($id: String!) { customer(ref: { externalId: { source: \"shop\", id: $id } }) "
                + "{ transactions(first: 100) { nodes { externalId { id } amount { amount } margin { amount } } } } }",
                new { id = owner });
            foreach (var order in found["customer"]!["transactions"]!["nodes"]!.AsArray())
            {
                var id = order!["externalId"]!["id"]!.GetValue<string>();
                Assert.True(orders.TryAdd(id, (owner, order["amount"]!["amount"].Exact()!.Value,
                    order["margin"]?["amount"].Exact() ?? 0)), $"{id} is with both.");
            }
        }

        return new(orders);
    }

    private static object Order(int round, string customer, int amount, int? margin)
    {
        var order = new Dictionary<string, object>
        {
            ["externalId"] = new { source = "till", id = $"o{round}" },
            ["customer"] = new { externalId = new { source = "shop", id = customer } },
            ["kind"] = "PURCHASE",
            ["amount"] = Pounds(amount),
            ["at"] = "2026-02-20T10:00:00Z",
        };
        if (margin is { } given)
        {
            order["margin"] = Pounds(given);
        }

        return order;
    }

    private static object Pounds(int amount) =>
        new { amount = amount.ToString(CultureInfo.InvariantCulture), currency = "GBP" };

    private static Comparer<string> Natural => Comparer<string>.Create((a, b) =>
        int.Parse(a[1..], CultureInfo.InvariantCulture).CompareTo(int.Parse(b[1..], CultureInfo.InvariantCulture)));
}
