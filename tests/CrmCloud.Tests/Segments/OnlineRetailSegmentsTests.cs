using System.Diagnostics;
using System.Text.Json.Nodes;
using CrmCloud.Tests.RealData;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Segments;

/// <summary>
/// Segments of real people: those of the Online Retail file, defined over GraphQL, against sets that are counted from
/// the file's lines.
/// </summary>
public sealed class OnlineRetailSegmentsTests(RetailShop retail, ITestOutputHelper output) : IClassFixture<RetailShop>
{
    private static readonly DateTime Now = RetailShop.Now.UtcDateTime;
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    private static readonly (string Key, string Rule)[] Segments =
    [
        ("often", "frequency >= 5"),
        ("big", "monetary >= 1000.00 GBP"),
        ("asleep", "age_of_last(order) > 90d"),
        ("busy", "count(order within 60d) >= 2"),
        ("autumn", "sum(order.amount between 90d and 180d ago) > 500.00 GBP"),
        ("gone", "no order within 6mo"),
        ("german", "country = 'Germany'"),
        ("best", "score R >= 4 and score M = 5"),
        ("missed", "in segment often and in segment asleep or not in segment big and in segment german"),
        ("november", "count(order in last month) >= 1"),
    ];

    [SkippableFact]
    public async Task Ten_kinds_of_segments_hold_exactly_whom_the_file_says()
    {
        var people = People();
        var clock = Stopwatch.StartNew();
        foreach (var (key, rule) in Segments)
        {
            clock.Restart();
            await retail.DefineAsync(key, rule);
            output.WriteLine(
                $"{key}: saved and filled in {clock.ElapsedMilliseconds} ms, of {people.All.Count()} customers");
        }

        foreach (var (key, _) in Segments)
        {
            var expected = Expected(key, people);
            var size = (await retail.Shop.GetAsync(
                "query($key: String!) { segment(ref: { key: $key }) { size { value precision } } }", new { key }))
                ["segment"]!["size"]!;
            output.WriteLine($"{key}: {expected.Count}");
            Assert.InRange(expected.Count, 1, people.All.Count() - 1);
            Assert.Equal(
                $"{key} {expected.Count} EXACT",
                $"{key} {size["value"]!.GetValue<int>()} {size["precision"]!.GetValue<string>()}");
            Assert.Equal(
                expected.Order(StringComparer.Ordinal), (await retail.MembersAsync(key)).Order(StringComparer.Ordinal));
        }
    }

    [SkippableTheory]
    [InlineData("frequency >= 5 and recency < 30")]
    [InlineData("monetary > 5000.00 GBP")]
    [InlineData("count(refund) >= 1 and frequency >= 3")]
    public async Task A_preview_names_exactly_how_many_enter_and_leave(string rule)
    {
        var people = People();
        var key = $"p{rule.Length}";
        var id = await retail.DefineAsync(key, "frequency >= 5");
        var before = people.Where((_, orders) => orders.Count >= 5).ToHashSet();
        var after = people.Where((customer, orders) => rule[0] switch
        {
            'f' => orders.Count >= 5 && (Now.Date - orders[^1].At.Date).Days < 30,
            'm' => orders.Sum(o => o.Amount) > 5_000m,
            _ => orders.Count >= 3 && people.Truth.Refunds.Any(r => r.Customer == customer),
        }).ToHashSet();

        var preview = (await retail.Shop.GetAsync(
            "query($rule: SegmentRuleInput!, $id: ID) { segmentPreview(rule: $rule, against: $id) "
            + "{ size { value precision } entering leaving } }",
            new { rule = new { expression = rule }, id }))["segmentPreview"]!;

        Assert.Equal(
            (after.Count, after.Except(before).Count(), before.Except(after).Count()),
            (Int(preview["size"]!, "value"), Int(preview, "entering"), Int(preview, "leaving")));
        Assert.Equal("EXACT", preview["size"]!["precision"]!.GetValue<string>());
    }

