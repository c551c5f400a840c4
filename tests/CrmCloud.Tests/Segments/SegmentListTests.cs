using CrmCloud.Tests.Promises;

namespace CrmCloud.Tests.Segments;

public sealed class SegmentListTests
{
    private static readonly string[] Selections =
        ["rule { expression } size { value }", "revisions { revision }", "dependsOn { key }", "usedBy { id }"];

    [Fact]
    public async Task A_list_of_fifty_segments_reads_the_store_as_often_as_a_list_of_two()
    {
        await using var cloud = await TestCloud.StartAsync(configure: CountingStore.Install);
        var shop = await cloud.TenantAsync("shop");
        for (var number = 0; number < 45; number++)
        {
            var rule = number == 0 ? "recency > 9" : $"frequency > {number} and in segment s{number - 1}";
            await shop.DoAsync("segmentCreate", "SegmentInput",
                new { key = $"s{number}", name = "One", kind = "DYNAMIC", rule = new { expression = rule } }, "");
        }

        await shop.DoAsync("actionSet", "ActionInput", new
        {
            key = "spring", name = "Spring", kind = "OFFER", channels = new[] { "EMAIL" }, purpose = "marketing",
            content = new[] { new { language = "en", title = "Spring", body = "Spring" } },
            audience = new { expression = "in segment s7" },
        }, "");
        await shop.WorkAsync();
        var counted = (CountingStore)cloud.Stores;
        await ReadsAsync("id", first: 2);

        foreach (var selection in Selections)
        {
            Assert.Equal(await ReadsAsync(selection, first: 2), await ReadsAsync(selection, first: 50));
        }

        async Task<int> ReadsAsync(string selection, int first)
        {
            var before = counted.Reads;
            var nodes = (await shop.GetAsync($"{{ segments(first: {first}) {{ nodes {{ key {selection} }} }} }}"))
                ["segments"]!["nodes"]!.AsArray();
            Assert.Equal(first, nodes.Count);
            var seventh = nodes.SingleOrDefault(one => one!["key"]!.GetValue<string>() == "s7");
            Assert.True(seventh?["usedBy"] is null || seventh["usedBy"]!.AsArray().Count == 2);
            Assert.True(seventh?["dependsOn"] is null || seventh["dependsOn"]![0]!["key"]!.GetValue<string>() == "s6");
            return counted.Reads - before;
        }
    }
}
