using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Objectives;

/// <summary>
/// Many ways to say it: what leaves something open is refused for just that, what is precise is taken.
/// </summary>
public sealed class WordingTests(Shop shop) : IClassFixture<Shop>
{
    private const string Check =
        """
        query($statement: String!, $target: TargetInput, $due: Date) {
          objectiveCheck(statement: $statement, target: $target, due: $due) {
            measurability { accepted results { criterion met required explanation } }
            due target { mode direction amount upper } suggestions { statement }
          }
        }
        """;

    [Theory]
    [InlineData("Increase retention by about 10 % or so", "QUANTIFIED_CHANGE,DEADLINE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by roughly 5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by maybe 20 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by around 5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by approximately five points by "
        + "2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by circa 5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by ca. 5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by 10-ish points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by ~5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by 5 points or so by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by 5 points, give or take by "
        + "2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by nearly 5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by some 5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by 5 ± 2 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by up to 5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by 5 or 10 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by a couple of points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by just over 5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase retention rate by an estimated 5 points by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase orders by 10ish by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % and by 15 % by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by double digits by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by x % by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Nearly double revenue by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Reach about 500 orders by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Keep churn at around 5 % by 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 percent annually until 2026-12-31", "QUANTIFIED_CHANGE,NO_VAGUE_WORDING")]
    [InlineData("Ideally, increase revenue by 10 % by 2026-12-31", "NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % by 2026-12-31 if possible", "NO_VAGUE_WORDING")]
    [InlineData("Possibly increase revenue by 10 % by 2026-12-31", "NO_VAGUE_WORDING")]
    [InlineData("Try to increase revenue by 10 % by 2026-12-31", "NO_VAGUE_WORDING")]
    [InlineData("We hope to increase revenue by 10 % by 2026-12-31", "NO_VAGUE_WORDING")]
    [InlineData("We might increase revenue by 10 % by 2026-12-31", "NO_VAGUE_WORDING")]
    [InlineData("Strive to increase revenue by 10 % by 2026-12-31", "NO_VAGUE_WORDING")]
    [InlineData("Do our best to increase revenue by 10 % by 2026-12-31", "NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % by 2026-12-31, budget permitting", "NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % by 2026-12-31 if all goes well", "NO_VAGUE_WORDING")]
    [InlineData("Consider increasing revenue by 10 % by 2026-12-31", "NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % by around 2026-12-31", "DEADLINE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % by roughly the end of 2026", "DEADLINE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % by 2026-12-31 or later", "DEADLINE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % within about 6 months", "DEADLINE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % in 6 months or so", "DEADLINE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % towards the end of 2026", "DEADLINE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % sometime in 2026", "DEADLINE,NO_VAGUE_WORDING")]
    [InlineData("Increase revenue by 10 % by TBD", "DEADLINE,NO_VAGUE_WORDING")]
    public async Task A_hedge_is_refused_for_what_it_leaves_open_and_suggested_without_it(
        string statement, string missing)
    {
        var check = await CheckAsync(statement);

        Assert.Equal(missing.Split(','), Missing(check));
        Assert.False(check["measurability"]!["accepted"]!.GetValue<bool>());
        var suggestion = check["suggestions"]![0]!["statement"]!.GetValue<string>();
        var again = await CheckAsync(suggestion);
        Assert.True(again["measurability"]!["accepted"]!.GetValue<bool>(), suggestion + again.ToJsonString());
    }

