using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Segments;

/// <summary>Segments as a tenant's administrator meets them: over GraphQL.</summary>
public sealed class SegmentApiTests
{
    private const string Create = "segment { id key version rule { expression } } ";

    [Fact]
    public async Task A_segment_is_defined_filled_explained_and_moved_by_time()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var start = cloud.Clock.Now;
        await OrderAsync(shop, "ann", "o1", start.AddDays(-1));
        await OrderAsync(shop, "bob", "o2", start.AddDays(-40));
        await shop.WorkAsync();

        var made = await CreateAsync(shop, "fresh", "age_of_last(order) <= 30d");
        await shop.WorkAsync();
        var segment = await AskAsync(shop, "fresh");
        Assert.Equal("age_of_last(order) <= 30d", made["rule"]!["expression"]!.GetValue<string>());
        Assert.Equal(["ann"], Members(segment));
        Assert.Equal(1, segment["size"]!["value"]!.GetValue<int>());
        Assert.False(segment["freshness"]!["stale"]!.GetValue<bool>());

        // The order is 30 days old on day 29 from now, to the millisecond.
        cloud.Clock.Advance(TimeSpan.FromDays(29) + TimeSpan.FromMilliseconds(1));
        await shop.WorkAsync();
        Assert.Empty(Members(await AskAsync(shop, "fresh")));
        var check = await IncludesAsync(shop, "fresh", "ann");
        Assert.False(check["member"]!.GetValue<bool>());
        Assert.False(check["trace"]![0]!["result"]!.GetValue<bool>());

        await OrderAsync(shop, "bob", "o3", cloud.Clock.Now);
        await shop.WorkAsync();
        var after = await AskAsync(shop, "fresh");
        Assert.Equal(["bob"], Members(after));
        Assert.Equal("DATA_CHANGED", after["members"]!["nodes"]![0]!["cause"]!["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Asking_many_times_to_recompute_queues_one_run_until_it_has_begun()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var made = await CreateAsync(shop, "fresh", "age_of_last(order) <= 30d");
        await shop.WorkAsync();
        var input = new { id = made["id"]!.GetValue<string>() };

        var runs = new HashSet<string>();
        for (var times = 0; times < 3; times++)
        {
            runs.Add(await RunAsync());
        }

        Assert.Single(runs);
        await shop.WorkAsync();
        Assert.DoesNotContain(await RunAsync(), runs);

        async Task<string> RunAsync() => (await shop.DoAsync(
            "segmentRecompute", "IdInput", input, "run { id }"))["run"]!["id"]!.GetValue<string>();
    }

    [Fact]
    public async Task A_preview_says_exactly_who_would_enter_and_leave_and_saves_nothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        for (var i = 0; i < 5; i++)
        {
            for (var order = 0; order <= i; order++)
            {
                await OrderAsync(shop, $"c{i}", $"o{i}-{order}", cloud.Clock.Now.AddDays(-1 - order));
            }
        }

        await shop.WorkAsync();
        var made = await CreateAsync(shop, "often", "frequency >= 2");
        await shop.WorkAsync();
        var before = cloud.Documents();

        var preview = (await shop.GetAsync(
            "query($rule: SegmentRuleInput!, $id: ID) { segmentPreview(rule: $rule, against: $id, sample: 2) "
            + "{ size { value precision } entering leaving sample { externalIds { id } } expression tree } }",
            new { rule = new { expression = "frequency<=3" }, id = made["id"]!.GetValue<string>() }))
            ["segmentPreview"]!;
        var dry = await shop.DoAsync("segmentUpdate", "SegmentUpdateInput",
            new { id = made["id"]!.GetValue<string>(), rule = new { expression = "frequency <= 3" } },
            "entering leaving", new { dryRun = true });

        Assert.Equal(3, preview["size"]!["value"]!.GetValue<int>());
        Assert.Equal("EXACT", preview["size"]!["precision"]!.GetValue<string>());
        Assert.Equal((1, 2), (preview["entering"]!.GetValue<int>(), preview["leaving"]!.GetValue<int>()));
        Assert.Equal((1, 2), (dry["entering"]!.GetValue<int>(), dry["leaving"]!.GetValue<int>()));
        Assert.Equal(2, preview["sample"]!.AsArray().Count);
        Assert.Equal("frequency <= 3", preview["expression"]!.GetValue<string>());
        Assert.Equal(before, cloud.Documents());
    }

    [Fact]
    public async Task What_a_rule_gets_wrong_is_named_with_its_place_and_what_was_expected()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");

        var answer = await shop.AskAsync(
            "mutation($input: SegmentInput!) { segmentCreate(input: $input) { userErrors { code message field "
            + "... on RuleError { line column expected } } } }",
            new { input = Input("x", "recency > 5 and\n  frequencie >= 2") });

