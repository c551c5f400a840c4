using System.Text.Json.Nodes;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Objectives.Worker;
using CrmCloud.Store;

namespace CrmCloud.Tests.Objectives;

/// <summary>What happens as time passes and figures come in: progress, closing, alerts, decisions.</summary>
public sealed partial class WorkerTests : IAsyncLifetime
{
    private const string Progress = "progress(grain: MONTH) { label current expected percentDone status "
        + "previousPeriod samePeriodLastYear target reason freshness { stale } }";
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _shop = await Shop.OpenAsync(withOrders: false);
        await _shop.IncomeAsync(1_000, 1_010, 1_030, 1_020, 1_060, 1_080, 1_090, 1_120, 1_110, 1_150, 1_170, 1_200);
    }

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task Progress_follows_the_straight_path_month_by_month()
    {
        // From 1,200 at the end of February to 1,500 at the end of December: 30 a month.
        var id = await MakeAsync("Increase net income to 1,500 by 2026-12-31");
        var before = await ReadAsync(id, Progress);
        await MonthAsync(new(2026, 3, 1), 1_290);
        var ahead = (await ReadAsync(id, Progress))["progress"]!;
        await MonthAsync(new(2026, 4, 1), 1_260);
        var onTrack = (await ReadAsync(id, Progress))["progress"]!;
        await MonthAsync(new(2026, 5, 1), 1_230);
        var atRisk = (await ReadAsync(id, Progress))["progress"]!;
        await MonthAsync(new(2026, 6, 1), 1_100);
        var offTrack = (await ReadAsync(id, Progress))["progress"]!;

        Assert.Equal(
            ("PENDING", 1_200m, "No month has ended since the baseline; `current` is where it stood then."),
            (before["progress"]!["status"]!.GetValue<string>(), before["progress"]!["current"].Exact()!.Value,
                before["progress"]!["reason"]!.GetValue<string>()));
        Assert.NotNull(before["progress"]!["reason"]);
        Assert.Equal(("2026-03", 1_290m, 30m, "AHEAD"), Of(ahead, "percentDone"));
        Assert.Equal(("2026-04", 1_260m, 1_259.803922m, "ON_TRACK"), Of(onTrack, "expected"));
        Assert.Equal(("2026-05", 1_230m, 10m, "AT_RISK"), Of(atRisk, "percentDone"));
        Assert.Equal(("2026-06", 1_100m, 1_230m, "OFF_TRACK"), Of(offTrack, "previousPeriod"));
        Assert.Equal(1_020m, offTrack["samePeriodLastYear"].Exact());
    }

    [Fact]
    public async Task Every_grain_shows_the_same_change_over_its_own_baseline()
    {
        var id = await MakeAsync("Increase net income by 10 % by 2026-12-31");
        await MonthAsync(new(2026, 3, 1), 1_250);

        var read = await ReadAsync(id, """
            day: progress(grain: DAY) { status } quarter: progress(grain: QUARTER) { status baseline: target label }
            year: progress(grain: YEAR) { status reason }
            series: progressSeries(grain: MONTH,
                range: {from: "2026-02-01", to: "2027-01-01"}) { label actual expected complete status }
            """);

        var series = read["series"]!.AsArray();
        Assert.Equal(11, series.Count);
        Assert.Equal(("2026-02", 1_200m),
            (series[0]!["label"]!.GetValue<string>(), series[0]!["actual"].Exact()!.Value));
        Assert.Equal(("2026-12", 1_320m, null),
            (series[^1]!["label"]!.GetValue<string>(), series[^1]!["expected"].Exact()!.Value,
            series[^1]!["actual"].Exact()));
        Assert.True(series.Skip(1).Zip(series.Skip(2)).All(p =>
            p.First!["expected"].Exact() < p.Second!["expected"].Exact()));
        Assert.Equal("PENDING", read["year"]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Progress_is_at_the_objectives_own_grain_unless_another_is_asked_for()
    {
        var id = await MakeAsync("Increase net income by 10 % by 2026-12-31", new { grain = "QUARTER" });

        Assert.Equal("QUARTER", (await ReadAsync(id, "progress { grain }"))["progress"]!["grain"]!.GetValue<string>());
    }

    [Fact]
    public async Task Targets_at_other_grains_are_written_with_the_digits_of_money()
    {
        var id = await MakeAsync("Increase net income by 7.77 % by 2026-12-31");

        var target = (await ReadAsync(id, "quarter: progress(grain: QUARTER) { target }"))["quarter"]!["target"]!;

        Assert.Matches(@"^\d+(\.\d{1,2})?$", target.GetValue<string>());
    }

    [Fact]
    public async Task What_was_before_a_stated_baseline_is_no_progress()
    {
        var id = await MakeAsync("Increase net income to 1,500 by 2026-12-31",
            new { baseline = new { value = "1300", at = "2026-03-02" } });

        var now = (await ReadAsync(id, Progress))["progress"]!;

        Assert.Equal("PENDING", now["status"]!.GetValue<string>());
        Assert.Null(now["percentDone"]);
        Assert.Null(now["expected"]);
    }

    [Fact]
    public async Task The_forecast_says_how_likely_the_target_is_and_how_it_knows()
    {
        var likely = await ReadAsync(await MakeAsync("Increase net income to 1,210 by 2026-06-30"), Forecast);
        var unlikely = await ReadAsync(await MakeAsync("Increase net income to 3,000 by 2026-06-30"), Forecast);
        var unknown = await ReadAsync(await MakeAsync("Net income", new
        {
            kpi = new { key = "net_income" },
            due = "2027-12-31",
            target = new { mode = "REACH_VALUE", direction = "INCREASE", amount = "20000" },
            grain = "YEAR",
        }), Forecast);

        Assert.True(likely["forecast"]!["reachProbability"].Exact() > 80, likely.ToJsonString());
        Assert.Equal(0m, unlikely["forecast"]!["reachProbability"].Exact());
        var forecast = likely["forecast"]!;
        Assert.True(forecast["low"].Exact() < forecast["atDue"].Exact()
            && forecast["atDue"].Exact() < forecast["high"].Exact(), forecast.ToJsonString());
        Assert.Contains("Holt", forecast["method"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(unknown["forecast"]!["atDue"]);
        Assert.NotNull(unknown["forecast"]!["reason"]);
    }

    [Fact]
    public async Task At_the_due_day_the_worker_closes_with_the_figure_that_decided()
    {
        var reached = await MakeAsync("Increase net income to 1,250 by 2026-04-30");
        var missed = await MakeAsync("Increase net income to 1,300 by 2026-04-30");
        var kept = await MakeAsync("Keep net income above 1,240 until 2026-04-30");
        var byHand = await MakeAsync("Increase net income to 1,300 by 2026-04-30");
        await _shop.Key.DoAsync("objectiveStatusSet", "ObjectiveStatusInput",
            new { id = byHand, status = "ABANDONED", reason = "other plans" }, "objective { id }");
        await MonthAsync(new(2026, 3, 1), 1_220);
        await _shop.MeasureAsync(new(2026, 4, 1), 1_260);
        await _shop.Key.WorkAsync();
        var before = await StatusAsync(reached);
        _shop.Clock.Now = new(2026, 4, 30, 23, 30, 0, TimeSpan.Zero);
        await _shop.Key.WorkAsync();
        await _shop.Key.WorkAsync();

        var closed = await ReadAsync(reached,
            "status log { to reason by { kind } evidence { label value } } history { nodes { operation } }");

        Assert.Equal("ACTIVE", before);
        Assert.Equal(["REACHED", "MISSED", "MISSED", "ABANDONED"],
            [await StatusAsync(reached), await StatusAsync(missed), await StatusAsync(kept),
            await StatusAsync(byHand)]);
        var last = closed["log"]!.AsArray()[^1]!;
        Assert.Equal(("REACHED", "SYSTEM_JOB", "2026-04", 1_260m),
            (last["to"]!.GetValue<string>(), last["by"]!["kind"]!.GetValue<string>(),
            last["evidence"]!["label"]!.GetValue<string>(), last["evidence"]!["value"].Exact()!.Value));
        Assert.Equal(["objectiveDue", "objectiveCreate"],
            closed["history"]!["nodes"]!.AsArray().Select(n => n!["operation"]!.GetValue<string>()));
        Assert.Contains("2026-03",
            (await ReadAsync(kept, "log { reason }"))["log"]!.AsArray()[^1]!["reason"]!.GetValue<string>(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_figure_that_is_not_recorded_yet_is_waited_for_a_week()
    {
        var id = await MakeAsync("Increase net income to 1,250 by 2026-03-31");
        _shop.Clock.Now = new(2026, 4, 3, 9, 0, 0, TimeSpan.Zero);
        await _shop.Key.WorkAsync();
        var waiting = await StatusAsync(id);
        _shop.Clock.Now = new(2026, 4, 9, 9, 0, 0, TimeSpan.Zero);
        await _shop.Key.WorkAsync();

        Assert.Equal(("ACTIVE", "MISSED"), (waiting, await StatusAsync(id)));
    }

    [Fact]
    public void A_forecast_of_a_plain_line_goes_on_with_the_line_and_repeats_to_the_digit()
    {
        var calendar = PeriodCalendar.Of(CalendarSettings.Utc);
        var first = calendar.PeriodOf(Grain.Month, new DateOnly(2024, 1, 1));
        List<HistoryPoint> line = [.. Enumerable.Range(0, 24).Select(i =>
            new HistoryPoint(first + i, calendar.Bounds(Grain.Month, first + i), 100 + (5 * i)))];
        var objective = new Core.Objectives.Objective
        {
            ObjectiveId = "x", Statement = "", WrittenAt = default, Beneficiary = default, Status = default,
                OwnerName = "", KpiKey = "orders", Grain = Grain.Month,
            Baseline = new(100, default, default, null, 1),
                Target = new(default, Direction.Increase, 0, null, 217, null, Unit.Count), Due = default,
            Measurability = new(true, 0, []), Stretch = new(default, null, "", 0, 0, null), CreatedAt = default,
        };

        var one = Forecasting.Of(objective, IndicatorCatalog.Find("orders")!, line, first + 24);
        var two = Forecasting.Of(objective, IndicatorCatalog.Find("orders")!, line, first + 24);

        Assert.Equal(one, two);
        Assert.InRange(one.Estimate!.AtDue, 217, 221);
    }

    private const string Forecast = "forecast { atDue low high reachProbability method points reason }";

    private static (string, decimal, decimal, string) Of(JsonNode progress, string field) =>
        (progress["label"]!.GetValue<string>(), progress["current"].Exact()!.Value, progress[field].Exact()!.Value,
            progress["status"]!.GetValue<string>());

    private static string KpiId(string key) => Core.Shared.GlobalId.Of("Kpi", key);

    private async Task<string> MakeAsync(string statement, object? more = null) =>
        (await _shop.ObjectiveAsync(statement, more))["id"]!.GetValue<string>();

    private async Task<JsonNode> ReadAsync(string id, string select) =>
        (await _shop.Key.GetAsync($"query($id: ID!) {{ objective(ref: {{id: $id}}) {{ {select} }} }}",
            new { id }))["objective"]!;

    private async Task<string> StatusAsync(string id) => (await ReadAsync(id, "status"))["status"]!.GetValue<string>();

    // Records a month's income and goes on to the first of the next month.
    private async Task MonthAsync(DateOnly month, decimal amount)
    {
        await _shop.MeasureAsync(month, amount);
        _shop.Clock.Now = new(month.AddMonths(1).ToDateTime(new TimeOnly(9, 0)), TimeSpan.Zero);
        await _shop.Key.WorkAsync();
    }
}
