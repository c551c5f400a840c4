namespace CrmCloud.Tests.Segments;

public sealed class OneMomentTests
{
    private const string Asked = "{ segment(ref: {key: \"buyers\"}) { size { value computedAt } "
        + "statistics { customers orders } members { totalCount { value } } "
        + "freshness { stale staleReason computedAt } } }";

    [Theory]
    [InlineData("StoredProfile")]
    [InlineData("MembershipLedger")]
    [InlineData("MemberGroup")]
    [InlineData("JobRun")]
    public async Task Size_statistics_and_freshness_of_one_answer_are_of_one_moment_while_the_segment_moves(string read)
    {
        await using var cloud = await TestCloud.StartAsync(configure: HookedStore.Install);
        var shop = await cloud.TenantAsync("shop");
        for (var customer = 0; customer < 10; customer++)
        {
            await OrderAsync(cloud, shop, customer, daysAgo: 1);
        }

        await shop.DoAsync("segmentCreate", "SegmentInput", new
        {
            key = "buyers", name = "Buyers", kind = "DYNAMIC", rule = new { expression = "frequency = 1" },
        }, "");
        await shop.WorkAsync();
        var (store, times) = ((HookedStore)cloud.Stores, 0);

        // Every time something of the kind is read, one enters and two leave.
        store.Reading = async type =>
        {
            if (type.Name == read && times++ < 3)
            {
                await OrderAsync(cloud, shop, 10 + times, daysAgo: 0);
                await OrderAsync(cloud, shop, 2 * times, daysAgo: 0);
                await OrderAsync(cloud, shop, (2 * times) + 1, daysAgo: 0);
                cloud.Clock.Advance(TimeSpan.FromSeconds(1));
                await shop.WorkAsync();
            }
        };
        var answer = (await shop.GetAsync(Asked))["segment"]!;
        store.Reading = null;

        var size = answer["size"]!["value"]!.GetValue<int>();
        Assert.True(times > 0, "Nothing of this kind was read.");
        Assert.Equal(size, answer["statistics"]!["customers"]!.GetValue<int>());
        Assert.Equal(size, answer["members"]!["totalCount"]!["value"]!.GetValue<int>());
        Assert.Equal(
            answer["freshness"]!["computedAt"]!.GetValue<string>(), answer["size"]!["computedAt"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("MemberGroup")]
    [InlineData("MemberLog")]
    public async Task Figures_of_a_segment_take_nobody_out_of_the_past_who_was_never_in_it(string read)
    {
        await using var cloud = await TestCloud.StartAsync(configure: HookedStore.Install);
        var shop = await cloud.TenantAsync("shop");
        for (var customer = 0; customer < 4; customer++)
        {
            await OrderAsync(cloud, shop, customer, daysAgo: 1);
        }

        await shop.DoAsync("segmentCreate", "SegmentInput", new
        {
            key = "buyers", name = "Buyers", kind = "DYNAMIC", rule = new { expression = "frequency = 1" },
        }, "");
        await shop.WorkAsync();
        var day = cloud.Clock.Now;
        cloud.Clock.Advance(TimeSpan.FromDays(2));
        await shop.WorkAsync();
        var (store, times) = ((HookedStore)cloud.Stores, 0);

        // Between members and the moves that lead back in time one enters who had ordered on that day, and one leaves.
        store.Reading = async type =>
        {
            if (type.Name == read && times++ == 0)
            {
                await OrderAsync(cloud, shop, 10, daysAgo: 2);
                await OrderAsync(cloud, shop, 0, daysAgo: 0);
                await shop.WorkAsync();
            }
        };
        var answer = await shop.GetAsync(
            "query($at: Date!) { kpi(ref: {key: \"orders\"}) { "
                + "value(grain: DAY, at: $at, segment: {key: \"buyers\"}) { value } } }",
            new { at = DateOnly.FromDateTime(day.UtcDateTime) });
        store.Reading = null;

        Assert.True(times > 0, "Nothing of this kind was read.");
        Assert.Equal(0m, answer["kpi"]!["value"]!["value"].Exact());
    }

    private static async Task OrderAsync(TestCloud cloud, TestKey shop, int customer, int daysAgo)
    {
        var who = new { source = "shop", id = $"c{customer}" };
        await shop.DoAsync("customerUpsert", "CustomerUpsertInput",
            new { match = new[] { new { externalId = who } }, customer = new { externalIds = new[] { who } } },
            "customer { id }");
        await shop.DoAsync("transactionRecord", "TransactionInput", new
        {
            externalId = new { source = "till", id = $"{customer}-{daysAgo}" }, customer = new { externalId = who },
            kind = "PURCHASE", amount = new { amount = "20.00", currency = "GBP" },
            at = cloud.Clock.Now.AddDays(-daysAgo),
        }, "transaction { id }");
    }
}
