using System.Text.Json.Nodes;
using CrmCloud.Core.Personalization.Deciding;

namespace CrmCloud.Tests.Personalization;

/// <summary>What is said of a recommendation later is checked like what was said first.</summary>
public sealed class HonestOutcomeTests : IAsyncLifetime
{
    private ActionShop _shop = null!;

    public async Task InitializeAsync()
    {
        _shop = await ActionShop.OpenAsync();
        await _shop.CustomerAsync("ada");
        await _shop.ConsentAsync("ada");
    }

    public async Task DisposeAsync() => await _shop.DisposeAsync();

    [Fact]
    public async Task A_show_is_refused_once_the_consent_was_taken_back()
    {
        var id = await RecommendedAsync();
        await _shop.ConsentAsync("ada", status: "REVOKED");

        var error = await RefusedAsync(id, "SHOWN");
        await _shop.ConsentAsync("ada");
        await _shop.RecordAsync(id, "SHOWN");

        Assert.Equal(("WRONG_STATE", "kind"), (Code(error), error["field"]!.AsArray()[^1]!.GetValue<string>()));
        Assert.Contains("NO_CONSENT", Message(error), StringComparison.Ordinal);
        Assert.Contains("taken back", Message(error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PAUSED")]
    [InlineData("RETIRED")]
    public async Task A_show_is_refused_once_the_action_is_no_longer_active(string status)
    {
        var (id, action) = (await RecommendedAsync(), await ActionIdAsync());
        await _shop.Key.DoAsync(
            "actionStatusSet", "DefinitionStatusInput", new { id = action, status }, "action { id }");

        var error = await RefusedAsync(id, "SHOWN");

        Assert.Equal("WRONG_STATE", Code(error));
        Assert.Contains(status, Message(error), StringComparison.Ordinal);

        // What the customer answered stays a fact.
        await _shop.RecordAsync(id, "ACCEPTED");
    }

    [Fact]
    public async Task A_show_is_refused_once_the_action_left_the_channel_or_its_window()
    {
        var id = await RecommendedAsync();
        await _shop.ActionAsync("spring", new { channels = new[] { "SMS" } });
        var channel = await RefusedAsync(id, "SHOWN");
        await _shop.ActionAsync("spring", new { window = new { from = "2026-05-01", to = "2026-06-01" } });
        var window = await RefusedAsync(id, "SHOWN");

        Assert.Contains("CHANNEL_MISMATCH", Message(channel), StringComparison.Ordinal);
        Assert.Contains("OUT_OF_WINDOW", Message(window), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_accepted_is_not_recommended_again_within_the_window()
    {
        await _shop.RecordAsync(
            await RecommendedAsync(new { window = new { from = "2026-03-01", to = "2026-05-01" } }), "ACCEPTED");

        var today = ActionShop.Suppressed(await _shop.RecommendAsync("ada"))["spring"];
        _shop.Clock.Advance(TimeSpan.FromDays(45));
        var later = ActionShop.Suppressed(await _shop.RecommendAsync("ada"))["spring"];

        Assert.Equal(("ALREADY_ACCEPTED", "ALREADY_ACCEPTED"), (today.Reason, later.Reason));
        Assert.Contains("2026-03-02", today.Text, StringComparison.Ordinal);
        Assert.Contains("2026-05-01", today.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_window_what_was_accepted_comes_back_after_the_span_of_its_cap_or_thirty_days()
    {
        await _shop.RecordAsync(await RecommendedAsync(new { cap = new { max = 5, per = "P7D" } }), "ACCEPTED");
        await _shop.ActionAsync("plain");
        await _shop.WorkAsync();
        await _shop.RecordAsync(ActionShop.IdOf(await _shop.RecommendAsync("ada"), "plain"), "ACCEPTED");

        Assert.Equal(2, ActionShop.Suppressed(await _shop.RecommendAsync("ada")).Count);
        _shop.Clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal(["plain"], ActionShop.Suppressed(await _shop.RecommendAsync("ada")).Keys);
        _shop.Clock.Advance(TimeSpan.FromDays(23));
        Assert.Empty(ActionShop.Suppressed(await _shop.RecommendAsync("ada")));
    }

    [Fact]
    public async Task A_belief_without_experience_is_not_told_as_a_fact()
    {
        await RecommendedAsync();

        var reasons = (await _shop.RecommendAsync("ada"))["recommendations"]![0]!["reasons"]!.AsArray();
        var text = reasons.Single(r => r!["kind"]!.GetValue<string>() == "LEARNING")!["text"]!.GetValue<string>();

        Assert.Equal("No experience yet; assumed 5 %.", text);
    }

    [Fact]
    public async Task A_repeated_outcome_is_a_replay_only_if_it_says_the_same()
    {
        var id = await RecommendedAsync();
        var at = _shop.Clock.Now;
        Assert.Empty(ActionShop.Refusals(await ValuedAsync(id, at, "12.50", "GBP")));

        Assert.Empty(ActionShop.Refusals(await ValuedAsync(id, at, "12.50", "GBP")));
        Assert.Equal(["WRONG_STATE"], ActionShop.Refusals(await ValuedAsync(id, at, "13.00", "GBP")));
        Assert.Equal(["WRONG_STATE"], ActionShop.Refusals(await ValuedAsync(id, at.AddMinutes(-1), "12.50", "GBP")));
        Assert.Equal(["WRONG_STATE"], ActionShop.Refusals(await _shop.OutcomeAsync(id, "ACCEPTED", at)));
        Assert.Contains("INVALID", ActionShop.Refusals(await ValuedAsync(id, at, "12.50", "EUR")));
        Assert.Contains("OUT_OF_RANGE", ActionShop.Refusals(await _shop.OutcomeAsync(id, "ACCEPTED", at.AddDays(2))));
        Assert.Contains("OUT_OF_RANGE", ActionShop.Refusals(await _shop.OutcomeAsync(id, "SHOWN", at.AddDays(2))));

        // A retry of days later still finds its own answer.
        _shop.Clock.Advance(TimeSpan.FromDays(40));
        Assert.Empty(ActionShop.Refusals(await ValuedAsync(id, at, "12.50", "GBP")));
    }

    [Fact]
    public async Task An_interval_is_told_as_soon_as_both_groups_have_somebody_and_a_verdict_only_when_it_may()
    {
        Assert.Equal(UpliftVerdict.NotEnoughData, Uplift.Of(new(29, 29), new(5_000, 0))!.Verdict);
        Assert.Equal(UpliftVerdict.Better, Uplift.Of(new(30, 30), new(30, 0))!.Verdict);
        var id = await RecommendedAsync(new { control = "50" }, anybody: true);
        for (var n = 0; n < 12; n++)
        {
            await _shop.CustomerAsync($"c{n}", wrote: false);
            await _shop.ConsentAsync($"c{n}");
        }

        await _shop.WorkAsync();
        for (var n = 0; n < 12; n++)
        {
            var set = await _shop.RecommendAsync($"c{n}");
            var heldOut = set["suppressed"]!.AsArray().SingleOrDefault()?["recommendation"];
            await _shop.RecordAsync(heldOut?["id"]!.GetValue<string>() ?? ActionShop.IdOf(set, "spring"), "SHOWN");
        }

        var performance = (await _shop.Key.GetAsync(
            "query($id: ID!) { action(id: $id) { performance { "
                + "treated controlGroup uplift upliftInterval upliftVerdict } } }",
            new { id }))["action"]!["performance"]!;

        Assert.True(performance["treated"]!.GetValue<int>() > 0 && performance["controlGroup"]!.GetValue<int>() > 0);
        Assert.Equal("NOT_ENOUGH_DATA", performance["upliftVerdict"]!.GetValue<string>());
        Assert.Equal(0m, performance["uplift"].Exact());
        Assert.True(performance["upliftInterval"]![0].Exact() < 0 && performance["upliftInterval"]![1].Exact() > 0);
    }

    private async Task<string> RecommendedAsync(object? more = null, bool anybody = false)
    {
        var action = await _shop.ActionAsync("spring", more);
        await _shop.WorkAsync();
        return anybody ? action : ActionShop.IdOf(await _shop.RecommendAsync("ada"), "spring");
    }

    private async Task<string> ActionIdAsync() =>
        (await _shop.Key.GetAsync("{ actions { nodes { id } } }"))["actions"]!["nodes"]![0]!["id"]!.GetValue<string>();

    private Task<TestAnswer> ValuedAsync(string id, DateTimeOffset at, string amount, string currency) =>
        _shop.Key.AskAsync(
            TestKey.Text1("recommendationOutcomeRecord", "OutcomeInput", "recommendation { id }"),
            new { input = new { recommendationId = id, kind = "ACCEPTED", at, value = new { amount, currency } } });

    private async Task<JsonNode> RefusedAsync(string id, string kind)
    {
        var answer = await _shop.OutcomeAsync(id, kind);
        return Assert.Single(answer.Json["data"]!["recommendationOutcomeRecord"]!["userErrors"]!.AsArray())!;
    }

    private static string Code(JsonNode error) => error["code"]!.GetValue<string>();

    private static string Message(JsonNode error) => error["message"]!.GetValue<string>();
}
