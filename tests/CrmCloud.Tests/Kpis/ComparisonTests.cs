namespace CrmCloud.Tests.Kpis;

public sealed class ComparisonTests
{
    [Fact]
    public async Task Nothing_is_called_better_or_worse_while_its_period_runs()
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await cloud.TenantAsync("shop");
        var now = cloud.Time.GetUtcNow();
        var last = new DateTimeOffset(now.Year, now.Month, 1, 12, 0, 0, TimeSpan.Zero).AddMonths(-1);
        object[] id = [new { source = "shop", id = "1" }];
        await key.DoAsync("customerUpsert", "CustomerUpsertInput",
            new { match = new[] { new { externalId = id[0] } }, customer = new { externalIds = id } },
            "customer { id }");
        await key.DoAsync("transactionRecord", "TransactionInput", new
        {
            externalId = new { source = "shop", id = "o1" }, customer = new { externalId = id[0] }, kind = "PURCHASE",
            amount = new { amount = "10.00", currency = "GBP" }, at = last,
        }, "transaction { id }");
        await key.WorkAsync();

        Assert.Null(await BetterAsync(key, now));
        Assert.True(await BetterAsync(key, last));
    }

    private static async Task<bool?> BetterAsync(TestKey key, DateTimeOffset at)
    {
        var kpi = await key.GetAsync("query($at: Date!) { kpi(ref: {key: \"revenue\"}) { value(grain: MONTH, at: $at, "
            + "compare: PREVIOUS_PERIOD) { compared { change better } } } }", new { at = at.ToString("yyyy-MM-dd") });
        var compared = kpi["kpi"]!["value"]!["compared"]!;
        Assert.NotNull(compared["change"]);
        return compared["better"]?.GetValue<bool>();
    }
}
