using System.Reflection;
using System.Text.Json.Nodes;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Shared;
using Objective = CrmCloud.Core.Objectives.Objective;

namespace CrmCloud.Tests.Objectives;

/// <summary>Whether a target stretches, and where it will come to, by what really happened.</summary>
public sealed class StretchTests
{
    private static readonly PeriodCalendar Calendar = PeriodCalendar.Of(CalendarSettings.Utc);
    private static readonly decimal[] Zigzag = [100, 130, 120, 150, 140, 170, 160, 190, 180, 210];

    /// <summary>Over three periods it changed by 50, 10, 50, 10, 50, 10 and 50.</summary>
    [Theory]
    [InlineData(210, 265, StretchVerdict.Stretching, "more than usual and within reach")]
    [InlineData(210, 285, StretchVerdict.Unrealistic, "far more than ever happened")]
    [InlineData(210, 240, StretchVerdict.Stretching, "no more than usual, but to where it never stood")]
    [InlineData(180, 205, StretchVerdict.TooEasy, "no more than what usually happened anyway")]
    [InlineData(210, 218, StretchVerdict.TooEasy, "no more than what usually happened anyway")]
    public void A_target_is_judged_by_the_changes_that_happened_unscaled(
        int baseline, int wanted, StretchVerdict verdict, string words)
    {
        var check = Check(
            new(TargetMode.ReachValue, Direction.Increase, wanted, null, wanted, null, Unit.Count), baseline);

        Assert.Equal((10m, 50m, 50m), (check.Distribution!.Least, check.Distribution.Median, check.Distribution.Most));
        Assert.Equal(verdict, check.Verdict);
        Assert.Contains(words, check.Explanation, StringComparison.Ordinal);
        Assert.EndsWith(
            "the middle change this way was 50, the largest 50.", check.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void One_target_has_one_verdict_however_it_is_worded()
    {
        var said = Check(new(TargetMode.ChangeByPercent, Direction.Increase, 20, null, 252, null, Unit.Count), 210);
        var same = Check(new(TargetMode.ReachValue, Direction.Increase, 252, null, 252, null, Unit.Count), 210);

        Assert.Equal(same, said);
        Assert.StartsWith("STRETCHING: it asks for 42, ", said.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_of_a_rate_are_told_in_points()
    {
        var target = new Target(TargetMode.ReachValue, Direction.Increase, 14, null, 14, null, Unit.Percent);
        var history = History([10, 11.5m, 10, 11.5m, 10, 11.5m, 10]);

        var check = Stretch.Check(target, 10.5m, history, 1, new(Currency.Parse("GBP")));

        Assert.Contains("it asks for 3.5 points,", check.Explanation, StringComparison.Ordinal);
        Assert.Contains("Judged by 6 earlier spans of 1 period in", check.Explanation, StringComparison.Ordinal);
        Assert.EndsWith("the largest 1.5 points.", check.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void The_interval_of_a_rate_is_no_wider_than_what_its_history_supports()
    {
        var chance = new Random(7);
        var history = History(
            [.. Enumerable.Range(0, 30).Select(_ => decimal.Round(5 + (26 * (decimal)chance.NextDouble()), 6))]);

        var far =
            Forecasting.Of(Aim(30), IndicatorCatalog.Find("churn_rate")!, history, history[^1].Index + 12).Estimate!;

        Assert.InRange(far.Low, 0, far.AtDue);
        Assert.InRange(far.High, far.AtDue, 39);
        Assert.True(far.High - far.Low <= 26, $"{far.Low} to {far.High}, seed 7");
    }

    [Fact]
    public void One_horizon_gives_about_one_chance_at_any_grain()
    {
        // The same wave seen monthly and quarterly; a year ahead is twelve steps or four.
        var months = History(
            [.. Enumerable.Range(0, 36).Select(i => decimal.Round(20 + (decimal)(5 * Math.Sin(i * 1.3)), 6))]);
        var quarters = History([.. months.Where((_, i) => i % 3 == 2).Select(p => p.Value)]);
        var churn = IndicatorCatalog.Find("churn_rate")!;

        var one = Forecasting.Of(Aim(22), churn, months, months[^1].Index + 12).Estimate!;
        var other = Forecasting.Of(Aim(22), churn, quarters, quarters[^1].Index + 4).Estimate!;

        Assert.InRange(one.ReachProbability - other.ReachProbability, -25, 25);
    }

    private static StretchCheck Check(Target target, decimal baseline) =>
        Stretch.Check(target, baseline, History(Zigzag), 3, new(Currency.Parse("GBP")));

    private static List<HistoryPoint> History(IReadOnlyList<decimal> values)
    {
        var first = Calendar.PeriodOf(Grain.Month, new DateOnly(2023, 1, 1));
        return [.. values.Select((v, i) => new HistoryPoint(first + i, Calendar.Bounds(Grain.Month, first + i), v))];
    }

    private static Objective Aim(decimal value) => new()
    {
        ObjectiveId = "x", Statement = "", WrittenAt = default, Beneficiary = default, Status = default,
        OwnerName = "", KpiKey = "churn_rate", Grain = Grain.Month, Baseline = new(100, default, default, null, 1),
        Target = new(default, Direction.Increase, 0, null, value, null, Unit.Percent), Due = default,
        Measurability = new(true, 0, []), Stretch = new(default, null, "", 0, 0, null), CreatedAt = default,
    };
}

/// <summary>Suggestions are judged as strictly as what people write. Today is 2026-03-02.</summary>
public sealed class SuggestionTests(Shop shop) : IClassFixture<Shop>
{
    private const string Query =
        """
        query($statement: String!, $grain: Grain!) {
          objectiveCheck(statement: $statement, grain: $grain) {
            measurability { accepted } problems { code message } stretch { verdict explanation }
            suggestions { statement reason }
          }
        }
        """;

    private static readonly string[] Own = ["As stated,", "As a range,", "As a band,", "One of the results", "Read as"];

    [Theory]
    [InlineData("MONTH")]
    [InlineData("WEEK")]
    [InlineData("QUARTER")]
    public async Task Every_suggestion_to_any_statement_is_accepted_and_stretches(string grain)
    {
        var seen = new HashSet<string>();
        foreach (var statement in Statements())
        {
            foreach (var one in (await CheckAsync(statement, grain))["suggestions"]!.AsArray())
            {
                var said = one!["statement"]!.GetValue<string>();
                if (seen.Add(said))
                {
                    var again = await CheckAsync(said, grain);
                    Assert.True(again["measurability"]!["accepted"]!.GetValue<bool>()
                        && again["problems"]!.AsArray().Count == 0, $"{statement}: {said}: {again.ToJsonString()}");
                    var (reason, stretch) = (one["reason"]!.GetValue<string>(), again["stretch"]!);
                    // What people ask for themselves is answered with its verdict; our own ideas stretch.
                    Assert.True(Own.Any(words => reason.StartsWith(words, StringComparison.Ordinal))
                        ? reason.EndsWith(stretch["explanation"]!.GetValue<string>(), StringComparison.Ordinal)
                        : stretch["verdict"]!.GetValue<string>() is "STRETCHING" or "UNKNOWN",
                        $"{statement}: {one.ToJsonString()}: {again.ToJsonString()}");
                }
            }
        }

        Assert.True(seen.Count > 3, string.Join('\n', seen));
    }

    [Fact]
    public async Task A_day_too_near_is_answered_with_one_that_can_be_taken()
    {
        var check = await CheckAsync("Increase revenue by 10 % within 2 days", "MONTH");

        Assert.Single(check["problems"]!.AsArray());
        Assert.NotEmpty(check["suggestions"]!.AsArray());
        Assert.All(check["suggestions"]!.AsArray(), one =>
            Assert.DoesNotContain("2026-03-04", one!["statement"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    private static IEnumerable<string> Statements() =>
        typeof(StatementTests).GetMethods().Concat(typeof(WordingTests).GetMethods())
            .SelectMany(m => m.GetCustomAttributes<InlineDataAttribute>().SelectMany(a => a.GetData(m)))
            .Select(row => row[0]).OfType<string>().Where(s => s.Length is > 0 and <= 500)
            .Concat(["Increase revenue by 10 % within 2 days", "Decrease churn by 2 % by 2026-03-03"]).Distinct();

    private async Task<JsonNode> CheckAsync(string statement, string grain) =>
        (await shop.Key.GetAsync(Query, new { statement, grain }))["objectiveCheck"]!;
}
