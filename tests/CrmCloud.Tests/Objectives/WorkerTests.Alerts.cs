using System.Text.Json.Nodes;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Objectives.Worker;
using CrmCloud.Store;

namespace CrmCloud.Tests.Objectives;

/// <summary>Alerts: when a rule raises one, keeps quiet, and resolves it.</summary>
public sealed partial class WorkerTests
{
    [Fact]
    public async Task An_alert_is_raised_once_an_episode_acknowledged_and_resolved_when_it_clears()
    {
        var rule = await RuleAsync(KpiId("net_income"), new { kind = "BELOW", threshold = "1100" });
        await _shop.Key.WorkAsync();
        Assert.Empty(await AlertsAsync());
        await MonthAsync(new(2026, 3, 1), 900);
        await _shop.Key.WorkAsync();
        await MonthAsync(new(2026, 4, 1), 950);

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal(("OPEN", 900m, "BELOW"),
            (alert["status"]!.GetValue<string>(), alert["value"].Exact()!.Value, alert["kind"]!.GetValue<string>()));
        Assert.Contains("2026-03", alert["message"]!.GetValue<string>(), StringComparison.Ordinal);
        await _shop.Key.DoAsync("alertAcknowledge", "IdInput", new { id = alert["id"] },
            "alert { status acknowledgedBy { label } }");
        Assert.Equal("ACKNOWLEDGED", (await AlertsAsync())[0]["status"]!.GetValue<string>());
        await MonthAsync(new(2026, 5, 1), 1_200);
        Assert.Equal("RESOLVED", (await AlertsAsync())[0]["status"]!.GetValue<string>());
        await MonthAsync(new(2026, 6, 1), 800);
        Assert.Equal(["OPEN", "RESOLVED"], (await AlertsAsync()).Select(a => a["status"]!.GetValue<string>()));
        await _shop.Key.DoAsync("alertRuleDelete", "IdInput", new { id = rule }, "deletedId");
        await _shop.Key.WorkAsync();
        Assert.All(await AlertsAsync(), a => Assert.Equal("RESOLVED", a["status"]!.GetValue<string>()));
        var runs = (await _shop.Key.GetAsync("{ jobRuns(kind: [OBJECTIVE]) { nodes { status processed } } "
            + "}"))["jobRuns"]!["nodes"]!.AsArray();
        Assert.NotEmpty(runs);

        // Nothing is left of a rule that is gone, or a thousand of them would hide a living one.
        _shop.Clock.Advance(TimeSpan.FromDays(1));
        await _shop.Key.WorkAsync();
        Assert.Empty((await _shop.Key.Store.QueryAsync<AlertState>(
            new Query(Container.Figures, "", "alertstate"), default)).Items);
    }

    [Fact]
    public async Task A_cooldown_keeps_the_next_episode_quiet_until_it_is_over()
    {
        await RuleAsync(KpiId("net_income"), new { kind = "ABOVE", threshold = "1250" }, new { cooldown = "P45D" });
        await MonthAsync(new(2026, 3, 1), 1_300);
        await _shop.MeasureAsync(new(2026, 3, 1), 1_200);
        await _shop.Key.WorkAsync();
        await _shop.MeasureAsync(new(2026, 3, 1), 1_300);
        await _shop.Key.WorkAsync();
        var quiet = (await AlertsAsync()).Count;
        await MonthAsync(new(2026, 4, 1), 1_300);
        var still = (await AlertsAsync()).Count;
        await _shop.GoOnAsync(TimeSpan.FromDays(15));

        Assert.Equal((1, 1, 2), (quiet, still, (await AlertsAsync()).Count));
    }

    [Theory]
    [InlineData("""{"kind":"CHANGED_BY","percent":"20"}""", "1500", 1)]
    [InlineData("""{"kind":"CHANGED_BY","percent":"20"}""", "900", 1)]
    [InlineData("""{"kind":"CHANGED_BY","percent":"20"}""", "1300", 0)]
    [InlineData("""{"kind":"CHANGED_BY","percent":"20","periods":6}""", "1500", 1)]
    [InlineData("""{"kind":"BELOW","threshold":"1190","periods":2}""", "1100", 0)]
    [InlineData("""{"kind":"ABOVE","threshold":"1180","periods":2}""", "1300", 1)]
    [InlineData("""{"kind":"ABOVE","threshold":"1300"}""", "1300", 0)]
    public async Task Conditions_look_at_complete_periods(string condition, string amount, int alerts)
    {
        await RuleAsync(KpiId("net_income"), JsonNode.Parse(condition)!);
        await _shop.MeasureAsync(new(2026, 3, 1),
            decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture));
        await _shop.GoOnAsync(TimeSpan.FromDays(7));
        Assert.Empty(await AlertsAsync());

        await MonthAsync(new(2026, 3, 1), decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(alerts, (await AlertsAsync()).Count);
    }

    [Fact]
    public async Task Too_small_a_sample_is_no_evidence()
    {
        await _shop.OrderAsync("1", "a", 5, new(2026, 2, 3, 9, 0, 0, TimeSpan.Zero));
        await RuleAsync(KpiId("average_order_value"), new { kind = "BELOW", threshold = "10" },
            new { minimumSample = 2 });
        await _shop.Key.WorkAsync();
        var few = (await AlertsAsync()).Count;
        await _shop.OrderAsync("2", "b", 5, new(2026, 2, 4, 9, 0, 0, TimeSpan.Zero));
        await _shop.Key.WorkAsync();

        Assert.Equal((0, 1), (few, (await AlertsAsync()).Count));
    }

