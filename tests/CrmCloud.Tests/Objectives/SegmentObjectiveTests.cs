using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Objectives;

/// <summary>Objectives about the members of one segment: measured over them alone, from when they are known.</summary>
public sealed class SegmentObjectiveTests : IAsyncLifetime
{
    private const string Aim = "Increase orders to 3 by 2026-12-31";
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _shop = await Shop.OpenAsync(withOrders: false);
        await _shop.OrderAsync("o1", "anna", 500, new(2026, 2, 3, 9, 0, 0, TimeSpan.Zero));
        await _shop.OrderAsync("o2", "ben", 20, new(2026, 2, 4, 9, 0, 0, TimeSpan.Zero));
        await _shop.Key.DoAsync("segmentCreate", "SegmentInput", new
        {
            key = "big", name = "Big spenders", kind = "DYNAMIC", rule = new { expression = "monetary >= 400.00 GBP" },
        }, "segment { id }");
        await _shop.Key.WorkAsync();
    }

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task It_counts_its_members_alone_and_says_before_when_they_are_unknown()
    {
        var unknown = await CheckAsync("Increase orders by 50 % by 2026-12-31");
        var made = await MakeAsync();
        await _shop.OrderAsync("o3", "anna", 30, new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        await _shop.OrderAsync("o4", "anna", 30, new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        await _shop.OrderAsync("o5", "ben", 20, new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        await _shop.GoOnAsync(TimeSpan.FromDays(31));

        var scope = Result(unknown, "SCOPE");
        Assert.Equal("The members of the segment 'Big spenders'.", scope["explanation"]!.GetValue<string>());
        Assert.Contains("Members are known from 2026-03-02", Result(unknown, "BASELINE_KNOWN")["explanation"]!
            .GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("big", made["segment"]!["key"]!.GetValue<string>());
        var read = await ReadAsync(made["id"]!.GetValue<string>());
        Assert.Equal((2m, "2026-03", "AHEAD"), (read["progress"]!["current"].Exact()!.Value,
            read["progress"]!["label"]!.GetValue<string>(), read["progress"]!["status"]!.GetValue<string>()));
        Assert.Equal([null, 2m], read["progressSeries"]!.AsArray().Select(p => p!["actual"].Exact()));
        var found = await _shop.Key.GetAsync(
            "query($id: ID!) { with: objectives(filter: {segment: $id}) { nodes { id } } }",
            new { id = made["segment"]!["id"] });
        Assert.Single(found["with"]!["nodes"]!.AsArray());
    }

    [Fact]
    public async Task Words_for_some_customers_are_refused_without_a_segment_and_taken_with_one()
    {
        const string words = "Increase orders of big customers to 3 by 2026-12-31";
        var without = await _shop.TryAsync(words);
        var with = await MakeAsync(words);

        var error = without.Json["data"]!["objectiveCreate"]!["userErrors"]![0]!;
        Assert.Equal(["SCOPE"], error["missing"]!.AsArray().Select(m => m!.GetValue<string>()));
        Assert.Equal("big", with["segment"]!["key"]!.GetValue<string>());
    }

    [Fact]
    public async Task Words_for_others_than_the_segment_are_named_beside_it()
    {
        var other = await CheckAsync("Increase orders of loyal customers to 3 by 2026-12-31");

        var scope = Result(other, "SCOPE");
        Assert.Contains("loyal customers", scope["explanation"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("'Big spenders'", scope["explanation"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.False(other["measurability"]!["accepted"]!.GetValue<bool>());
        Assert.False(scope["met"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_segment_that_an_open_objective_needs_cannot_be_deleted()
    {
        var made = await MakeAsync();
        var refused = await DeleteAsync(made["segment"]!["id"]!);
        await _shop.Key.DoAsync("objectiveStatusSet", "ObjectiveStatusInput",
            new { id = made["id"], status = "ABANDONED", reason = "no more" }, "objective { id }");
        var deleted = await DeleteAsync(made["segment"]!["id"]!);

        var error = refused["userErrors"]![0]!;
        Assert.Equal(("IN_USE", made["id"]!.GetValue<string>()),
            (error["code"]!.GetValue<string>(), error["dependents"]![0]!["id"]!.GetValue<string>()));
        Assert.Empty(deleted["userErrors"]!.AsArray());
        var read = await ReadAsync(made["id"]!.GetValue<string>());
        Assert.Null(read["segment"]);
        Assert.Equal(("NO_DATA", "The segment is gone."),
            (read["progress"]!["status"]!.GetValue<string>(), read["progress"]!["reason"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_segment_with_open_objectives_cannot_be_retired_and_a_retired_one_has_no_figures()
    {
        const string read = "query { kpi(ref: {key: \"orders\"}) { value(grain: MONTH, segment: {key: \"big\"}) "
            + "{ value unknownReason } } }";
        var made = await MakeAsync();
        var retire = new { id = made["segment"]!["id"]!.GetValue<string>(), status = "RETIRED" };
        var refused = await _shop.Key.AskAsync("mutation($input: SegmentUpdateInput!) { segmentUpdate(input: $input) "
            + "{ userErrors { code message ... on InUseError { dependents { id } } } } }", new { input = retire });
        await _shop.Key.DoAsync("objectiveStatusSet", "ObjectiveStatusInput",
            new { id = made["id"], status = "ABANDONED", reason = "no more" }, "objective { id }");
        await _shop.Key.DoAsync("segmentUpdate", "SegmentUpdateInput", retire, "segment { id }");
        await _shop.Key.WorkAsync();
        var value = (await _shop.Key.GetAsync(read))["kpi"]!["value"]!;

        var error = refused.Json["data"]!["segmentUpdate"]!["userErrors"]![0]!;
        Assert.Equal(("IN_USE", made["id"]!.GetValue<string>()),
            (error["code"]!.GetValue<string>(), error["dependents"]![0]!["id"]!.GetValue<string>()));
        Assert.StartsWith(
            "The segment is used by Objective ", error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(value["value"]);
        Assert.Equal("The segment is retired.", value["unknownReason"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_is_recorded_for_the_whole_tenant_is_no_objective_of_a_segment()
    {
        var answer = await _shop.TryAsync("Increase net income to 500 GBP by 2026-12-31",
            new { segment = new { key = "big" }, baseline = new { value = "1", at = "2026-02-28" } });

        Assert.Equal(["INVALID"], answer.UserErrors("objectiveCreate"));
        Assert.Contains("Net income is recorded for the whole tenant", answer.Json.ToJsonString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_a_grain_whose_baseline_is_unknown_there_is_no_target_and_the_reason_says_so()
    {
        var made = await MakeAsync();

        var year = (await _shop.Key.GetAsync(
            "query($id: ID!) { objective(ref: {id: $id}) { progress(grain: YEAR) { baseline "
                + "target targetUpper reason } } }",
            new { id = made["id"]!.GetValue<string>() }))["objective"]!["progress"]!;

        Assert.Null(year["baseline"]);
        Assert.Null(year["target"]);
        Assert.NotEmpty(year["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_unknown_segment_is_not_found()
    {
        var answer = await _shop.TryAsync(Aim, new { segment = new { key = "nobody" } });

        Assert.Equal(["NOT_FOUND"], answer.UserErrors("objectiveCreate"));
    }

    private Task<JsonNode> MakeAsync(string statement = Aim) => _shop.ObjectiveAsync(
        statement, new { segment = new { key = "big" }, baseline = new { value = "1", at = "2026-02-28" } },
        "id segment { id key }");

    private async Task<JsonNode> ReadAsync(string id) => (await _shop.Key.GetAsync(
        "query($id: ID!) { objective(ref: {id: $id}) { segment { key } progress { current label status reason } "
        + "progressSeries(grain: MONTH, range: {from: \"2026-02-01\", to: \"2026-03-31\"}) { actual } } }",
        new { id }))["objective"]!;

    private async Task<JsonNode> CheckAsync(string statement) => (await _shop.Key.GetAsync(
        "query($statement: String!) { objectiveCheck(statement: $statement, segment: {key: \"big\"}) "
        + "{ measurability { accepted results { criterion met explanation } } } }",
        new { statement }))["objectiveCheck"]!;

    private async Task<JsonNode> DeleteAsync(JsonNode id) => (await _shop.Key.AskAsync(
        "mutation($id: ID!) { segmentDelete(input: {id: $id}) "
        + "{ deletedId userErrors { code message ... on InUseError { dependents { id } } } } }",
        new { id = id.GetValue<string>() })).Json["data"]!["segmentDelete"]!;

    private static JsonNode Result(JsonNode check, string criterion) =>
        check["measurability"]!["results"]!.AsArray().Single(r => r!["criterion"]!.GetValue<string>() == criterion)!;
}