    [SkippableFact]
    public async Task Indicators_and_cohorts_of_a_segment_are_those_of_its_members_alone()
    {
        var people = People();
        await retail.DefineAsync("worth", "monetary >= 1000.00 GBP");
        var truth = people.Truth.Of(Expected("big", people).ToHashSet());
        var december = (2011 * 12) + 11;

        var answer = await retail.Shop.GetAsync(
            """
            {
              kpis(first: 30) {
                nodes {
                  key
                  values(grain: MONTH, range: { from: "2011-11-01", to: "2012-01-01" }, segment: { key: "worth" }) {
                    label value unknownReason
                  }
                }
              }
              cohorts(range: { from: "2010-12-01", to: "2012-01-01" }, segment: { key: "worth" }) {
                label size cells { offset active }
              }
            }
            """);

        // While December runs, its churn and its ages are of another day than the whole month's.
        var compared = truth.Indicators(december).Where(one => one.Key is not ("churn_rate" or "recency")).ToList();
        Assert.Equal(11, compared.Count);
        foreach (var (key, expected) in compared)
        {
            var values = answer["kpis"]!["nodes"]!.AsArray()
                .Single(kpi => kpi!["key"]!.GetValue<string>() == key)!["values"]!;
            Assert.Null(values[0]!["value"]);
            Assert.Contains(
                "known from 2011-12-10", values[0]!["unknownReason"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Null(values[1]!["unknownReason"]);
            var actual = values[1]!["value"].Exact();
            Assert.True(
                actual is null == expected is null && Math.Abs((actual - expected) ?? 0) <= 0.0000006m,
                FormattableString.Invariant($"{key}: {actual}, counted {expected}"));
        }

        foreach (var (row, month) in answer["cohorts"]!.AsArray().Zip(RetailTruth.Months))
        {
            Assert.Equal(truth.CohortCell(month, 0), Int(row!, "size"));
            Assert.All(row!["cells"]!.AsArray(), cell =>
                Assert.Equal(truth.CohortCell(month, Int(cell!, "offset")), Int(cell!, "active")));
        }
    }

    private static IReadOnlyList<string> Expected(string key, RetailPeople people) => key switch
    {
        "often" => people.Where((_, orders) => orders.Count >= 5),
        "big" => people.Where((_, orders) => orders.Sum(o => o.Amount) >= 1_000m),
        "asleep" => people.Where((_, orders) => orders.Count > 0 && Now - Utc(orders[^1]) > TimeSpan.FromDays(90)),
        "busy" => people.Where((_, orders) => orders.Count(o => Utc(o) > Now.AddDays(-60)) >= 2),
        "autumn" => people.Where((_, orders) =>
            orders.Where(o => Utc(o) <= Now.AddDays(-90) && Utc(o) > Now.AddDays(-180)).Sum(o => o.Amount) > 500m),

        // Who only ever returned goods has no order either.
        "gone" => people.Where((_, orders) => orders.All(o => o.At.AddMonths(6) <= Now)),
        "german" => people.Where((customer, _) => people.CountryOf(customer) == "Germany"),
        "best" => Best(people),
        "missed" =>
        [
            .. Expected("often", people).Intersect(Expected("asleep", people))
                .Union(Expected("german", people).Except(Expected("big", people))),
        ],
        _ => people.Where((_, orders) => orders.Any(o => o.Month == (2011 * 12) + 10)),
    };

    private static IReadOnlyList<string> Best(RetailPeople people)
    {
        var scores = people.Truth.Scores(Now.Date);
        return people.Where((customer, _) => scores.TryGetValue(customer, out var score) && score is { R: >= 4, M: 5 });
    }

    private RetailPeople People()
    {
        Skip.If(retail.People is null, "The Online Retail data are not here.");
        return retail.People!;
    }

    private static int Int(JsonNode node, string name) => node[name]!.GetValue<int>();

    private static DateTime Utc(RetailOrder order) => TimeZoneInfo.ConvertTimeToUtc(order.At, London);
}
