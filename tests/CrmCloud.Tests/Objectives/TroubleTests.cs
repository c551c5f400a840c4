using CrmCloud.Core.Objectives;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Tests.Objectives;

/// <summary>One objective or rule that cannot be processed stops no other.</summary>
public sealed class TroubleTests : IAsyncLifetime
{
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _shop = await Shop.OpenAsync(withOrders: false);
        await _shop.IncomeAsync(1_000, 1_010, 1_030, 1_020, 1_060, 1_080, 1_090, 1_120, 1_110, 1_150, 1_170, 1_200);
    }

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task One_that_fails_gets_a_dead_letter_the_others_go_on_and_the_letter_closes_when_it_is_mended()
    {
        var ids = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            ids.Add(
                (await _shop.ObjectiveAsync("Increase net income by 10 % by 2026-03-31"))["id"]!.GetValue<string>());
        }

        var rules = new[] { await RuleAsync("first"), await RuleAsync("second") };
        await BreakAsync(ids[0], rules[0]);
        await _shop.MeasureAsync(new(2026, 3, 1), 900);
        _shop.Clock.Now = new(2026, 4, 20, 9, 0, 0, TimeSpan.Zero);
        await _shop.Key.WorkAsync();

        var broken = await LookAsync();
        Assert.Equal(["ACTIVE", "MISSED"], await StatusAsync(ids));
        Assert.Equal(["second"], broken.Alerts);
        Assert.Equal(2, broken.Letters);
        Assert.True(broken.Failed >= 2, $"{broken.Failed}");

        await MendAsync(ids[0], rules[0]);
        _shop.Clock.Advance(TimeSpan.FromHours(2));
        await _shop.Key.WorkAsync();

        var mended = await LookAsync();
        Assert.Equal(["MISSED", "MISSED"], await StatusAsync(ids));
        Assert.Equal(["first", "second"], mended.Alerts.Order());
        Assert.Equal(0, mended.Letters);
    }

    [Fact]
    public async Task A_letter_of_what_is_gone_is_closed_too()
    {
        var id = (await _shop.ObjectiveAsync("Increase net income by 10 % by 2026-03-31"))["id"]!.GetValue<string>();
        var rule = await RuleAsync("only");
        await BreakAsync(id, rule);
        await _shop.GoOnAsync(TimeSpan.FromDays(45));
        Assert.Equal(2, (await LookAsync()).Letters);

        await _shop.Key.DoAsync("alertRuleDelete", "IdInput", new { id = rule }, "deletedId");
        await MendAsync(id, null);
        await _shop.GoOnAsync(TimeSpan.FromDays(1));

        Assert.Equal(0, (await LookAsync()).Letters);
    }

    // As documents are that an earlier program wrote: their indicator or threshold is unknown to this one.
    private async Task BreakAsync(string objectiveId, string ruleId)
    {
        var (objective, rule) = (await FindAsync(objectiveId), await FindRuleAsync(ruleId));
        await _shop.Key.Store.SaveAsync(Batch.Of(objective with { KpiKey = "gone" }), default);
        await _shop.Key.Store.SaveAsync(
            Batch.Of(rule with { Condition = rule.Condition with { Threshold = null } }), default);
    }

    private async Task MendAsync(string objectiveId, string? ruleId)
    {
        await _shop.Key.Store.SaveAsync(
            Batch.Of(await FindAsync(objectiveId) with { KpiKey = "net_income" }), default);
        if (ruleId is not null)
        {
            var rule = await FindRuleAsync(ruleId);
            await _shop.Key.Store.SaveAsync(
                Batch.Of(rule with { Condition = rule.Condition with { Threshold = 5_000 } }), default);
        }
    }

    private async Task<Objective> FindAsync(string id) =>
        (await _shop.Key.Store.FindAsync<Objective>(Objective.KeyOf(GlobalId.Local(id, "Objective")!), default))!;

    private async Task<AlertRule> FindRuleAsync(string id) =>
        (await _shop.Key.Store.FindAsync<AlertRule>(AlertRule.KeyOf(GlobalId.Local(id, "AlertRule")!), default))!;

    private async Task<string> RuleAsync(string name) => (await _shop.Key.DoAsync("alertRuleSet", "AlertRuleInput", new
    {
        name, cooldown = "PT1H", watchesId = GlobalId.Of("Kpi", "net_income"), enabled = true,
        condition = new { kind = "BELOW", threshold = "5000" },
    }, "alertRule { id }"))["alertRule"]!["id"]!.GetValue<string>();

    private async Task<string[]> StatusAsync(IEnumerable<string> ids)
    {
        var found = new List<string>();
        foreach (var id in ids)
        {
            found.Add(Problem.PublicName((await FindAsync(id)).Status));
        }

        return [.. found];
    }

    private async Task<(string[] Alerts, int Letters, int Failed)> LookAsync()
    {
        var data = await _shop.Key.GetAsync(
            "{ alerts { nodes { rule { name } } } deadLetters { consumer reason } "
            + "jobRuns(kind: [OBJECTIVE]) { nodes { failed } } }");
        var letters = data["deadLetters"]!.AsArray();
        Assert.All(letters, letter => Assert.Equal("objectives", letter!["consumer"]!.GetValue<string>()));
        return ([.. data["alerts"]!["nodes"]!.AsArray().Select(a => a!["rule"]!["name"]!.GetValue<string>())],
            letters.Count, data["jobRuns"]!["nodes"]!.AsArray().Sum(run => run!["failed"]!.GetValue<int>()));
    }
}
