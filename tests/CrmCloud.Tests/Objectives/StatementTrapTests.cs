using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Objectives;

/// <summary>
/// What a hurried reader would drop or misread: nothing that is said may be lost silently. Today is 2026-03-02.
/// </summary>
public sealed class StatementTrapTests(Shop shop) : IClassFixture<Shop>
{
    private const string Check =
        """
        query($statement: String!) {
          objectiveCheck(statement: $statement) {
            measurability { accepted results { criterion met required explanation } } problems { message }
            kpi { key } due target { mode direction amount upper } suggestions { statement }
          }
        }
        """;

    /// <summary>Words about some customers, channels, wares or places: measured would be all of them.</summary>
    [Theory]
    [InlineData("Increase orders in Germany by 10 % by 2026-12-31", "'in Germany'")]
    [InlineData("Increase orders by 10 % by December 2026 in Germany", "'in Germany'")]
    [InlineData("Increase orders +10 % in Germany by June", "'in Germany'")]
    [InlineData("+10 % orders in germany by June", "'in germany'")]
    [InlineData("Increase UK orders by 10 % by 2026-12-31", "'UK'")]
    [InlineData("Increase German revenue by 10 % by 2026-12-31", "'German'")]
    [InlineData("Increase B2B revenue by 10 % by 2026-12-31", "'B2B'")]
    [InlineData("Increase online orders by 10 % by 2026-12-31", "'online'")]
    [InlineData("Increase orders on the website by 10 % by 2026-12-31", "'on the website'")]
    [InlineData("Increase orders via email by 10 % by 2026-12-31", "'via email'")]
    [InlineData("Increase revenue of coffee by 10 % by 2026-12-31", "'of coffee'")]
    [InlineData("Increase orders in the north by 10 % by 2026-12-31", "'in the north'")]
    [InlineData("Increase women's orders by 10 % by 2026-12-31", "'women's'")]
    [InlineData("Increase loyal customers' revenue by 10 % by 2026-12-31", "'loyal customers'")]
    [InlineData("Increase new customer orders by 10 % by 2026-12-31", "'new customer'")]
    [InlineData("Increase retention rate among champions by 5 points by 2026-12-31", "'among champions'")]
    [InlineData("Increase Revenue In Stores By 10 % by 2026-12-31", "'In Stores'")]
    [InlineData("Increase orders in 3 countries by 10 % by 2026-12-31", "'in 3 countries'")]
    [InlineData("Increase Christmas revenue by 10 % by 2026-12-31", "'Christmas'")]
    public async Task Words_that_are_not_measured_are_named_and_not_dropped(string statement, string words)
    {
        var check = await CheckAsync(statement);

        Assert.False(Accepted(check));
        Assert.Equal(["SCOPE"], Missing(check));
        Assert.Contains(words, Explanation(check, "SCOPE"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Our company wants to increase the total number of orders of all customers by 10 % by 2026-12-31")]
    [InlineData("We will grow overall revenue by 10 % until the end of 2026")]
    [InlineData("Objective 1: increase revenue by 10 % by 2026-12-31")]
    [InlineData("Goal: the company's revenue shall be 10 % higher by 2026-12-31, owner: Ann Example")]
    [InlineData("Launch a loyalty programme to increase retention by 5 points by 2026-12-31")]
    [InlineData("Increase revenue by 10 % by 2026-12-31 by opening stores in Germany")]
    [InlineData("Increase revenue by 10 % over last month by 2026-12-31")]
    [InlineData("Revenue +10 % by 2026-12-31")]
    public async Task Words_that_restrict_nothing_are_no_obstacle(string statement) =>
        Assert.True(Accepted(await CheckAsync(statement)), statement);

    /// <summary>The change counts from the baseline: another base in words is told, not swallowed.</summary>
    [Theory]
    [InlineData("Orders 10 % higher than last June by 2026-12-31", "than last june")]
    [InlineData("Increase revenue by 10 % over June 2025 by 2026-12-31", "over june 2025")]
    [InlineData("Increase revenue by 10 % compared with last year by 2026-12-31", "compared with last year")]
    [InlineData("Increase revenue by 10 % compared to last year by 2026-12-31", "compared to last year")]
    [InlineData("Increase revenue by 10 % year on year by 2026-12-31", "year on year")]
    [InlineData("Increase revenue by 10 % versus 2025 by 2026-12-31", "versus 2025")]
    [InlineData("Increase revenue by 10 % on the same period last year by 2026-12-31", "last year")]
    public async Task Another_base_is_named_beside_the_one_that_is_used(string statement, string words)
    {
        var check = await CheckAsync(statement);

        Assert.Equal(["BASELINE_KNOWN"], Missing(check));
        Assert.Contains(words, Explanation(check, "BASELINE_KNOWN"), StringComparison.Ordinal);
        Assert.Contains("stands at", Explanation(check, "BASELINE_KNOWN"), StringComparison.Ordinal);
        Assert.NotEmpty(check["suggestions"]!.AsArray());
    }

    [Theory]
    [InlineData("Increase orders by 20 % from 500 by 2026-12-31", "from 500")]
    [InlineData("Increase orders by 10% to 700 by 2026-12-31", "to 700")]
    [InlineData("Increase orders by a quarter to 700 by 2026-12-31", "to 700")]
    [InlineData("Double orders to 700 by 2026-12-31", "to 700")]
    public async Task Two_figures_that_do_not_fit_together_contradict_each_other(string statement, string words)
    {
        var check = await CheckAsync(statement);

        Assert.False(Accepted(check));
        Assert.Contains(check["problems"]!.AsArray(), p =>
            p!["message"]!.GetValue<string>().Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Increase revenue by 1.500 GBP by 2026-12-31", "1500 or as 1.5")]
    [InlineData("Increase orders by 10 % at most by 2026-12-31", "a limit, not a goal")]
    [InlineData("Increase orders by 10 % or less by 2026-12-31", "a limit, not a goal")]
    public async Task An_amount_with_two_senses_is_asked_about(string statement, string words)
    {
        var check = await CheckAsync(statement);

        Assert.False(Accepted(check));
        Assert.Contains("QUANTIFIED_CHANGE", Missing(check));
        Assert.Contains(words, Explanation(check, "QUANTIFIED_CHANGE"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Increase revenue by 3 000 GBP by 2026-12-31", "CHANGE_BY_POINTS INCREASE 3000")]
    [InlineData("Increase revenue to 1.234.567 GBP by 2026-12-31", "REACH_VALUE INCREASE 1234567")]
    [InlineData("Double orders from 23 to 46 by 2026-12-31", "CHANGE_BY_PERCENT INCREASE 100")]
    [InlineData("+20 % orders by 2026-12-31", "CHANGE_BY_PERCENT INCREASE 20")]
    [InlineData("Churn −2 points by 2026-12-31", "CHANGE_BY_POINTS DECREASE 2")]
    [InlineData("orders +20% by 31/12/2026", "CHANGE_BY_PERCENT INCREASE 20")]
    public async Task An_amount_with_one_sense_is_taken(string statement, string target)
    {
        var check = await CheckAsync(statement);

        Assert.True(Accepted(check), check.ToJsonString());
        var read = check["target"]!;
        Assert.Equal(target, $"{read["mode"]} {read["direction"]} {read["amount"].Exact():0.######}");
        Assert.Equal("2026-12-31", check["due"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("before June 2027", "2027-05-31")]
    [InlineData("before 2027-06-30", "2027-06-29")]
    [InlineData("before 30 June 2027", "2027-06-29")]
    [InlineData("before the end of June 2027", "2027-06-30")]
    [InlineData("before Q3 2027", "2027-06-30")]
    [InlineData("before 2027", "2026-12-31")]
    [InlineData("by the start of June 2027", "2027-06-01")]
    [InlineData("by the beginning of 2027", "2027-01-01")]
    [InlineData("by the beginning of Q2 2027", "2027-04-01")]
    [InlineData("by week 20 of 2027", "2027-05-23")]
    [InlineData("by calendar week 20 2027", "2027-05-23")]
    [InlineData("by 2027-W20", "2027-05-23")]
    [InlineData("by 30/06/2027", "2027-06-30")]
    public async Task A_day_is_the_one_that_the_words_before_it_make_it(string when, string due)
    {
        var check = await CheckAsync("Increase revenue by 10 % " + when);

        Assert.Equal(due, check["due"]?.GetValue<string>());
        Assert.True(Accepted(check), check.ToJsonString());
    }

    [Theory]
    [InlineData("after June 2027", "'after june 2027' says from when")]
    [InlineData("not before June 2027", "says from when")]
    [InlineData("by 31st June 2027", "'31st june 2027' is no day")]
    [InlineData("by June 31 2027", "'june 31 2027' is no day")]
    [InlineData("by 30 February", "'30 february' is no day")]
    [InlineData("by week 60 of 2027", "")]
    [InlineData("before summer", "'before summer'")]
    [InlineData("by Easter", "'by easter'")]
    [InlineData("until Christmas", "'until christmas'")]
    [InlineData("tomorrow", "'tomorrow'")]
    public async Task What_is_no_deadline_is_named(string when, string words)
    {
        var check = await CheckAsync("Increase revenue by 10 % " + when);

        Assert.Null(check["due"]);
        Assert.Contains("DEADLINE", Missing(check));
        Assert.Contains(words, Explanation(check, "DEADLINE"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Don't let churn rise above 15 %", "churn_rate", "KEEP_WITHIN HOLD 0-15")]
    [InlineData("Do not allow churn to exceed 15 %", "churn_rate", "KEEP_WITHIN HOLD 0-15")]
    [InlineData("Prevent churn from rising above 15 %", "churn_rate", "KEEP_WITHIN HOLD 0-15")]
    [InlineData("Churn must not rise above 15 %", "churn_rate", "KEEP_WITHIN HOLD 0-15")]
    [InlineData("Retention must not fall below 45 %", "retention_rate", "KEEP_WITHIN HOLD 45-100")]
    [InlineData("Revenue must not fall below 20000 GBP", "revenue", "KEEP_WITHIN HOLD 20000")]
    [InlineData("Grow our customer base by 10 %", "customers", "CHANGE_BY_PERCENT INCREASE 10")]
    [InlineData("Increase repeat buying by 5 points", "repeat_purchase_rate", "CHANGE_BY_POINTS INCREASE 5")]
    public async Task What_is_said_in_other_words_is_taken(string statement, string kpi, string target)
    {
        var check = await CheckAsync(statement + " by 2026-12-31");

        Assert.True(Accepted(check), check.ToJsonString());
        Assert.Equal(kpi, check["kpi"]!["key"]!.GetValue<string>());
        var read = check["target"]!;
        var upper = read["upper"].Exact() is { } far ? $"-{far:0.######}" : "";
        Assert.Equal(target, $"{read["mode"]} {read["direction"]} {read["amount"].Exact():0.######}{upper}");
    }

    [Theory]
    [InlineData("Maintain revenue at 26000 GBP by 2026-12-31", "Keep revenue between 24700.00 GBP and 27300.00 GBP by")]
    [InlineData("Hold revenue steady by 2026-12-31", "Keep revenue between 776.62 GBP and 858.38 GBP by 2026-12-31")]
    [InlineData("Revenue +10 % and churn −2 points by 2026-12-31", "Increase revenue by 10 % (relative) from ")]
    [InlineData("Churn −2 points and revenue +10 % by 2026-12-31", "Decrease churn rate by 2 points from ")]
    [InlineData("Win back 50 churned customers by 2026-12-31", "Decrease churn rate by ")]
    public async Task What_is_not_taken_is_answered_with_what_it_is_about(string statement, string suggestion)
    {
        var check = await CheckAsync(statement);

        Assert.False(Accepted(check));
        var offered = check["suggestions"]![0]!["statement"]!.GetValue<string>();
        Assert.StartsWith(suggestion, offered, StringComparison.Ordinal);
        Assert.True(Accepted(await CheckAsync(offered)), offered);
    }

    [Theory]
    [InlineData("Increase churn by 2 points by 2026-12-31", "Churn rate")]
    [InlineData("Decrease revenue to 700 GBP by 2026-12-31", "Revenue")]
    public async Task A_worse_direction_is_told(string statement, string indicator)
    {
        var check = await CheckAsync(statement);

        Assert.True(Accepted(check));
        Assert.Equal($"Direction and amount are stated. But {indicator} is better when it goes the other way.",
            Explanation(check, "QUANTIFIED_CHANGE"));
        Assert.Equal($"It goes against what is better for {indicator}.", Explanation(check, "STRETCHING"));
    }

    [Fact]
    public async Task Figures_of_a_year_ask_for_the_grain_of_years() => Assert.Contains("`grain: YEAR`",
        (await CheckAsync("Increase yearly revenue to 400000 by 2026-12-31"))["problems"]![0]!["message"]!
            .GetValue<string>(), StringComparison.Ordinal);

    [Fact]
    public async Task Customers_won_back_are_told_to_be_counted_by_nothing() => Assert.StartsWith("Customers won back",
        Explanation(await CheckAsync("Win back 50 churned customers by 2026-12-31"), "NAMED_INDICATOR"),
        StringComparison.Ordinal);

    private async Task<JsonNode> CheckAsync(string statement) =>
        (await shop.Key.GetAsync(Check, new { statement }))["objectiveCheck"]!;

    private static bool Accepted(JsonNode check) => check["measurability"]!["accepted"]!.GetValue<bool>();

    private static string Explanation(JsonNode check, string criterion) =>
        check["measurability"]!["results"]!.AsArray().Single(r => r!["criterion"]!.GetValue<string>() == criterion)!
            ["explanation"]!.GetValue<string>();

    private static IEnumerable<string> Missing(JsonNode check) =>
        check["measurability"]!["results"]!.AsArray()
            .Where(r => !r!["met"]!.GetValue<bool>() && r["required"]!.GetValue<bool>()
                && r["criterion"]!.GetValue<string>() != "OWNER")
            .Select(r => r!["criterion"]!.GetValue<string>());
}
