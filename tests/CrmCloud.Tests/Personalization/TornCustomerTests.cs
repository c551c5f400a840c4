using CrmCloud.Core.Kpis;
using CrmCloud.Store;

namespace CrmCloud.Tests.Personalization;

public sealed class TornCustomerTests
{
    [Fact]
    public async Task A_torn_history_holds_back_only_actions_whose_rules_ask_for_events()
    {
        await using var shop = await ActionShop.OpenAsync();
        await shop.CustomerAsync("ada");
        await shop.ConsentAsync("ada");
        await shop.ActionAsync("anybody");
        await shop.ActionAsync("frequent", new { audience = new { expression = "frequency >= 1" } });
        await shop.ActionAsync("fresh", new { audience = new { expression = "age_of_last(order) <= 30d" } });
        await shop.WorkAsync();
        Assert.Equal(3, ActionShop.Keys(await shop.RecommendAsync("ada")).Count);

        var query = new Query(Container.Figures, "", "history");
        foreach (var partition in Enumerable.Range(0, 16))
        {
            query = query with { Partition = partition.ToString(System.Globalization.CultureInfo.InvariantCulture) };
            foreach (var chunk in (await shop.Key.Store.QueryAsync<HistoryChunk>(query, default)).Items)
            {
                await shop.Key.Store.SaveAsync(Batch.Of(chunk with { Packed = chunk.Packed[..^3] }), default);
            }
        }

        var set = await shop.RecommendAsync("ada");

        Assert.Equal(["anybody", "frequent"], ActionShop.Keys(set).Order());
        var (reason, text) = ActionShop.Suppressed(set)["fresh"];
        Assert.Equal("NOT_ELIGIBLE", reason);
        Assert.Contains("history cannot be read", text, StringComparison.Ordinal);
    }
}