    [Theory]
    [InlineData("Increase revenue from loyal customers by 10 % by 2026-12-31", "SCOPE")]
    [InlineData("Increase revenue by 10 % in Germany by 2026-12-31", "SCOPE")]
    [InlineData("Increase retention of new customers by 5 points by 2026-12-31", "SCOPE")]
    [InlineData("Increase retention among our VIP customers by 5 points by 2026-12-31", "SCOPE")]
    [InlineData("Increase revenue for women over 40 by 10 % by 2026-12-31", "SCOPE")]
    [InlineData("Increase revenue from existing customers by 10 % by 2026-12-31", "SCOPE")]
    [InlineData("Launch a newsletter by 2026-12-31", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    [InlineData("Send 10 newsletters by 2026-12-31", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    [InlineData("Contact 100 customers by 2026-12-31", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    [InlineData("Hold 20 customer interviews by 2026-12-31", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    [InlineData("Make 10 % more phone calls by 2026-12-31", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    [InlineData("Increase customer happiness by 10 % by "
        + "2026-12-31", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    [InlineData("Launch a newsletter to increase retention by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Increase orders better than last year by 2026-12-31", "QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    [InlineData("More revenue than our competitors by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Increase revenue by minus 10 % by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Increase revenue by 0 % by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Maximize revenue by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Keep revenue stable by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Increase revenue and profit by 10 % by 2026-12-31", "TANGIBLE")]
    [InlineData("Increase revenue by 10 % by the summer", "DEADLINE")]
    [InlineData("Increase revenue by 10 % by yesterday", "DEADLINE")]
    public async Task What_is_missing_is_named(string statement, string missing)
    {
        var check = await CheckAsync(statement);

        Assert.Equal(missing.Split(','), Missing(check));
        Assert.False(check["measurability"]!["accepted"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("Increase revenue by between 8 and 12 %", "CHANGE_BY_PERCENT INCREASE 8-12")]
    [InlineData("Increase revenue between 8 and 12 %", "CHANGE_BY_PERCENT INCREASE 8-12")]
    [InlineData("Increase retention by somewhere between 5 and 10 points", "CHANGE_BY_POINTS INCREASE 5-10")]
    [InlineData("Bring retention rate to 60-65 %", "REACH_VALUE INCREASE 60-65")]
    [InlineData("Increase revenue by at least 10 %", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Increase revenue by 10 % or more", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Increase revenue by exactly 10 %", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Increase revenue by a minimum of 10 %", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Increase revenue by 10+ %", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Our goal is to increase revenue by 10 %", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Grow revenue by thirty-five percent", "CHANGE_BY_PERCENT INCREASE 35")]
    [InlineData("Increase retention by one percentage point", "CHANGE_BY_POINTS INCREASE 1")]
    [InlineData("A five-point increase in retention", "CHANGE_BY_POINTS INCREASE 5")]
    [InlineData("Reach two hundred orders", "REACH_VALUE INCREASE 200")]
    [InlineData("Increase orders 1.5x", "CHANGE_BY_PERCENT INCREASE 50")]
    [InlineData("Churn reduction of 2 points", "CHANGE_BY_POINTS DECREASE 2")]
    [InlineData("Churn down 2 points", "CHANGE_BY_POINTS DECREASE 2")]
    [InlineData("Bring churn down by 2 points", "CHANGE_BY_POINTS DECREASE 2")]
    [InlineData("Revenue up 10 %", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Keep churn at 5 % or less", "KEEP_WITHIN HOLD 0-5")]
    [InlineData("Reduce churn to 4 % or less", "REACH_VALUE DECREASE 4")]
    [InlineData("Shorten recency by 3 days", "CHANGE_BY_POINTS DECREASE 3")]
    [InlineData("Win 100 new customers", "REACH_VALUE INCREASE 100")]
    [InlineData("Increase customers by 5", "CHANGE_BY_POINTS INCREASE 5")]
    [InlineData("Increase revenue by 10 %, by winning new customers", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Increase revenue by 10 % compared to last month", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Increase Revenue Of The Company By 10 %", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Decrease churn of our existing customers by 2 points", "CHANGE_BY_POINTS DECREASE 2")]
    [InlineData("Decrease churn for all customers by 2 points", "CHANGE_BY_POINTS DECREASE 2")]
    [InlineData("Increase the share of repeat customers by 2 points", "CHANGE_BY_POINTS INCREASE 2")]
    public async Task What_can_be_checked_is_no_hedge(string statement, string target)
    {
        var check = await CheckAsync(statement + " by 2026-12-31");

        Assert.True(check["measurability"]!["accepted"]!.GetValue<bool>(), check.ToJsonString());
        var read = check["target"]!;
        var upper = read["upper"].Exact() is { } far ? $"-{far:0.######}" : "";
        Assert.Equal(target, $"{read["mode"]} {read["direction"]} {read["amount"].Exact():0.######}{upper}");
    }

    [Theory]
    [InlineData("by end of year")]
    [InlineData("by EOY")]
    [InlineData("in the second half of 2026")]
    [InlineData("in the fourth quarter of 2026")]
    [InlineData("by 31.12.2026")]
    [InlineData("by the end of December")]
    public async Task A_day_said_in_other_words_is_a_day(string when)
    {
        var check = await CheckAsync("Increase revenue by 10 % " + when);

        Assert.Equal("2026-12-31", check["due"]?.GetValue<string>());
        Assert.True(check["measurability"]!["accepted"]!.GetValue<bool>(), check.ToJsonString());
    }

    [Fact]
    public async Task A_hedged_amount_is_answered_with_a_band_around_it()
    {
        var check = await CheckAsync("Increase retention by about 10 points by 2026-12-31");

        Assert.Equal(
            "'about 10 points' leaves the amount open: say exactly how much, or a range such as 'between 8 and 12 "
                + "points'.",
            Explanation(check, "QUANTIFIED_CHANGE"));
        Assert.Equal(
            ["Increase retention rate by 10 points from 50 % to 60 % by 2026-12-31",
                "Increase retention rate by 8 to 12 points by 2026-12-31"],
            check["suggestions"]!.AsArray().Take(2).Select(s => s!["statement"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Arguments_that_say_it_exactly_make_up_for_a_hedged_amount_and_day_but_not_for_a_hedged_will()
    {
        var target = new { mode = "CHANGE_BY_POINTS", direction = "INCREASE", amount = "10" };
        var exact = await CheckAsync("Increase retention by about 10 points around the end of "
            + "2026", target, "2026-12-31");
        var open = await CheckAsync("If possible, increase retention by 10 points", target, "2026-12-31");

        Assert.True(exact["measurability"]!["accepted"]!.GetValue<bool>(), exact.ToJsonString());
        Assert.Equal(["NO_VAGUE_WORDING"], Missing(open));
    }

    [Fact]
    public async Task What_is_said_by_the_way_is_told_to_be_unmeasured()
    {
        var check = await CheckAsync("Increase revenue by 10 % without raising prices by 2026-12-31");

        Assert.Contains("'without raising prices' is not "
            + "measured", Explanation(check, "TANGIBLE"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Increase revenue by 0.001 % by about 2026-12-31", "by 0.001 %")]
    [InlineData("Increase revenue by about 12.5 GBP by 2026-12-31", "by 12.50 GBP from 817.50 GBP to 830.00 GBP")]
    [InlineData("Increase orders", "Increase orders from 23 to 41 by")]
    [InlineData("Increase orders by about 3 % by 2026-12-31", "Increase orders by 3 % (relative) by 2026-12-31")]
    public async Task Suggestions_write_money_whole_things_and_small_changes_as_they_are(string statement, string words)
    {
        var check = await CheckAsync(statement);

        Assert.Contains(words, check["suggestions"]![0]!["statement"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private async Task<JsonNode> CheckAsync(string statement, object? target = null, string? due = null) =>
        (await shop.Key.GetAsync(Check, new { statement, target, due }))["objectiveCheck"]!;

    private static string Explanation(JsonNode check, string criterion) =>
        check["measurability"]!["results"]!.AsArray().Single(r => r!["criterion"]!.GetValue<string>() == criterion)!
            ["explanation"]!.GetValue<string>();

    private static IEnumerable<string> Missing(JsonNode check) =>
        check["measurability"]!["results"]!.AsArray()
            .Where(r => !r!["met"]!.GetValue<bool>() && r["required"]!.GetValue<bool>()
                && r["criterion"]!.GetValue<string>() != "OWNER")
            .Select(r => r!["criterion"]!.GetValue<string>());
}