        var error = answer.Json["data"]!["segmentCreate"]!["userErrors"]![0]!;
        Assert.Equal("RULE_SYNTAX", error["code"]!.GetValue<string>());
        Assert.Equal((2, 3), (error["line"]!.GetValue<int>(), error["column"]!.GetValue<int>()));
        Assert.Contains("frequency", error["expected"]!.AsArray().Select(one => one!.GetValue<string>()));
    }

    [Fact]
    public async Task An_event_that_is_nearly_a_kind_of_transaction_draws_a_warning()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");

        var made = await shop.DoAsync("segmentCreate", "SegmentInput", Input("x", "age_of_last(ordr) > 90d"),
            "warnings { code message field }");
        var preview = (await shop.GetAsync(
            "{ segmentPreview(rule: {expression: \"count(visit) > 1 or no refnd within 3d\"}) { "
                + "warnings { message } } }"))["segmentPreview"]!;

        Assert.Equal("EVENT_MISSPELT", made["warnings"]![0]!["code"]!.GetValue<string>());
        Assert.Contains("'order'", made["warnings"]![0]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(
            "'refund'", Assert.Single(preview["warnings"]!.AsArray())!["message"]!.GetValue<string>(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Circles_taken_keys_and_segments_in_use_are_refused()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var first = await CreateAsync(shop, "first", "frequency > 1");
        await CreateAsync(shop, "second", "in segment first and recency < 9");

        var circle = await ErrorsAsync(shop, "segmentUpdate", "SegmentUpdateInput",
            new { id = first["id"]!.GetValue<string>(), rule = new { expression = "in segment second" } });
        var taken = await ErrorsAsync(shop, "segmentCreate", "SegmentInput", Input("second", "recency < 4"));
        var used = await ErrorsAsync(shop, "segmentDelete", "IdInput", new { id = first["id"]!.GetValue<string>() });
        var builtIn = await ErrorsAsync(shop, "segmentCreate", "SegmentInput", Input("rfm-champions", "recency < 4"));

        var itself = await ErrorsAsync(shop, "segmentCreate", "SegmentInput", Input("selfy", "not in segment selfy"));
        var unknown = await shop.AskAsync(
            TestKey.Text1("segmentCreate", "SegmentInput", ""), new { input = Input("x", "in segment secnd") });

        Assert.Equal(("CYCLE", "CYCLE"), (circle, itself));
        Assert.Contains(
            "There is no segment 'secnd'; did you mean 'second'?",
            unknown.Json["data"]!["segmentCreate"]!["userErrors"]![0]!["message"]!.GetValue<string>(),
            StringComparison.Ordinal);
        Assert.Equal("ALREADY_EXISTS", taken);
        Assert.Equal("IN_USE", used);
        var names = await shop.AskAsync(
            TestKey.Text1("segmentDelete", "IdInput", ""),
            new { input = new { id = first["id"]!.GetValue<string>() } });
        Assert.Contains("segment 'second'", names.Text, StringComparison.Ordinal);
        Assert.Equal("ALREADY_EXISTS", builtIn);
    }

    [Fact]
    public async Task A_manual_segment_has_the_members_that_are_named()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        foreach (var name in new[] { "ann", "bob", "eve" })
        {
            await OrderAsync(shop, name, "o-" + name, cloud.Clock.Now.AddDays(-3));
        }

        await shop.DoAsync(
            "segmentCreate", "SegmentInput", new { key = "guests", name = "Guests", kind = "MANUAL" }, Create);
        var set = await shop.DoAsync("segmentMembersSet", "SegmentMembersInput",
            new { segment = new { key = "guests" }, add = new[] { Who("ann"), Who("bob"), Who("nobody") } },
            "added removed notFound { index externalId { id } }");
        await shop.WorkAsync();
        var both = Members(await AskAsync(shop, "guests"));
        await shop.DoAsync("segmentMembersSet", "SegmentMembersInput",
            new { segment = new { key = "guests" }, remove = new[] { Who("ann") } }, "removed");
        await shop.WorkAsync();
        var after = await AskAsync(shop, "guests");

        Assert.Equal(2, set["added"]!.GetValue<int>());
        Assert.Equal("nobody", set["notFound"]![0]!["externalId"]!["id"]!.GetValue<string>());
        Assert.Equal(["ann", "bob"], both.Order());
        Assert.Equal(["bob"], Members(after));
        Assert.Equal("MANUAL", after["members"]!["nodes"]![0]!["cause"]!["kind"]!.GetValue<string>());
    }

    private static async Task OrderAsync(TestKey shop, string customer, string id, DateTimeOffset at)
    {
        await shop.DoAsync("customerUpsert", "CustomerUpsertInput",
            new
            {
                match = new[] { Who(customer) },
                customer = new { externalIds = new[] { Id(customer) }, displayName = customer },
            },
            "customer { id }");
        await shop.DoAsync("transactionRecord", "TransactionInput",
            new
            {
                externalId = Id(id), customer = Who(customer), kind = "PURCHASE",
                amount = new { amount = "10.00", currency = "GBP" }, at,
            },
            "transaction { id }");
    }

    private static object Id(string id) => new { source = "test", id };

    private static object Who(string id) => new { externalId = Id(id) };

    private static object Input(string key, string rule) =>
        new { key, name = key, kind = "DYNAMIC", rule = new { expression = rule } };

    private static async Task<JsonNode> CreateAsync(TestKey shop, string key, string rule) =>
        (await shop.DoAsync("segmentCreate", "SegmentInput", Input(key, rule), Create))["segment"]!;

    private static async Task<string> ErrorsAsync(TestKey shop, string mutation, string type, object input) =>
        Assert.Single((await shop.AskAsync(TestKey.Text1(mutation, type, ""), new { input })).UserErrors(mutation));

    private static async Task<JsonNode> AskAsync(TestKey shop, string key) =>
        (await shop.GetAsync(
            "query($key: String!) { segment(ref: { key: $key }) { size { value } freshness { stale staleReason } "
            + "members { nodes { since cause { kind revision } customer { externalIds { id } } } } } }",
            new { key }))["segment"]!;

    private static async Task<JsonNode> IncludesAsync(TestKey shop, string key, string customer) =>
        (await shop.GetAsync(
            "query($key: String!, $who: Ref!) { segment(ref: { key: $key }) { includes(customer: $who) "
            + "{ member trace { clause result actual expected } } } }",
            new { key, who = Who(customer) }))["segment"]!["includes"]!;

    private static IReadOnlyList<string> Members(JsonNode segment) =>
        [.. segment["members"]!["nodes"]!.AsArray().Select(
            one => one!["customer"]!["externalIds"]![0]!["id"]!.GetValue<string>())];
}
