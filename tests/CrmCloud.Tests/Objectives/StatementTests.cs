using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Objectives;

/// <summary>What a sentence must say to be taken, and how one that says less could read. Today is 2026-03-02.</summary>
public sealed class StatementTests(Shop shop) : IClassFixture<Shop>
{
    private const string Check =
        """
        query($statement: String!, $target: TargetInput, $kpi: KpiRef, $due: Date) {
          objectiveCheck(statement: $statement, target: $target, kpi: $kpi, due: $due) {
            measurability { accepted score results { criterion met required explanation } }
            kpi { key } due target { mode direction amount upper resulting resultingUpper unit } stretch { verdict }
            problems { code message field } suggestions { statement reason due target { resulting } }
          }
        }
        """;

    /// <summary>Nothing to measure: everything is missing, and the shop's own figures make suggestions.</summary>
    [Theory]
    [InlineData("improve customer relations", "Decrease churn rate by ")]
    [InlineData("Make customers happier", "Decrease churn rate by ")]
    [InlineData("Be more customer-centric", "Increase retention rate by ")]
    [InlineData("Increase loyalty significantly", "Decrease churn rate by ")]
    [InlineData("Be the number 1 in our market", "Decrease churn rate by ")]
    [InlineData("Sell more", "Increase revenue by ")]
    [InlineData("Become world-class in 5 steps", "Decrease churn rate by ")]
    [InlineData("Better results for everyone", "Increase ")]
    [InlineData("Do not lose customers", "Decrease churn rate by ")]
    [InlineData("x", "Decrease churn rate by ")]
    public async Task Vague_ones_are_refused_with_everything_missing_and_a_suggestion(string statement,
        string suggestion)
    {
        var check = await CheckAsync(statement);

        Assert.False(Accepted(check));
        Assert.Equal(["NAMED_INDICATOR", "QUANTIFIED_CHANGE", "BASELINE_KNOWN", "DEADLINE"], Missing(check));
        Assert.StartsWith(suggestion, Suggestion(check), StringComparison.Ordinal);
    }

