using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Objectives;

public sealed class ObjectiveTests : IAsyncLifetime
{
    private const string Raise = "Increase net income by 10 % by 2026-12-31";
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _shop = await Shop.OpenAsync(withOrders: false);
        await _shop.IncomeAsync(1_000, 1_010, 1_030, 1_020, 1_060, 1_080, 1_090, 1_120, 1_110, 1_150, 1_170, 1_200);
    }

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task A_vague_objective_is_refused_with_what_is_missing_and_how_it_could_read()
    {
        var answer = await _shop.TryAsync("improve our profit", new { ownerName = (string?)null });

        var error = answer.Json["data"]!["objectiveCreate"]!["userErrors"]![0]!;
        Assert.Equal("OBJECTIVE_VAGUE", error["code"]!.GetValue<string>());
        Assert.Equal(["QUANTIFIED_CHANGE", "DEADLINE", "OWNER"],
            error["missing"]!.AsArray().Select(m => m!.GetValue<string>()));
        var suggestion = error["suggestions"]![0]!;
        Assert.Equal(("net_income", "2026-12-31"),
            (suggestion["kpi"]!["key"]!.GetValue<string>(), suggestion["due"]!.GetValue<string>()));
        Assert.Contains(suggestion["statement"]!.GetValue<string>(), error["message"]!.GetValue<string>(),
            StringComparison.Ordinal);
        Assert.Empty((await _shop.Key.GetAsync("{ objectives { nodes { id } } }"))["objectives"]!["nodes"]!.AsArray());
    }

    [Fact]
    public async Task A_precise_one_measures_its_baseline_and_freezes_it()
    {
        var made = await _shop.ObjectiveAsync(Raise, select: Fields);
        await _shop.MeasureAsync(new(2026, 2, 1), 5_000);
        await _shop.Key.WorkAsync();

        var kept = await GetAsync(made["id"]!.GetValue<string>());

        Assert.Equal(("1200", "2026-02-28", "MEASURED", "2026-02"), (kept["baseline"]!["value"]!.GetValue<string>(),
            kept["baseline"]!["at"]!.GetValue<string>(), kept["baseline"]!["source"]!.GetValue<string>(),
                kept["baseline"]!["period"]!.GetValue<string>()));
        Assert.Equal(1_320m, kept["target"]!["resulting"].Exact());
        Assert.Equal(("net_income", "ACTIVE", "Ann Example"),
            (kept["kpi"]!["key"]!.GetValue<string>(), kept["status"]!.GetValue<string>(),
                kept["ownerName"]!.GetValue<string>()));
        Assert.True(kept["measurability"]!["accepted"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("5", "TOO_EASY", "TOO EASY: it asks for 60.00 GBP, no more than what usually happened anyway.")]
    [InlineData("9.5", "STRETCHING", "STRETCHING: it asks for 114.00 GBP, more than usual and within reach.")]
    [InlineData("18", "UNREALISTIC", "UNREALISTIC: it asks for 216.00 GBP, far more than ever happened.")]
    public async Task The_stretch_is_judged_in_words_by_the_indicators_own_history(
        string percent, string verdict, string words)
    {
        // Spans of five months grew by 80 to 110 pounds, in the middle by 90.
        var made = await _shop.ObjectiveAsync($"Increase net income by {percent} % by 2026-07-31",
            select: "stretch { verdict explanation samples spanPeriods distribution { median most } "
                + "percentileOfHistory }");

        Assert.Equal((verdict, 7, 5),
            (Verdict(made), made["stretch"]!["samples"]!.GetValue<int>(),
            made["stretch"]!["spanPeriods"]!.GetValue<int>()));
        Assert.Equal(
            words + " Judged by 7 earlier spans of 5 periods in 2025-03 to 2026-02: the middle change this way was "
            + "90.00 GBP, the largest 110.00 GBP.",
            made["stretch"]!["explanation"]!.GetValue<string>());
    }

    [Fact]
    public async Task Too_little_history_is_unknown()
    {
        var unknown = await _shop.ObjectiveAsync("Increase net income by 11 % by 2027-12-31",
            select: "stretch { verdict percentileOfHistory }");

        Assert.Equal("UNKNOWN", Verdict(unknown));
        Assert.Null(unknown["stretch"]!["percentileOfHistory"]);
    }

    [Fact]
    public async Task All_forms_of_target_and_a_stated_baseline_are_taken_from_arguments_alone()
    {
        (object Target, decimal Resulting)[] forms =
        [
            (new { mode = "REACH_VALUE", direction = "INCREASE", amount = "1500" }, 1_500),
            (new { mode = "CHANGE_BY_PERCENT", direction = "INCREASE", amount = "2", upper = "4" }, 1_020),
            (new { mode = "CHANGE_BY_POINTS", direction = "DECREASE", amount = "100" }, 900),
            (new { mode = "KEEP_WITHIN", direction = "HOLD", amount = "900", upper = "1100" }, 900),
        ];
        foreach (var (target, resulting) in forms)
        {
            var made = await _shop.ObjectiveAsync("What the shop earns", new
            {
                kpi = new { key = "net_income" }, target, due = "2026-12-31",
                    baseline = new { value = "1000", at = "2025-12-31" },
            }, Fields);

            Assert.Equal((resulting, "STATED"),
                (made["target"]!["resulting"].Exact(), made["baseline"]!["source"]!.GetValue<string>()));
        }
    }

    [Theory]
    [InlineData("Increase net income by 2 to 4 % by 2026-12-31", "1224.00 GBP to 1248.00 GBP", "1248")]
    [InlineData(
        "Keep net income between 1,100 and 1,300 until 2026-12-31", "between 1100.00 GBP and 1300.00 GBP", "1300")]
    [InlineData("Keep net income above 1,100 until 2026-12-31", "1100.00 GBP or more", null)]
    [InlineData("Increase net income by 10 % by 2026-12-31", "1320.00 GBP", null)]
    public async Task A_target_shows_both_its_ends_in_numbers_and_in_words(
        string statement, string words, string? upper)
    {
        var made = await _shop.ObjectiveAsync(
            statement, select: "target { text resultingUpper } progress { targetUpper }");

        Assert.Equal(words, made["target"]!["text"]!.GetValue<string>());
        var far = upper is null
            ? (decimal?)null
            : decimal.Parse(upper, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((far, far), (made["target"]!["resultingUpper"].Exact(), made["progress"]!["targetUpper"].Exact()));
    }

    [Fact]
    public async Task A_new_statement_is_judged_as_a_new_objective_and_a_vague_one_beside_arguments_is_warned_about()
    {
        var id = (await _shop.ObjectiveAsync(Raise))["id"]!.GetValue<string>();
        var vague = await UpdateAsync(new { id, statement = "Improve net income a lot", reason = "why not" });
        var beside = await _shop.TryAsync("Improve net income a lot", new
        {
            kpi = new { key = "net_income" }, due = "2026-12-31",
            target = new { mode = "CHANGE_BY_PERCENT", direction = "INCREASE", amount = "10" },
        });

        Assert.Equal(["OBJECTIVE_VAGUE"], vague.UserErrors("objectiveUpdate"));
        Assert.Empty(beside.UserErrors("objectiveCreate"));
        var error = vague.Json["data"]!["objectiveUpdate"]!["userErrors"]![0]!;
        Assert.Equal(["QUANTIFIED_CHANGE", "DEADLINE"], error["missing"]!.AsArray().Select(m => m!.GetValue<string>()));
        Assert.NotEmpty(error["suggestions"]!.AsArray());
        Assert.Contains("VAGUE_WORDING", beside.Json["data"]!["objectiveCreate"]!["warnings"]!.AsArray()
            .Select(w => w!["code"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{"mode":"KEEP_WITHIN","direction":"INCREASE","amount":"5"}""", "target.direction")]
    [InlineData("""{"mode":"REACH_VALUE","direction":"HOLD","amount":"5"}""", "target.direction")]
    [InlineData("""{"mode":"CHANGE_BY_POINTS","direction":"INCREASE","amount":"-5"}""", "target.amount")]
    [InlineData("""{"mode":"CHANGE_BY_PERCENT","direction":"INCREASE","amount":"5","upper":"3"}""", "target.upper")]
    [InlineData("""{"mode":"REACH_VALUE","direction":"INCREASE","amount":"1100"}""", "target.amount")]
    public async Task Targets_that_cannot_be_are_refused(string target, string field)
    {
        var answer = await _shop.TryAsync("Net income",
            new { kpi = new { key = "net_income" }, target = JsonNode.Parse(target), due = "2026-12-31" });

        var error = answer.Json["data"]!["objectiveCreate"]!["userErrors"]![0]!;
        Assert.EndsWith(field, string.Join('.', error["field"]!.AsArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_needs_a_reason_judges_anew_and_keeps_the_baseline()
    {
        var id = (await _shop.ObjectiveAsync("Increase net income by 10 % within 6 months"))["id"]!.GetValue<string>();
        await _shop.GoOnAsync(TimeSpan.FromDays(40));

        var owner = await UpdateAsync(new { id, ownerName = "Bob Example", reason = "Ann left" });
        var vague = await UpdateAsync(new { id, due = "2026-11-30", reason = "later" });
        var worded = await UpdateAsync(new { id, statement = "Increase net income by 15 % by 2026-11-30",
            reason = "more" });

        Assert.Empty(owner.UserErrors("objectiveUpdate"));
        Assert.Equal(["INVALID"], vague.UserErrors("objectiveUpdate"));
        Assert.Empty(worded.UserErrors("objectiveUpdate"));
        var now = await GetAsync(id);
        Assert.Equal((1_380m, "2026-02", "2026-11-30", "Bob Example"), (now["target"]!["resulting"].Exact()!.Value,
            now["baseline"]!["period"]!.GetValue<string>(), now["due"]!.GetValue<string>(),
                now["ownerName"]!.GetValue<string>()));
        Assert.Equal(["Made.", "Ann left", "more"],
            now["log"]!.AsArray().Select(e => e!["reason"]!.GetValue<string>()));
        Assert.Equal(3, now["history"]!["nodes"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("ACTIVE", "ACTIVE,DRAFT,ACTIVE,REACHED,ACTIVE,MISSED,ACTIVE,ABANDONED,DRAFT,ABANDONED,ACTIVE", "")]
    [InlineData("DRAFT", "REACHED", "WRONG_STATE")]
    [InlineData("ACTIVE", "ABANDONED,REACHED", "WRONG_STATE")]
    [InlineData("ACTIVE", "REACHED,MISSED", "WRONG_STATE")]
    [InlineData("REACHED", "", "INVALID")]
    public async Task Only_some_changes_of_status_are_allowed(string first, string then, string refusal)
    {
        var answer = await _shop.TryAsync(Raise, new { status = first });
        var codes = answer.UserErrors("objectiveCreate").ToList();
        var id = answer.Json["data"]!["objectiveCreate"]!["objective"]?["id"]!.GetValue<string>();
        foreach (var status in then.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            codes.AddRange((await StatusAsync(id!, status)).UserErrors("objectiveStatusSet"));
        }

        Assert.Equal(refusal.Length == 0 ? [] : [refusal], codes);
    }

    [Fact]
    public async Task Closing_by_hand_keeps_reason_and_evidence_and_says_where_figures_disagree()
    {
        var id = (await _shop.ObjectiveAsync(Raise))["id"]!.GetValue<string>();

        var answer = await StatusAsync(id, "REACHED");

        Assert.Equal("NOT_WHAT_FIGURES_SAY",
            answer.Json["data"]!["objectiveStatusSet"]!["warnings"]![0]!["code"]!.GetValue<string>());
        var last = (await GetAsync(id))["log"]!.AsArray()[^1]!;
        Assert.Equal(("because", "ACTIVE", "REACHED", "2026-02"),
            (last["reason"]!.GetValue<string>(), last["from"]!.GetValue<string>(),
            last["to"]!.GetValue<string>(), last["evidence"]!["label"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_parent_under_its_own_child_is_refused()
    {
        var parent = (await _shop.ObjectiveAsync(Raise))["id"]!.GetValue<string>();
        var child = (await _shop.ObjectiveAsync(Raise, new { parentId = parent }))["id"]!.GetValue<string>();

        var circle = await UpdateAsync(new { id = parent, parentId = child, reason = "?" });
        var self = await UpdateAsync(new { id = parent, parentId = parent, reason = "?" });
        var free = await UpdateAsync(new { id = child, parentId = (string?)null, reason = "free" });

        Assert.Equal(["CYCLE"], circle.UserErrors("objectiveUpdate"));
        Assert.Equal(["CYCLE"], self.UserErrors("objectiveUpdate"));
        Assert.Empty(free.UserErrors("objectiveUpdate"));
        Assert.Empty((await GetAsync(parent))["children"]!.AsArray());
    }

    [Fact]
    public async Task One_sided_objectives_are_warned_about_or_refused_as_the_tenant_wants()
    {
        var warned = await _shop.TryAsync(Raise, new { beneficiary = "ORGANIZATION" });
        var balance = (await _shop.Key.GetAsync(
            "{ objectiveBalance { customer organization mutual balanced problem } }"))["objectiveBalance"]!;
        await SettingAsync(false);
        var refused = await _shop.TryAsync(Raise, new { beneficiary = "ORGANIZATION" });
        var draft = await _shop.TryAsync(Raise, new { beneficiary = "CUSTOMER", status = "DRAFT" });
        var balanced = await _shop.TryAsync(Raise, new { beneficiary = "ORGANIZATION" });

        Assert.Equal("OBJECTIVE_ONE_SIDED",
            warned.Json["data"]!["objectiveCreate"]!["warnings"]![0]!["code"]!.GetValue<string>());
        Assert.False(balance["balanced"]!.GetValue<bool>());
        Assert.Equal(["OBJECTIVE_ONE_SIDED"], refused.UserErrors("objectiveCreate"));
        Assert.Empty(draft.UserErrors("objectiveCreate").Concat(balanced.UserErrors("objectiveCreate")));
        Assert.DoesNotContain(balanced.Json["data"]!["objectiveCreate"]!["warnings"]!.AsArray(), w =>
            w!["code"]!.GetValue<string>() == "OBJECTIVE_ONE_SIDED");
    }

    [Fact]
    public async Task Lists_filter_and_page_and_external_ids_are_unique()
    {
        for (var i = 0; i < 5; i++)
        {
            await _shop.GoOnAsync(TimeSpan.FromSeconds(1));
            await _shop.ObjectiveAsync($"Increase net income by {10 + i} % by 2026-12-31",
                new { externalId = new { source = "okr", id = $"{i}" }, beneficiary = i % 2 == 0 ? "BOTH"
                : "CUSTOMER" });
        }

        var again = await _shop.TryAsync(Raise, new { externalId = new { source = "okr", id = "3" } });
        var pages = new List<string>();
        string? after = null;
        do
        {
            var page = (await _shop.Key.GetAsync(
                "query($after: String) { objectives(first: 2, after: $after, filter: {beneficiary: [BOTH]}) { "
                    + "nodes { externalId { id } } pageInfo { hasNextPage endCursor } } }",
                new { after }))["objectives"]!;
            pages.AddRange(page["nodes"]!.AsArray().Select(n => n!["externalId"]!["id"]!.GetValue<string>()));
            after = page["pageInfo"]!["hasNextPage"]!.GetValue<bool>()
                ? page["pageInfo"]!["endCursor"]!.GetValue<string>() : null;
        }
        while (after is not null);

        Assert.Equal(["ALREADY_EXISTS"], again.UserErrors("objectiveCreate"));
        Assert.Equal(["4", "2", "0"], pages);
        var found = await _shop.Key.GetAsync(
            "{ objective(ref: {externalId: {source: \"okr\", id: \"3\"}}) { statement } "
                + "objectives(filter: {track: [PENDING], due: {lt: \"2027-01-02T00:00:00Z\"}}) { "
                + "totalCount { value } } }");
        Assert.Equal("Increase net income by 13 % by 2026-12-31", found["objective"]!["statement"]!.GetValue<string>());
        Assert.Equal(5, found["objectives"]!["totalCount"]!["value"]!.GetValue<int>());
    }

    private const string Fields =
        "id statement status ownerName kpi { key } due baseline { value at source period revision } "
        + "target { mode resulting resultingUpper } measurability { accepted } children { id }"
        + " log { reason from to evidence { label value } by { label } } history { nodes { operation } }";

    private static string Verdict(JsonNode objective) => objective["stretch"]!["verdict"]!.GetValue<string>();

    private async Task<JsonNode> GetAsync(string id) =>
        (await _shop.Key.GetAsync($"query($id: ID!) {{ objective(ref: {{id: $id}}) {{ {Fields} }} }}",
            new { id }))["objective"]!;

    private Task<TestAnswer> UpdateAsync(object input) => _shop.Key.AskAsync(
        $"mutation($input: ObjectiveUpdateInput!) {{ "
            + $"objectiveUpdate(input: $input) {{ objective {{ id }} {Shop.Problems} }} }}", new { input });

    private Task<TestAnswer> StatusAsync(string id, string status) => _shop.Key.AskAsync(
        "mutation($input: ObjectiveStatusInput!) { objectiveStatusSet(input: $input) { objective { id status } "
            + "warnings { code } userErrors { code message } } }",
        new { input = new { id, status, reason = "because" } });

    private Task<JsonNode> SettingAsync(bool? allowed) => _shop.Key.DoAsync(
        "tenantUpdate", "TenantUpdateInput", new { singleSidedObjectivesAllowed = allowed }, "tenant { id }");
}
