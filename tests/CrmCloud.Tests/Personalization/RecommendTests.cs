using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Personalization;

public sealed class RecommendTests : IAsyncLifetime
{
    private ActionShop _shop = null!;

    public async Task InitializeAsync() => _shop = await ActionShop.OpenAsync();

    public async Task DisposeAsync() => await _shop.DisposeAsync();

    [Fact]
    public async Task An_action_that_suits_is_recommended_with_its_reasons()
    {
        await _shop.CustomerAsync("ada");
        await _shop.ConsentAsync("ada");
        await _shop.ActionAsync("spring", new
        {
            value = new { amount = "20.00", currency = "GBP" }, cost = new { amount = "0.50", currency = "GBP" },
            audience = new { expression = "count(order) >= 1" },
        });
        await _shop.WorkAsync();

        var set = await _shop.RecommendAsync("ada");

        var one = Assert.Single(set["recommendations"]!.AsArray())!;
        Assert.Equal(("spring", 1, "2026-03-03T00:00:00Z", false), (
            one["action"]!["key"]!.GetValue<string>(), one["rank"]!.GetValue<int>(),
            one["validUntil"]!.GetValue<string>(), one["heldOut"]!.GetValue<bool>()));

        // Nothing is known yet: the first belief is 5 %, so 0.05 x 20 - 0.50.
        Assert.Equal(0.5m, one["score"].Exact()!.Value);
        Assert.Equal(["SEGMENT", "CONSENT", "VALUE", "LEARNING"],
            one["reasons"]!.AsArray().Select(r => r!["kind"]!.GetValue<string>()));
        Assert.Empty(set["suppressed"]!.AsArray());
    }

