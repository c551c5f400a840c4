using System.Text.Json.Nodes;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Personalization;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Tests.Personalization;

public sealed class OutcomeTests : IAsyncLifetime
{
    private ActionShop _shop = null!;

    public async Task InitializeAsync() => _shop = await ActionShop.OpenAsync();

    public async Task DisposeAsync() => await _shop.DisposeAsync();

    [Fact]
    public async Task An_outcome_counts_once_under_twenty_racing_repeats()
    {
        var action = await OpenAsync();
        var id = ActionShop.IdOf(await _shop.RecommendAsync("ada"), "spring");

        foreach (var kind in new[] { "SHOWN", "ACCEPTED" })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _shop.OutcomeAsync(id, kind)));
            Assert.All(answers, answer => Assert.Empty(ActionShop.Refusals(answer)));
        }

        var other = await _shop.OutcomeAsync(id, "REJECTED");

        Assert.Equal(["WRONG_STATE"], ActionShop.Refusals(other));
        Assert.Equal("ACCEPTED", await LastAsync(id));
        Assert.Equal((1, 1, 0), await PerformanceAsync(action));
    }

    [Fact]
    public async Task Of_outcomes_that_exclude_each_other_the_first_of_twenty_racing_ones_stays()
    {
        var action = await OpenAsync();
        var id = ActionShop.IdOf(await _shop.RecommendAsync("ada"), "spring");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            n => _shop.OutcomeAsync(id, n % 2 == 0 ? "ACCEPTED" : "REJECTED")));

        Assert.Equal(10, answers.Count(answer => ActionShop.Refusals(answer).Count == 0));
        var (shown, accepted, rejected) = await PerformanceAsync(action);
        Assert.Equal((1, 1), (shown, accepted + rejected));
    }

    [Fact]
    public async Task A_show_that_arrives_after_the_answer_changes_nothing_and_no_answer_is_of_before_the_show()
    {
        var action = await OpenAsync(new { cap = new { max = 9, per = "PT12H" } });
        var id = ActionShop.IdOf(await _shop.RecommendAsync("ada"), "spring");
        await _shop.RecordAsync(id, "ACCEPTED");
        await _shop.RecordAsync(id, "SHOWN");

        Assert.Equal((1, 1, 0), await PerformanceAsync(action));
        Assert.Equal("ACCEPTED", await LastAsync(id));

        _shop.Clock.Advance(TimeSpan.FromDays(1));
        var other = ActionShop.IdOf(await _shop.RecommendAsync("ada"), "spring");
        _shop.Clock.Advance(TimeSpan.FromHours(3));
        await _shop.RecordAsync(other, "SHOWN");
        var early = await _shop.OutcomeAsync(other, "REJECTED", _shop.Clock.Now.AddHours(-1));

        Assert.Equal(["OUT_OF_RANGE"], ActionShop.Refusals(early));
        Assert.Equal((2, 1, 0), await PerformanceAsync(action));
    }

    [Fact]
    public async Task Reasons_name_amounts_with_their_decimals_whole_counts_and_no_gender()
    {
        await OpenAsync(new
        {
            value = new { amount = "12.50", currency = "GBP" }, cost = new { amount = "0.1", currency = "GBP" },
            audience = new { expression = "frequency >= 1" },
        });
        await _shop.RecordAsync(ActionShop.IdOf(await _shop.RecommendAsync("ada"), "spring"), "ACCEPTED");
        _shop.Clock.Advance(TimeSpan.FromDays(30));
        await _shop.WorkAsync();

        var set = await _shop.RecommendAsync("ada");
        var texts = set["recommendations"]![0]!["reasons"]!.AsArray().ToDictionary(
            reason => reason!["kind"]!.GetValue<string>(), reason => reason!["text"]!.GetValue<string>());

        Assert.Equal("The customer is in the action's audience: frequency >= 1", texts["SEGMENT"]);
        Assert.Equal("An acceptance counts 12.50 GBP, showing it costs 0.10 GBP.", texts["VALUE"]);
        Assert.Contains("1 of 1 in all.", texts["LEARNING"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caps_hold_when_many_show_at_the_same_moment()
    {
        await OpenAsync(new { cap = new { max = 3, per = "P7D" } });
        var ids = new List<string>();
        for (var place = 0; place < 10; place++)
        {
            var set = await _shop.Key.GetAsync(
                $"query($c: Ref!) {{ recommend(customer: $c, channel: EMAIL, placement: \"p{place}\") {{ "
                    + $"recommendations {{ id }} }} }}",
                new { c = ActionShop.Ref("ada") });
            ids.Add(set["recommend"]!["recommendations"]![0]!["id"]!.GetValue<string>());
        }

        var answers = await Task.WhenAll(ids.Select(id => _shop.OutcomeAsync(id, "SHOWN")));

        Assert.Equal(10, ids.Distinct().Count());
        Assert.Equal(3, answers.Count(answer => ActionShop.Refusals(answer).Count == 0));
        Assert.Equal("FREQUENCY_CAP", ActionShop.Suppressed(await _shop.RecommendAsync("ada"))["spring"].Reason);
    }

    [Fact]
    public async Task Outcomes_show_in_the_timeline_and_late_or_foreign_ones_are_refused()
    {
        await OpenAsync();
        var id = ActionShop.IdOf(await _shop.RecommendAsync("ada"), "spring");
        var early = await _shop.OutcomeAsync(id, "SHOWN", _shop.Clock.Now.AddDays(-1));
        var future = await _shop.OutcomeAsync(id, "SHOWN", _shop.Clock.Now.AddHours(1));
        var forged = await _shop.OutcomeAsync(
            GlobalId.Of("Recommendation", "AAAA" + GlobalId.Local(id, "Recommendation")![4..]), "SHOWN");
        await _shop.RecordAsync(id, "IGNORED");
        var timeline = await _shop.Key.GetAsync(
            "query($c: Ref!) { customer(ref: $c) { timeline(kinds: [RECOMMENDATION]) { totalCount { value } "
                + "nodes { title node { id } } } } }",
            new { c = ActionShop.Ref("ada") });
        _shop.Clock.Advance(TimeSpan.FromDays(40));
        var late = await _shop.OutcomeAsync(id, "ACCEPTED");

        Assert.Equal(["OUT_OF_RANGE"], ActionShop.Refusals(early));
        Assert.Equal(["OUT_OF_RANGE"], ActionShop.Refusals(future));
        Assert.Equal(["NOT_FOUND"], ActionShop.Refusals(forged));
        Assert.Contains("OUT_OF_RANGE", ActionShop.Refusals(late));
        var entry = Assert.Single(timeline["customer"]!["timeline"]!["nodes"]!.AsArray())!;
        Assert.Equal(
            ("IGNORED spring", id), (entry["title"]!.GetValue<string>(), entry["node"]!["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Uplift_is_of_customers_shown_against_customers_held_out_once_there_are_enough()
    {
        var action = await OpenAsync(new { control = "50" });
        for (var n = 0; n < 70; n++)
        {
            await _shop.CustomerAsync($"c{n}", wrote: false);
            await _shop.ConsentAsync($"c{n}");
        }

        await _shop.WorkAsync();
        var (treated, control) = (0, 0);
        for (var n = 0; n < 70; n++)
        {
            var set = await _shop.RecommendAsync($"c{n}");
            var heldOut = set["suppressed"]!.AsArray().SingleOrDefault()?["recommendation"];
            _ = heldOut is null ? treated++ : control++;
            var id = heldOut?["id"]!.GetValue<string>() ?? ActionShop.IdOf(set, "spring");
            await _shop.RecordAsync(id, heldOut is null && n % 8 != 0 ? "ACCEPTED" : "SHOWN");
        }

        var answer = await _shop.Key.GetAsync(
            "query($id: ID!) { action(id: $id) { performance { "
                + "shown treated controlGroup uplift upliftInterval upliftVerdict } } }",
            new { id = action });

        var performance = answer["action"]!["performance"]!;
        Assert.Equal((treated, treated, control), (
            performance["shown"]!.GetValue<int>(), performance["treated"]!.GetValue<int>(),
            performance["controlGroup"]!.GetValue<int>()));
        if (Math.Min(treated, control) >= 30)
        {
            Assert.Equal("BETTER", performance["upliftVerdict"]!.GetValue<string>());
            Assert.InRange(performance["uplift"].Exact()!.Value, performance["upliftInterval"]![0].Exact()!.Value, 100);
        }
        else
        {
            Assert.Equal("NOT_ENOUGH_DATA", performance["upliftVerdict"]!.GetValue<string>());
        }
    }

    private async Task<string> OpenAsync(object? more = null)
    {
        await _shop.CustomerAsync("ada");
        await _shop.ConsentAsync("ada");
        var action = await _shop.ActionAsync("spring", more);
        await _shop.WorkAsync();
        return action;
    }

    private async Task<string> LastAsync(string id) => (await _shop.Key.GetAsync(
        "query($id: ID!) { node(id: $id) { ... on Recommendation { outcome { kind } } } }", new { id }))
        ["node"]!["outcome"]!["kind"]!.GetValue<string>();

    private async Task<(int Shown, int Accepted, int Rejected)> PerformanceAsync(string action)
    {
        var answer = await _shop.Key.GetAsync(
            "query($id: ID!) { action(id: $id) { performance { shown accepted rejected } } }", new { id = action });
        var performance = answer["action"]!["performance"]!;
        return (performance["shown"]!.GetValue<int>(), performance["accepted"]!.GetValue<int>(),
            performance["rejected"]!.GetValue<int>());
    }
}
