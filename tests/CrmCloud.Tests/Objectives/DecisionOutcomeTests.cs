namespace CrmCloud.Tests.Objectives;

/// <summary>What is written down of decisions and alerts says something, and stays.</summary>
public sealed class DecisionOutcomeTests : IAsyncLifetime
{
    private const string Outcome = "decisionOutcomeRecord";
    private Shop _shop = null!;

    public async Task InitializeAsync() => _shop = await Shop.OpenAsync(withOrders: false);

    public async Task DisposeAsync() => await _shop.DisposeAsync();

    [Fact]
    public async Task An_outcome_is_no_blank_and_another_one_does_not_overwrite_it()
    {
        var made = (await DecideAsync("2026-03-02")).Json["data"]!["decisionRecord"]!;
        var id = made["decision"]!["id"]!.GetValue<string>();

        var blank = await OutcomeAsync(id, "  \n ");
        var first = await OutcomeAsync(id, "It worked");
        var again = await OutcomeAsync(id, " It worked ");
        var other = await OutcomeAsync(id, "It did not");
        var read = await _shop.Key.GetAsync("{ decisions { nodes { outcome } } }");

        Assert.Equal(["REQUIRED"], blank.UserErrors(Outcome));
        Assert.Empty(first.UserErrors(Outcome));
        Assert.Empty(again.UserErrors(Outcome));
        Assert.Equal(["WRONG_STATE"], other.UserErrors(Outcome));
        Assert.Equal("It worked", read["decisions"]!["nodes"]![0]!["outcome"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_decision_says_something_and_is_followed_up_today_or_later()
    {
        Assert.Equal(["OUT_OF_RANGE"], (await DecideAsync("2026-03-01")).UserErrors("decisionRecord"));
        Assert.Equal(["REQUIRED"], (await DecideAsync("2026-03-05", " ")).UserErrors("decisionRecord"));
        Assert.Empty((await DecideAsync("2026-03-02")).UserErrors("decisionRecord"));
    }

    [Fact]
    public async Task An_alert_takes_no_limit_that_it_would_ignore_and_says_that_a_cooldown_is_more_than_nothing()
    {
        var percent = await RuleAsync(new { kind = "BELOW", threshold = "5", percent = "10" }, "P1D");
        var cooldown = await RuleAsync(new { kind = "BELOW", threshold = "5" }, "PT0S");

        Assert.Equal(["INVALID"], percent.UserErrors("alertRuleSet"));
        Assert.Contains("percent", percent.Text, StringComparison.Ordinal);
        Assert.Contains("more than zero", cooldown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("no duration", cooldown.Text, StringComparison.Ordinal);
    }

    private async Task<string> KpiAsync() =>
        (await _shop.Key.GetAsync("{ kpi(ref: {key: \"orders\"}) { id } }"))["kpi"]!["id"]!.GetValue<string>();

    private async Task<TestAnswer> DecideAsync(string followUpAt, string text = "We call") => await _shop.Key.AskAsync(
        TestKey.Text1("decisionRecord", "DecisionInput", "decision { id }"),
        new { input = new { text, kpiIds = new[] { await KpiAsync() }, followUpAt } });

    private Task<TestAnswer> OutcomeAsync(string id, string outcome) => _shop.Key.AskAsync(
        TestKey.Text1(Outcome, "DecisionOutcomeInput", "decision { outcome }"), new { input = new { id, outcome } });

    private async Task<TestAnswer> RuleAsync(object condition, string cooldown) => await _shop.Key.AskAsync(
        TestKey.Text1("alertRuleSet", "AlertRuleInput", "alertRule { id }"),
        new { input = new { name = "low", watchesId = await KpiAsync(), condition, cooldown } });
}