    [Fact]
    public async Task Each_action_that_is_held_back_names_the_fact_that_holds_it_back()
    {
        await _shop.CustomerAsync("ada", wrote: false, country: "UK");
        await _shop.ConsentAsync("ada", maxPer: null);
        await _shop.ConsentAsync("ada", purpose: "service", status: "REVOKED");
        await _shop.ConsentAsync("ada", purpose: "tips", valueToCustomer: 2);
        await _shop.ActionAsync("a-window", new { window = new { from = "2026-04-01", to = "2026-05-01" } });
        await _shop.ActionAsync("b-channel", new { channels = new[] { "SMS" } });
        await _shop.ActionAsync("c-audience", new { audience = new { expression = "country = 'FR'" } });
        await _shop.ActionAsync("d-excluded", new { exclusions = new { expression = "country = 'UK'" } });
        await _shop.ActionAsync("e-stage", new { kind = "PRODUCT_ADAPTATION" });
        await _shop.ActionAsync("f-consent", new { purpose = "service" });
        await _shop.ActionAsync("g-none", new { purpose = "research" });
        await _shop.ActionAsync("h-value", new { purpose = "tips" });
        await _shop.ActionAsync("i-cap", new { cap = new { max = 1, per = "P7D" } });
        await _shop.ActionAsync("j-control", new { control = "90" });
        await _shop.WorkAsync();
        await _shop.RecordAsync(ActionShop.IdOf(await _shop.RecommendAsync("ada"), "i-cap"), "SHOWN");

        var held = ActionShop.Suppressed(await _shop.RecommendAsync("ada"));

        Assert.Equal(
            ["OUT_OF_WINDOW", "CHANNEL_MISMATCH", "NOT_ELIGIBLE", "EXCLUDED", "WRONG_STAGE", "NO_CONSENT", "NO_CONSENT",
                "LOW_VALUE_TO_CUSTOMER", "FREQUENCY_CAP"],
            held.Where(h => h.Key != "j-control")
                .OrderBy(h => h.Key, StringComparer.Ordinal)
                .Select(h => h.Value.Reason));
        Assert.Contains("2026-04-01", held["a-window"].Text, StringComparison.Ordinal);
        Assert.Contains("(is UK)", held["d-excluded"].Text, StringComparison.Ordinal);
        Assert.Contains("the customer's is DIFFERENTIATED", held["e-stage"].Text, StringComparison.Ordinal);
        Assert.Contains("consent was taken back", held["f-consent"].Text, StringComparison.Ordinal);
        Assert.Contains("No consent is recorded for research on EMAIL", held["g-none"].Text, StringComparison.Ordinal);
        Assert.Contains("2 of 5", held["h-value"].Text, StringComparison.Ordinal);
        Assert.Contains("1 of 1 in 7 days, next on 2026-03-09 09:00 UTC", held["i-cap"].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_again_gives_the_same_answer_with_the_same_ids_and_more_places_only_add()
    {
        await FiveActionsAsync();

        var first = await _shop.RecommendAsync("ada");
        _shop.Clock.Advance(TimeSpan.FromHours(3));
        var again = await _shop.RecommendAsync("ada");
        var two = await _shop.RecommendAsync("ada", first: 2);
        var node = await _shop.Key.GetAsync(
            "query($id: ID!) { node(id: $id) { id ... on Recommendation { "
                + "score rank reasons { kind text weight } } } }",
            new { id = first["recommendations"]![1]!["id"]!.GetValue<string>() });

        Assert.Equal(5, first["recommendations"]!.AsArray().Count);
        Assert.Equal(first.ToJsonString(), again.ToJsonString());
        Assert.Equal(
            first["recommendations"]!.AsArray().Take(2).Select(r => r!.ToJsonString()),
            two["recommendations"]!.AsArray().Select(r => r!.ToJsonString()));
        foreach (var part in new[] { "id", "score", "rank", "reasons" })
        {
            Assert.True(JsonNode.DeepEquals(first["recommendations"]![1]![part], node["node"]![part]), part);
        }
    }

    [Fact]
    public async Task A_withdrawn_consent_holds_at_once_without_any_worker()
    {
        await FiveActionsAsync();
        Assert.Equal(5, ActionShop.Keys(await _shop.RecommendAsync("ada")).Count);

        await _shop.ConsentAsync("ada", status: "REVOKED");
        var set = await _shop.RecommendAsync("ada");
        var permitted = await _shop.Key.GetAsync(
            "query($c: Ref!) { customer(ref: $c) { nextBestActions(channel: EMAIL) { id } "
                + "permitted { channel allowedNow reason } } }",
            new { c = ActionShop.Ref("ada") });

        Assert.Empty(ActionShop.Keys(set));
        Assert.All(ActionShop.Suppressed(set).Values, held => Assert.Equal("NO_CONSENT", held.Reason));
        Assert.Empty(permitted["customer"]!["nextBestActions"]!.AsArray());
        Assert.False(permitted["customer"]!["permitted"]![0]!["allowedNow"]!.GetValue<bool>());
    }

    [Fact]
    public async Task The_tenants_cap_counts_every_contact_whatever_the_channel()
    {
        await FiveActionsAsync();
        await _shop.Key.DoAsync("tenantUpdate", "TenantUpdateInput",
            new { frequencyCap = new { max = 2, per = "P7D" } }, "tenant { settings { frequencyCap { max per } } }");
        var set = await _shop.RecommendAsync("ada");
        await _shop.InteractAsync("ada", "OUTBOUND", "PHONE");
        await _shop.RecordAsync(set["recommendations"]![0]!["id"]!.GetValue<string>(), "SHOWN");

        var full = await _shop.RecommendAsync("ada");
        var third = await _shop.OutcomeAsync(set["recommendations"]![1]!["id"]!.GetValue<string>(), "SHOWN");
        _shop.Clock.Advance(TimeSpan.FromDays(7));
        await _shop.WorkAsync();
        var later = await _shop.RecommendAsync("ada");

        Assert.All(ActionShop.Suppressed(full).Values, held =>
            Assert.Equal(
                ("FREQUENCY_CAP", "Cap of all contacts: 2 of 2 in 7 days, next on 2026-03-09 09:00 UTC."), held));
        Assert.Equal(["WRONG_STATE"], ActionShop.Refusals(third));
        Assert.Equal(5, ActionShop.Keys(later).Count);
    }

    [Fact]
    public async Task Scores_stand_still_between_epochs_and_follow_outcomes_in_the_next()
    {
        await _shop.CustomerAsync("bob");
        await _shop.ConsentAsync("bob");
        await FiveActionsAsync();
        var before = await _shop.RecommendAsync("bob");
        foreach (var recommendation in (await _shop.RecommendAsync("ada"))["recommendations"]!.AsArray())
        {
            await _shop.RecordAsync(recommendation!["id"]!.GetValue<string>(),
                recommendation["action"]!["key"]!.GetValue<string>() == "three" ? "ACCEPTED" : "REJECTED");
        }

        await _shop.WorkAsync();
        var same = await _shop.RecommendAsync("bob");
        _shop.Clock.Advance(TimeSpan.FromHours(1));
        await _shop.WorkAsync();
        var next = await _shop.RecommendAsync("bob");

        Assert.Equal(Scores(before), Scores(same));
        Assert.All(Scores(next), score => Assert.True(
            score.Key == "three" ? score.Value > Scores(before)["three"] : score.Value < Scores(next)["three"],
            score.Key));

        static SortedDictionary<string, decimal> Scores(JsonNode set) => new(set["recommendations"]!.AsArray()
            .ToDictionary(r => r!["action"]!["key"]!.GetValue<string>(), r => r!["score"].Exact()!.Value));
    }

    [Fact]
    public async Task A_key_names_one_action_however_many_make_it_at_once_and_a_retired_one_stays_retired()
    {
        object Spring(int n) => new
        {
            key = "spring", name = $"Spring {n}", kind = "OFFER", channels = new[] { "EMAIL" }, purpose = "marketing",
            content = new[] { new { language = "en", title = "A", body = "" } },
        };
        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(
            n => _shop.Key.DoAsync("actionSet", "ActionInput", Spring(n), "action { id }")));
        var id = Assert.Single(made.Select(m => m["action"]!["id"]!.GetValue<string>()).Distinct());

        var status = TestKey.Text1("actionStatusSet", "DefinitionStatusInput", "action { status }");
        await _shop.Key.GetAsync(status, new { input = new { id, status = "RETIRED" } });
        var again = await _shop.Key.AskAsync(status, new { input = new { id, status = "ACTIVE" } });
        var list = await _shop.Key.GetAsync(
            "{ actions(status: [RETIRED]) { totalCount { value } nodes { key status } } }");

        Assert.Equal(["WRONG_STATE"], again.UserErrors("actionStatusSet"));
        Assert.Equal(1, list["actions"]!["totalCount"]!["value"]!.GetValue<int>());
    }

    [Fact]
    public async Task Faults_of_an_action_are_named_where_they_are()
    {
        var answer = await _shop.Key.AskAsync(TestKey.Text1("actionSet", "ActionInput", "action { id }"), new
        {
            input = new
            {
                key = "spring", name = "Spring", kind = "OFFER",
                channels = new[] { "EMAIL", "EMAIL" }, purpose = "marketing",
                content = new[]
                {
                    new { language = "en", title = "A", body = "" }, new { language = "EN", title = "B", body = "" },
                },
                audience = new { expression = "recencyy < 30" }, exclusions = new { expression = "country =" },
                value = new { amount = "0", currency = "GBP" }, cost = new { amount = "1", currency = "EUR" },
                window = new { from = "2026-05-01", to = "2026-05-01" },
                control = "91", cap = new { max = 1, per = "PT1M" },
            },
        });

        Assert.Equal(
            [
                "INVALID", "INVALID", "INVALID", "OUT_OF_RANGE", "OUT_OF_RANGE",
                "RULE_SYNTAX", "RULE_SYNTAX", "INVALID", "OUT_OF_RANGE",
            ],
            answer.UserErrors("actionSet"));
        Assert.Contains("\"audience\"", answer.Text, StringComparison.Ordinal);
    }

    private async Task FiveActionsAsync()
    {
        await _shop.CustomerAsync("ada");
        await _shop.ConsentAsync("ada");
        foreach (var key in new[] { "one", "two", "three", "four", "five" })
        {
            await _shop.ActionAsync(key);
        }

        await _shop.WorkAsync();
    }
}