    /// <summary>Something is there; what is missing is named, and one suggestion keeps what was said.</summary>
    [Theory]
    [InlineData("Reduce churn", "QUANTIFIED_CHANGE,DEADLINE", "Decrease churn rate by ")]
    [InlineData("Decrease churn rate by 25 %", "QUANTIFIED_CHANGE,DEADLINE", "Decrease churn rate by 25 % (relative) ")]
    [InlineData("Decrease churn rate by 25 % by 2026-12-31", "QUANTIFIED_CHANGE", "Decrease churn rate by 25 % "
        + "(relative) ")]
    [InlineData("A 10 % reduction in churn by 2026-12-31", "QUANTIFIED_CHANGE", "Decrease churn rate by 10 % "
        + "(relative) ")]
    [InlineData("Increase retention by 5 by 2026-12-31", "QUANTIFIED_CHANGE", "Increase retention rate by 5 % "
        + "(relative) ")]
    [InlineData("Increase revenue by 10 %", "DEADLINE", "Increase revenue by 10 % (relative) ")]
    [InlineData("Increase revenue by 10 % every quarter", "QUANTIFIED_CHANGE,DEADLINE,NO_VAGUE_WORDING",
        "Increase revenue by 10 % (relative) ")]
    [InlineData("Increase retention by 5 points soon", "DEADLINE", "Increase retention rate by 5 points ")]
    [InlineData("Increase retention by 5 points by 04/05/2026", "DEADLINE", "Increase retention rate by 5 points ")]
    [InlineData("Increase retention by 5 points by 2026-13-45", "DEADLINE", "Increase retention rate by 5 points ")]
    [InlineData("Increase revenue by 10 % by 2027", "DEADLINE", "Increase revenue by 10 % (relative) ")]
    [InlineData("Increase revenue by 10 % by March or by June 2026", "DEADLINE", "Increase revenue by 10 % "
        + "(relative) ")]
    [InlineData("Get 500 orders", "DEADLINE", "Increase orders from ")]
    [InlineData("Increase revenue to 120 % by 2026-12-31", "QUANTIFIED_CHANGE", "Increase revenue by ")]
    [InlineData("Raise average order value to 45 EUR by 30 June 2026", "QUANTIFIED_CHANGE", "Increase average "
        + "order value by ")]
    [InlineData("Raise the retention rate by £5 by 30 June 2026", "QUANTIFIED_CHANGE", "Increase retention rate by ")]
    [InlineData("Maintain a retention rate of 50 % in 2026", "QUANTIFIED_CHANGE", "Keep retention rate between ")]
    [InlineData("Reduce churn and increase retention by 5 points by "
        + "2026-12-31", "QUANTIFIED_CHANGE,TANGIBLE", "Decrease churn rate by ")]
    [InlineData("Cut acquisition cost by 10 % by 2026-12-31", "BASELINE_KNOWN", "")]
    [InlineData("Improve NPS by 10 points by 2026-12-31", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN", "")]
    [InlineData("Retention", "QUANTIFIED_CHANGE,DEADLINE", "Increase retention rate by ")]
    public async Task Half_vague_ones_are_refused_for_what_they_lack(string statement, string missing,
        string suggestion)
    {
        var check = await CheckAsync(statement);

        Assert.Equal(missing.Length == 0, Accepted(check));
        Assert.Equal(missing.Split(',', StringSplitOptions.RemoveEmptyEntries), Missing(check));
        Assert.True(suggestion.Length == 0 || Suggestion(check).StartsWith(suggestion, StringComparison.Ordinal),
            Suggestion(check));
    }

    /// <summary>
    /// Numbers that are no targets, years that look like amounts, negations: none of them makes a target.
    /// </summary>
    [Theory]
    [InlineData("Delight our top 10 customers by 2026-12-31", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    [InlineData("Increase revenue from our top 10 customers by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Increase orders in 3 countries by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Increase orders by 2030", "QUANTIFIED_CHANGE,DEADLINE")]
    [InlineData("Complete phase 2 of the CRM 360 project by Q3 "
        + "2026", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    [InlineData("Raise retention with 24/7 support by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Raise revenue by opening 3 new stores by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Increase revenue to 5 stars by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Reduce churn as in step 25 by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Do not increase churn by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Prevent churn from increasing by 5 points by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Never cut revenue by 10 % by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("increase revenue by -10 % by 2026-12-31", "QUANTIFIED_CHANGE")]
    [InlineData("Increase profitability by 2026-12-31", "NAMED_INDICATOR,QUANTIFIED_CHANGE,BASELINE_KNOWN")]
    public async Task Adversarial_ones_are_not_taken_for_targets(string statement, string missing)
    {
        var check = await CheckAsync(statement);

        Assert.Equal(missing.Split(','), Missing(check));
        Assert.Null(check["target"]);
    }

    [Theory]
    [InlineData("Decrease churn rate by 10 % (relative) by 2026-12-31", "churn_rate", "CHANGE_BY_PERCENT DECREASE "
        + "10", "2026-12-31")]
    [InlineData("Decrease churn by 3 percentage points within 6 months", "churn_rate", "CHANGE_BY_POINTS DECREASE "
        + "3", "2026-09-02")]
    [InlineData("Decrease customer churn by a quarter by the end of the year", "churn_rate", "CHANGE_BY_PERCENT "
        + "DECREASE 25", "2026-12-31")]
    [InlineData("By 2026-12-31, churn shall be 50 basis points lower", "churn_rate", "CHANGE_BY_POINTS DECREASE "
        + "0.5", "2026-12-31")]
    [InlineData("Halve churn by the end of 2026", "churn_rate", "CHANGE_BY_PERCENT DECREASE 50", "2026-12-31")]
    [InlineData("Reach a retention rate of 75 percent by December 2026", "retention_rate", "REACH_VALUE INCREASE "
        + "75", "2026-12-31")]
    [InlineData("75 percent retention rate by Q4 2026", "retention_rate", "REACH_VALUE INCREASE 75", "2026-12-31")]
    [InlineData("Retention rate: 60 % by 2026-12-31", "retention_rate", "REACH_VALUE INCREASE 60", "2026-12-31")]
    [InlineData("Increase retention rate by ten percentage points by the end of "
        + "June", "retention_rate", "CHANGE_BY_POINTS INCREASE 10", "2026-06-30")]
    [InlineData("Increase revenue by 10 % by the end of next year", "revenue", "CHANGE_BY_PERCENT INCREASE "
        + "10", "2027-12-31")]
    [InlineData("Increase revenue to £2,000 by Q3 2026", "revenue", "REACH_VALUE INCREASE 2000", "2026-09-30")]
    [InlineData("Increase revenue by 1.5k by 2026-12-31", "revenue", "CHANGE_BY_POINTS INCREASE 1500", "2026-12-31")]
    [InlineData("Increase revenue by two thirds by 2026-12-31", "revenue", "CHANGE_BY_PERCENT INCREASE "
        + "66.666667", "2026-12-31")]
    [InlineData("Grow sales 10% by October", "revenue", "CHANGE_BY_PERCENT INCREASE 10", "2026-10-31")]
    [InlineData("Double revenue by the end of 2026", "revenue", "CHANGE_BY_PERCENT INCREASE 100", "2026-12-31")]
    [InlineData("Raise average order value to 45 GBP by 30 June 2026", "average_order_value", "REACH_VALUE "
        + "INCREASE 45", "2026-06-30")]
    [InlineData("Increase basket size by 2,5 % by 31.12.2026", "average_order_value", "CHANGE_BY_PERCENT INCREASE "
        + "2.5", "2026-12-31")]
    [InlineData("Increase orders by 20 per month by 2026-12-31", "orders", "CHANGE_BY_POINTS INCREASE "
        + "20", "2026-12-31")]
    [InlineData("Increase the number of orders by 10 percent in the next 2 quarters", "orders", "CHANGE_BY_PERCENT "
        + "INCREASE 10", "2026-09-02")]
    [InlineData("Achieve 500 orders a month by the end of 2026", "orders", "REACH_VALUE INCREASE 500", "2026-12-31")]
    [InlineData("Increase repeat purchase rate by between 2 and 4 % (relative) by "
        + "2026-12-31", "repeat_purchase_rate", "CHANGE_BY_PERCENT INCREASE 2-4", "2026-12-31")]
    [InlineData("Increase repeat purchase rate by 2-4 points by "
        + "2026-12-31", "repeat_purchase_rate", "CHANGE_BY_POINTS INCREASE 2-4", "2026-12-31")]
    [InlineData("Keep churn rate below 60 % until 2026-12-31", "churn_rate", "KEEP_WITHIN HOLD 0-60", "2026-12-31")]
    [InlineData("Keep retention above 45 % until the end of the year", "retention_rate", "KEEP_WITHIN HOLD "
        + "45-100", "2026-12-31")]
    [InlineData("Keep churn between 10 and 20 % during 2026", "churn_rate", "KEEP_WITHIN HOLD 10-20", "2026-12-31")]
    [InlineData("Reduce churn by 2 points without raising the acquisition cost by "
        + "2026-12-31", "churn_rate", "CHANGE_BY_POINTS DECREASE 2", "2026-12-31")]
    [InlineData("Offer 24/7 support to raise retention by 5 points by "
        + "2026-12-31", "retention_rate", "CHANGE_BY_POINTS INCREASE 5", "2026-12-31")]
    [InlineData("Get frequency up to 8.5 by 2026-12-31", "frequency", "REACH_VALUE INCREASE 8.5", "2026-12-31")]
    [InlineData("Improve retention rate by 5 points by 2026-12-31", "retention_rate", "CHANGE_BY_POINTS INCREASE "
        + "5", "2026-12-31")]
    public async Task Precise_ones_are_taken_as_they_are_meant(string statement, string kpi, string target, string due)
    {
        var check = await CheckAsync(statement);

        Assert.True(Accepted(check), check.ToJsonString());
        Assert.Equal((kpi, due), (check["kpi"]!["key"]!.GetValue<string>(), check["due"]!.GetValue<string>()));
        var read = check["target"]!;
        var upper = read["upper"].Exact() is { } far ? $"-{far:0.######}" : "";
        Assert.Equal(target, $"{read["mode"]} {read["direction"]} {read["amount"].Exact():0.######}{upper}");
        Assert.Empty(check["suggestions"]!.AsArray());
    }

    [Theory]
    [InlineData("Decrease churn rate from 40 % to 20 % by 2026-12-31", "from 40")]
    [InlineData("Decrease churn to 99 % by 2026-12-31", "no decrease")]
    [InlineData("Increase retention rate by 400 % (relative) by 2026-12-31", "cannot be above 100")]
    [InlineData("Decrease churn by 80 points by 2026-12-31", "cannot be below 0")]
    [InlineData("Increase retention by 5 points by 2020-01-01", "2020-01-01 is in the past; today is 2026-03-02.")]
    [InlineData("Increase retention by 5 points by 2026-03-02", "2026-03-02 is today; choose a later day.")]
    [InlineData("Increase retention by 5 points by 2050-12-31", "more than 10 years ahead; choose a day up to "
        + "2036-03-02.")]
    [InlineData("Achieve 500 orders a year by 2026-12-31", "per year, grain says MONTH")]
    [InlineData("Increase retention by 5 points by 2026-03-10", "No whole month")]
    [InlineData("Increase retention by 10 % (relative) to 90 % by 2026-12-31", "to 90")]
    public async Task What_cannot_be_is_wrong_and_not_vague(string statement, string problem)
    {
        var check = await CheckAsync(statement);

        Assert.False(Accepted(check));
        Assert.Contains(check["problems"]!.AsArray(), p =>
            p!["message"]!.GetValue<string>().Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        """{"target":{"mode":"CHANGE_BY_POINTS","direction":"INCREASE","amount":"5"}}""",
        "target.direction", "DECREASE")]
    [InlineData(
        """{"target":{"mode":"CHANGE_BY_PERCENT","direction":"DECREASE","amount":"20"}}""", "target.amount", "10")]
    [InlineData("""{"kpi":{"key":"revenue"}}""", "kpi", "Churn rate")]
    [InlineData("""{"due":"2026-11-30"}""", "due", "2026-12-31")]
    public async Task Sentence_and_arguments_that_disagree_are_refused_naming_both(string arguments, string field,
        string said)
    {
        var variables = JsonNode.Parse(arguments)!.AsObject();
        variables["statement"] = "Decrease churn rate by 10 % (relative) by 2026-12-31";
        var check = (await shop.Key.GetAsync(Check, variables))["objectiveCheck"]!;

        Assert.False(Accepted(check));
        var problem = check["problems"]!.AsArray()[0]!;
        Assert.Equal(field, string.Join('.', problem["field"]!.AsArray()));
        Assert.Contains(said, problem["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_complete_a_sentence_and_say_what_its_percent_are_of()
    {
        var check = (await shop.Key.GetAsync(Check, new
        {
            statement = "Fewer customers leave us: 25 % less",
            kpi = new { key = "churn_rate" },
            target = new { mode = "CHANGE_BY_PERCENT", direction = "DECREASE", amount = "25" },
            due = "2026-12-31",
        }))["objectiveCheck"]!;

        Assert.True(Accepted(check), check.ToJsonString());
        Assert.Equal("25", check["target"]!["amount"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("improve customer relations")]
    [InlineData("Sell more")]
    [InlineData("Decrease churn rate by 25 %")]
    [InlineData("Increase orders")]
    [InlineData("Raise frequency and recency")]
    [InlineData("Better margins")]
    [InlineData("Increase retention by 5 points soon")]
    public async Task Every_suggestion_is_itself_taken_and_comes_to_the_same_value(string statement)
    {
        var suggestions = (await CheckAsync(statement))["suggestions"]!.AsArray();

        Assert.NotEmpty(suggestions);
        foreach (var suggestion in suggestions)
        {
            var again = await CheckAsync(suggestion!["statement"]!.GetValue<string>());
            Assert.True(Accepted(again), suggestion.ToJsonString() + again.ToJsonString());
            Assert.Equal(suggestion["due"]!.GetValue<string>(), again["due"]!.GetValue<string>());
            Assert.Equal(suggestion["target"]!["resulting"].Exact(), again["target"]!["resulting"].Exact());
            Assert.NotEmpty(suggestion["reason"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task A_hostile_sentence_costs_no_more_than_a_long_one()
    {
        var texts = new[]
        {
            new string('1', 500), string.Concat(Enumerable.Repeat("1,", 250)),
                string.Concat(Enumerable.Repeat("by 1 % ", 70)),
            string.Concat(Enumerable.Repeat("not to increase ", 31)), string.Concat(Enumerable.Repeat("~churn", 80)),
            string.Concat(Enumerable.Repeat("end of next ", 40)), "\u0000\u2013\ud800 %", new string('-', 500),
        };
        foreach (var text in texts)
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            Assert.Null((await shop.Key.AskAsync(Check,
                new { statement = text })).Json["data"]?["objectiveCheck"]?["target"]);
            Assert.True(watch.ElapsedMilliseconds < 3_000, text);
        }
    }

    private async Task<JsonNode> CheckAsync(string statement) =>
        (await shop.Key.GetAsync(Check, new { statement }))["objectiveCheck"]!;

    private static bool Accepted(JsonNode check) => check["measurability"]!["accepted"]!.GetValue<bool>();

    private static string Suggestion(JsonNode check) => check["suggestions"]![0]!["statement"]!.GetValue<string>();

    private static IEnumerable<string> Missing(JsonNode check) =>
        check["measurability"]!["results"]!.AsArray()
            .Where(r => !r!["met"]!.GetValue<bool>() && r["required"]!.GetValue<bool>()
                && r["criterion"]!.GetValue<string>() != "OWNER")
            .Select(r => r!["criterion"]!.GetValue<string>());
}
