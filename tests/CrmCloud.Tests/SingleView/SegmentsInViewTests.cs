using System.Text.Json.Nodes;

namespace CrmCloud.Tests.SingleView;

/// <summary>Segments where people look for customers: in lists and in the time line.</summary>
public sealed class SegmentsInViewTests
{
    private const string Timeline =
        """
        query($id: ID!, $kinds: [TimelineKind!], $first: Int, $after: String) {
          customer(ref: { id: $id }) {
            timeline(kinds: $kinds, first: $first, after: $after) {
              nodes { kind at title node { id __typename } } totalCount { value } pageInfo { hasNextPage endCursor }
            }
          }
        }
        """;

    [Fact]
    public async Task The_time_line_tells_when_somebody_entered_and_left_a_segment_and_pages_through_it()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var ann = await CustomerAsync(shop, "ann");
        var entered = cloud.Clock.Now;
        await OrderAsync(shop, "ann", entered);
        await shop.WorkAsync();
        var segment = await DefineAsync(shop, "fresh", "no order within 30d");
        cloud.Clock.Advance(TimeSpan.FromDays(31));
        await shop.WorkAsync();
        await OrderAsync(shop, "ann", cloud.Clock.Now);
        await shop.WorkAsync();

        var moves = await TimelineAsync(shop, new { id = ann, kinds = new[] { "SEGMENT_CHANGE" } });
        var own = moves["nodes"]!.AsArray()
            .Where(one => Text(one!["title"]).EndsWith(" fresh", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(["LEFT fresh", "ENTERED fresh"], own.Select(one => Text(one!["title"])));
        Assert.Equal(entered.AddDays(30), own[1]!["at"]!.GetValue<DateTimeOffset>());
        Assert.All(own, one => Assert.Equal(segment, Text(one!["node"]!["id"])));
        Assert.Equal(moves["nodes"]!.AsArray().Count, moves["totalCount"]!["value"]!.GetValue<int>());

        var whole = (await TimelineAsync(shop, new { id = ann }))["nodes"]!.AsArray();
        var paged = new List<string>();
        for (string? after = null; ;)
        {
            var page = await TimelineAsync(shop, new { id = ann, first = 2, after });
            paged.AddRange(page["nodes"]!.AsArray().Select(one => one!.ToJsonString()));
            if (!page["pageInfo"]!["hasNextPage"]!.GetValue<bool>())
            {
                break;
            }

            after = Text(page["pageInfo"]!["endCursor"]);
        }

        Assert.Equal(whole.Select(one => one!.ToJsonString()), paged);
        Assert.Equal(2, whole.Count(one => Text(one!["kind"]) == "TRANSACTION"));
        Assert.Equal(whole.Count - 2, moves["nodes"]!.AsArray().Count);
    }

    [Fact]
    public async Task Customers_are_filtered_by_segments_alone_and_within_other_tests_in_every_order()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        for (var i = 0; i < 6; i++)
        {
            await CustomerAsync(shop, $"c{i}");
            for (var order = 0; order < i; order++)
            {
                await OrderAsync(shop, $"c{i}", cloud.Clock.Now.AddDays(-1 - i - order));
            }
        }

        await DefineAsync(shop, "often", "frequency >= 2");
        var many = await DefineAsync(shop, "many", "frequency >= 4");

        var often = await ListAsync(shop, new { segment = new { key = "often" } });
        var size =
            (await shop.GetAsync("{ segment(ref: { key: \"often\" }) { size { value } } }"))["segment"]!["size"]!;
        Assert.Equal(size["value"]!.GetValue<int>(), often.Count);
        Assert.Equal(["c2", "c3", "c4", "c5"], often.Order());
        Assert.Equal(["c2", "c3"], (await ListAsync(shop, new
        {
            segment = new { key = "often" }, not = new { segment = new { id = many } },
        })).Order());
        Assert.Equal(
            ["c5", "c4"],
            await ListAsync(shop, new { segment = new { id = many } }, new { field = "MONETARY", direction = "DESC" }));
        Assert.Equal(["c0", "c4", "c5"], (await ListAsync(shop, new
        {
            or = new object[] { new { segment = new { id = many } }, new { segment = new { key = "rfm-prospect" } } },
        })).Order());
        Assert.Empty(await ListAsync(shop, new { segment = new { key = "nothing" } }));
    }

    [Fact]
    public async Task Who_may_not_read_segments_learns_nothing_of_them_from_lists_and_time_lines()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var ann = await CustomerAsync(shop, "ann");
        await shop.WorkAsync();
        var made = await shop.DoAsync("appCreate", "AppCreateInput",
            new { name = "till", scopes = new[] { "CUSTOMERS_READ", "INTERACTIONS_READ" }, mode = "LIVE" }, "secret");
        var till = shop with { Text = Text(made["secret"]) };

        var list = await till.AskAsync(
            "{ customers(filter: { segment: { key: \"rfm-prospect\" } }) { nodes { id } } }");
        var line = await till.AskAsync(Timeline, new { id = ann, kinds = new[] { "SEGMENT_CHANGE" } });
        var all = await TimelineAsync(till, new { id = ann });

        Assert.Equal(("FORBIDDEN", "FORBIDDEN"), (list.ErrorCode, line.ErrorCode));
        Assert.Empty(all["nodes"]!.AsArray());
        Assert.NotEmpty((await TimelineAsync(shop, new { id = ann }))["nodes"]!.AsArray());
    }

    private static async Task<JsonNode> TimelineAsync(TestKey shop, object variables) =>
        (await shop.GetAsync(Timeline, variables))["customer"]!["timeline"]!;

    private static async Task<IReadOnlyList<string>> ListAsync(TestKey shop, object filter, object? sort = null) =>
        [.. (await shop.GetAsync(
            "query($filter: CustomerFilter, $sort: CustomerSort) { customers(filter: $filter, sort: $sort) "
            + "{ nodes { externalIds { id } } } }", new { filter, sort }))["customers"]!["nodes"]!.AsArray()
            .Select(one => Text(one!["externalIds"]![0]!["id"]))];

    private static async Task<string> CustomerAsync(TestKey shop, string name) =>
        Text((await shop.DoAsync("customerCreate", "CustomerInput",
            new { externalIds = new[] { Id(name) }, displayName = name }, "customer { id }"))["customer"]!["id"]);

    private static Task OrderAsync(TestKey shop, string customer, DateTimeOffset at) =>
        shop.DoAsync("transactionRecord", "TransactionInput", new
        {
            externalId = Id($"{customer} {at:O}"), customer = new { externalId = Id(customer) }, kind = "PURCHASE",
            amount = new { amount = "10.00", currency = "GBP" }, at,
        }, "transaction { id }");

    private static async Task<string> DefineAsync(TestKey shop, string key, string rule)
    {
        var made = await shop.DoAsync("segmentCreate", "SegmentInput",
            new { key, name = key, kind = "DYNAMIC", rule = new { expression = rule } }, "segment { id }");
        await shop.WorkAsync();
        return Text(made["segment"]!["id"]);
    }

    private static object Id(string id) => new { source = "test", id };

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
