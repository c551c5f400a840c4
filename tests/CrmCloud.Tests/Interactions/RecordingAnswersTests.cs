using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Interactions;

/// <summary>What somebody who records facts is told.</summary>
public sealed class RecordingAnswersTests
{
    private const string Select = "transaction { id version createdAt updatedAt } warnings { code message field } "
        + "meta { changes { path before after } }";

    [Fact]
    public async Task A_refund_beyond_its_order_or_of_an_unknown_one_draws_a_warning()
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await ShopAsync(cloud);

        var early = await RecordAsync(key, "r0", "REFUND", "10.00", refundOf: "o1");
        var order = await RecordAsync(key, "o1", "PURCHASE", "30.00");
        var second = await RecordAsync(key, "r1", "REFUND", "20.00", refundOf: "o1");
        var third = await RecordAsync(key, "r2", "REFUND", "0.01", refundOf: "o1");

        Assert.Equal("REFUND_OF_UNKNOWN", Code(early));
        Assert.Null(Code(order));
        Assert.Null(Code(second));
        Assert.Equal("REFUND_EXCEEDS_ORDER", Code(third));
        Assert.Equal("""["input","amount"]""", third["warnings"]![0]!["field"]!.ToJsonString());
    }

    [Fact]
    public async Task Items_that_do_not_add_up_and_a_misspelled_measure_draw_a_warning_and_are_recorded()
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await ShopAsync(cloud);
        object[] items = [new { sku = "a", quantity = "1", amount = Pounds("9.99") }];

        var order = await RecordAsync(key, "o1", "PURCHASE", "10.00", items: items);
        var even = await RecordAsync(key, "o2", "PURCHASE", "9.99", items: items);
        var measured = await key.DoAsync("measurementRecord", "MeasurementInput", new
        {
            externalId = new { source = "ledger", id = "1" }, key = "net_incme", at = "2026-01-01", amount = "5",
        }, "measurement { version createdAt updatedAt } warnings { code message }");

        Assert.Equal("ITEMS_DIFFER", Code(order));
        Assert.Null(Code(even));
        Assert.Equal("MEASURE_NOT_READ", Code(measured));
        Assert.Contains(
            "net_income", measured["warnings"]![0]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(1, measured["measurement"]!["version"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_fact_shows_the_version_that_ifVersion_takes()
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await ShopAsync(cloud);

        var first = (await RecordAsync(key, "o1", "PURCHASE", "30.00"))["transaction"]!;
        cloud.Clock.Advance(TimeSpan.FromHours(1));
        var mended = (await RecordAsync(key, "o1", "PURCHASE", "31.00", ifVersion: 1))["transaction"]!;
        var same = (await RecordAsync(key, "o1", "PURCHASE", "31.00", ifVersion: 2))["transaction"]!;

        Assert.Equal((1, 2, 2), (Version(first), Version(mended), Version(same)));
        Assert.Equal(Text(first, "createdAt"), Text(first, "updatedAt"));
        Assert.Equal(Text(first, "createdAt"), Text(mended, "createdAt"));
        Assert.NotEqual(Text(mended, "createdAt"), Text(mended, "updatedAt"));
        Assert.Equal(Text(mended, "updatedAt"), Text(same, "updatedAt"));
    }

    [Fact]
    public async Task Changes_bear_the_names_and_values_that_clients_know()
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await ShopAsync(cloud);
        object[] items = [new { sku = "a", quantity = "1", amount = Pounds("12.50") }];

        var changes = (await RecordAsync(key, "o1", "PURCHASE", "12.50", items: items))["meta"]!["changes"]!;
        var after = changes.AsArray().ToDictionary(
            c => c!["path"]![1]!.GetValue<string>(), c => c!["after"]!.ToJsonString());

        Assert.Equal("\"PURCHASE\"", after["kind"]);
        Assert.Equal("""{"amount":"12.50","currency":"GBP"}""", after["amount"]);
        Assert.Equal("""[{"sku":"a","quantity":1,"amount":{"amount":"12.50","currency":"GBP"}}]""", after["items"]);
        Assert.DoesNotContain(after.Keys, name => name.Contains("Minor", StringComparison.Ordinal)
            || name.StartsWith("stored", StringComparison.Ordinal));
    }

    private static async Task<TestKey> ShopAsync(TestCloud cloud)
    {
        var key = await cloud.TenantAsync("shop");
        object[] id = [new { source = "shop", id = "1" }];
        await key.DoAsync("customerUpsert", "CustomerUpsertInput",
            new { match = new[] { new { externalId = id[0] } }, customer = new { externalIds = id } },
            "customer { id }");
        return key;
    }

    private static async Task<JsonNode> RecordAsync(TestKey key, string id, string kind, string amount,
        string? refundOf = null, object[]? items = null, long? ifVersion = null)
    {
        var input = new Dictionary<string, object>
        {
            ["externalId"] = new { source = "shop", id },
            ["customer"] = new { externalId = new { source = "shop", id = "1" } },
            ["kind"] = kind,
            ["amount"] = Pounds(amount),
            ["at"] = "2026-01-05T12:00:00Z",
        };
        if (refundOf is not null)
        {
            input["refundOf"] = new { externalId = new { source = "shop", id = refundOf } };
        }

        if (items is not null)
        {
            input["items"] = items;
        }

        return await key.DoAsync("transactionRecord", "TransactionInput", input, Select,
            ifVersion is null ? null : new { ifVersion });
    }

    private static object Pounds(string amount) => new { amount, currency = "GBP" };

    private static string? Code(JsonNode payload) =>
        payload["warnings"]!.AsArray() is [{ } only] ? only["code"]!.GetValue<string>() : null;

    private static long Version(JsonNode fact) => fact["version"]!.GetValue<long>();

    private static string Text(JsonNode node, string field) => node[field]!.GetValue<string>();
}