    [Fact]
    public async Task Off_track_without_a_decision_is_told_and_a_decision_on_the_figures_ends_it()
    {
        var id = await MakeAsync("Increase net income to 1,500 by 2026-12-31");
        await RuleAsync(id, new { kind = "OFF_TRACK" });
        await RuleAsync(id, new { kind = "UNDECIDED", threshold = "14" });
        await MonthAsync(new(2026, 3, 1), 900);
        var first = await AlertsAsync();
        await _shop.GoOnAsync(TimeSpan.FromDays(15));
        var undecided = (await AlertsAsync())[0];

        var decision = (await _shop.Key.DoAsync("decisionRecord", "DecisionInput",
            new { text = "Raise prices", alertId = undecided["id"], followUpAt = "2026-06-01" },
            "decision { id basis { label value kpi { key } } objective { id } followUpDue }"))["decision"]!;
        await _shop.MeasureAsync(new(2026, 3, 1), 5_000);
        await _shop.Key.WorkAsync();

        Assert.Equal("OFF_TRACK", Assert.Single(first)["kind"]!.GetValue<string>());
        Assert.Equal("UNDECIDED", undecided["kind"]!.GetValue<string>());
        Assert.Equal((id, "2026-03", 900m),
            (decision["objective"]!["id"]!.GetValue<string>(), decision["basis"]![0]!["label"]!.GetValue<string>(),
            decision["basis"]![0]!["value"].Exact()!.Value));
        var alert = (await AlertsAsync()).Single(a => a["kind"]!.GetValue<string>() == "UNDECIDED");
        Assert.Equal(("RESOLVED", decision["id"]!.GetValue<string>()),
            (alert["status"]!.GetValue<string>(), alert["decision"]!["id"]!.GetValue<string>()));
        var open = (await _shop.Key.GetAsync(
            "{ decisions(open: true) { nodes { id basis { value } } } }"))["decisions"]!["nodes"]!.AsArray();
        Assert.Equal(900m, Assert.Single(open)!["basis"]![0]!["value"].Exact());
        _shop.Clock.Now = new(2026, 6, 2, 9, 0, 0, TimeSpan.Zero);
        var due = await _shop.Key.GetAsync("{ decisions { nodes { followUpDue } } }");
        Assert.True(due["decisions"]!["nodes"]![0]!["followUpDue"]!.GetValue<bool>());
        await _shop.Key.DoAsync("decisionOutcomeRecord", "DecisionOutcomeInput",
            new { id = decision["id"], outcome = "It worked" }, "decision { outcome }");
        Assert.Empty(
            (await _shop.Key.GetAsync("{ decisions(open: true) { nodes { id } } }"))["decisions"]!["nodes"]!.AsArray());
        Assert.Single((await ReadAsync(id, "decisions { nodes { outcome } }"))["decisions"]!["nodes"]!.AsArray());
    }

    [Fact]
    public async Task Stale_figures_are_told_after_the_time_allowed_and_resolved_when_fresh()
    {
        await RuleAsync(KpiId("orders"), new { kind = "STALE", threshold = "30" });
        await _shop.OrderAsync("1", "a", 5, new(2026, 2, 3, 9, 0, 0, TimeSpan.Zero));
        await LookAsync();
        await LookAsync(10);
        var early = (await AlertsAsync()).Count;
        await LookAsync(25);
        var late = await AlertsAsync();
        await _shop.Key.WorkAsync();

        Assert.Equal((0, "STALE"), (early, Assert.Single(late)["kind"]!.GetValue<string>()));
        Assert.Equal("RESOLVED", (await AlertsAsync())[0]["status"]!.GetValue<string>());

        async Task LookAsync(int afterMinutes = 0)
        {
            _shop.Clock.Advance(TimeSpan.FromMinutes(afterMinutes));
            await ObjectiveVisit.RunAsync(_shop.Key.Store, _shop.Clock.Now, default);
        }
    }

    [Theory]
    [InlineData("""{"kind":"BELOW"}""", "REQUIRED")]
    [InlineData("""{"kind":"CHANGED_BY","percent":"0"}""", "OUT_OF_RANGE")]
    [InlineData("""{"kind":"OFF_TRACK"}""", "INVALID")]
    [InlineData("""{"kind":"BELOW","threshold":"1","periods":0}""", "OUT_OF_RANGE")]
    public async Task Rules_that_cannot_work_are_refused(string condition, string code)
    {
        var answer = await _shop.Key.AskAsync(
            "mutation($input: AlertRuleInput!) { alertRuleSet(input: $input) { alertRule { id } "
                + "userErrors { code } } }",
            new { input = new { name = "x", watchesId = KpiId("orders"), condition = JsonNode.Parse(condition),
                cooldown = "PT1H" } });

        Assert.Equal([code], answer.UserErrors("alertRuleSet"));
    }

    private async Task<string> RuleAsync(string watchesId, object condition, object? more = null)
    {
        var input = JsonNode.Parse("""{"name":"rule","cooldown":"PT1H"}""")!.AsObject();
        input["watchesId"] = watchesId;
        input["condition"] = System.Text.Json.JsonSerializer.SerializeToNode(condition);
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(more ?? new { })!.AsObject())
        {
            input[name] = value?.DeepClone();
        }

        return (await _shop.Key.DoAsync("alertRuleSet", "AlertRuleInput", input,
            "alertRule { id }"))["alertRule"]!["id"]!.GetValue<string>();
    }

    private async Task<IReadOnlyList<JsonNode>> AlertsAsync() =>
        [.. (await _shop.Key.GetAsync("{ alerts { nodes { id kind status value message raisedAt resolvedAt rule { "
            + "name watches { id } } decision { id } } } }"))["alerts"]!["nodes"]!.AsArray().Select(a => a!)];
}
