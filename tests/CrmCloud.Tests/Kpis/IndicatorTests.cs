using CrmCloud.Core.Kpis;

namespace CrmCloud.Tests.Kpis;

public sealed class IndicatorTests
{
    private static readonly PeriodCalendar Calendar = PeriodCalendar.Of(new CalendarSettings("Europe/London"));
    private readonly MeasurementSums _measurements = new();
    private readonly TotalsTable _totals = new();
    private readonly Definitions _definitions = new(Calendar);
    private long _nextId = 1;

    [Fact]
    public void There_are_eighteen_indicators_each_with_its_own_key_and_words()
    {
        string[] keys =
        [
            "orders", "customers", "new_customers", "revenue", "net_revenue", "average_order_value", "arpu",
            "repeat_purchase_rate", "retention_rate", "churn_rate", "conversion_rate", "recency", "frequency",
            "monetary", "net_income", "net_income_growth", "acquisition_cost", "retention_cost",
        ];

        Assert.Equal(keys, IndicatorCatalog.All.Select(i => i.Key));
        Assert.All(IndicatorCatalog.All, i => Assert.True(i.Name.Length > 4 && i.Description.Length > 20));
        Assert.All(keys, key => Assert.Equal(key, IndicatorCatalog.Find(key)!.Key));
        Assert.Null(IndicatorCatalog.Find("nothing"));
    }

    [Fact]
    public void Without_any_fact_counts_are_0_and_everything_divided_is_unknown()
    {
        string[] counts = ["orders", "customers", "new_customers", "revenue", "net_revenue"];
        foreach (var indicator in IndicatorCatalog.All)
        {
            Assert.Equal(counts.Contains(indicator.Key) ? 0 : null, Value(indicator.Key).Value);
        }
    }

    [Fact]
    public void A_fully_refunded_order_and_its_refunds_leave_every_figure_a_partial_refund_only_net_revenue()
    {
        Customer(
            Order("2026-10-02", 100_00, id: 501),
            Refund("2026-11-02", 60_00, of: 501), Refund("2026-11-03", 40_00, of: 501),
            Order("2026-11-05", 80_00, id: 502), Refund("2026-11-06", 30_00, of: 502),
            Refund("2026-11-07", 5_00, of: 0));

        Assert.Equal(0m, Value("revenue", "2026-10-15").Value);
        Assert.Equal(0m, Value("net_revenue", "2026-10-15").Value);
        Assert.Equal(80m, Value("revenue").Value);
        Assert.Equal(45m, Value("net_revenue").Value);
        Assert.Equal(1m, Value("new_customers").Value);
        var excluded = Assert.Single(Value("orders", "2026-10-15").Excluded);
        Assert.Equal(("orders refunded in full", 1), (excluded.Reason, excluded.Count));
        Assert.Equal(2, Assert.Single(Value("net_revenue").Excluded).Count);
        Assert.Equal(1, Operand(Value("net_revenue"), "refunds_naming_no_known_order"));
    }

    [Fact]
    public void A_cancellation_takes_the_order_it_names_and_no_other()
    {
        Customer(
            Order("2026-11-02", 10_00, id: 501), Fact("2026-11-03", FactKind.Cancellation, 0, of: 501),
            Refund("2026-11-04", 4_00, of: 501),
            Order("2026-11-05", 20_00), Fact("2026-11-06", FactKind.Cancellation, 0, of: 999));

        Assert.Equal(1m, Value("orders").Value);
        Assert.Equal(20m, Value("net_revenue").Value);
        Assert.Equal(
            ["cancelled orders", "refunds of orders that were left out"],
            Value("orders").Excluded.Select(e => e.Reason));
    }

    [Fact]
    public void Retention_compares_sets_so_customers_who_return_do_not_stand_in_for_those_who_left()
    {
        Customer(Order("2026-08-03", 1_00), Order("2026-11-03", 1_00));
        Customer(Order("2026-10-03", 1_00));
        Customer(Order("2026-10-04", 1_00), Order("2026-11-04", 1_00));
        Customer(Order("2026-10-05", 1_00));

        var value = Value("retention_rate");

        Assert.Equal((33.333333m, 1m, 3m), (value.Value, value.Numerator, value.Denominator));
    }

    [Fact]
    public void Churn_is_told_at_the_instant_the_window_ends_and_not_before()
    {
        var end = At("2026-08-10T12:00") + (long)TimeSpan.FromDays(90).TotalMilliseconds;
        Customer(end - 1, Order("2026-08-10T12:00", 1_00));
        Assert.Equal(0m, Value("churn_rate", now: end - 1).Value);

        _totals.Merge(_totals, -1);
        Customer(end, Order("2026-08-10T12:00", 1_00));
        var value = Value("churn_rate", now: end);
        Assert.Equal((100m, 1m, 1m), (value.Value, value.Numerator, value.Denominator));
    }

    [Fact]
    public void Conversion_counts_customers_with_their_interval_and_falls_back_on_measured_exposures()
    {
        for (var i = 0; i < 10; i++)
        {
            Customer(i < 3
                ? [Visit("2026-11-02"), Visit("2026-11-03"), Order("2026-11-09", 1_00)]
                : [Visit("2026-11-02")]);
        }

        var value = Value("conversion_rate");
        _measurements.Add("exposures", new DateOnly(2026, 11, 4), 1_000);
        _measurements.Add("exposures", new DateOnly(2026, 10, 4), 1_000);
        Customer(Order("2026-10-09", 1_00));

        Assert.Equal((30m, 3m, 10m), (value.Value, value.Numerator, value.Denominator));
        // Wilson 95 % for 3 of 10: 10.78 % to 60.32 % (Newcombe 1998, method 3).
        Assert.Equal(10.779127m, Operand(value, "interval_low_95"));
        Assert.Equal(60.322185m, Operand(value, "interval_high_95"));
        Assert.Equal(10m, Value("conversion_rate").Denominator);
        var measured = Value("conversion_rate", "2026-10-20");
        Assert.Equal((0.1m, 1m, 1_000m), (measured.Value, measured.Numerator, measured.Denominator));
    }

    [Fact]
    public void Measured_indicators_are_unknown_without_measurements_and_flag_a_change_of_sign()
    {
        Customer(Order("2026-10-09", 1_00), Order("2026-11-02", 1_00));
        Customer(Order("2026-11-02", 1_00));
        Customer(Order("2026-11-03", 1_00));
        Assert.Null(Value("net_income").Value);
        Assert.Null(Value("acquisition_cost").Value);

        _measurements.Add("net_income", new DateOnly(2026, 10, 31), -200);
        _measurements.Add("net_income", new DateOnly(2026, 11, 1), 70.50m);
        _measurements.Add("net_income", new DateOnly(2026, 11, 30), 29.50m);
        _measurements.Add("acquisition_cost", new DateOnly(2026, 11, 5), 45);
        _measurements.Add("retention_cost", new DateOnly(2026, 11, 5), 8);

        Assert.Equal(100m, Value("net_income").Value);
        Assert.Equal((150m, true), (Value("net_income_growth").Value, Value("net_income_growth").SignChanged));
        Assert.Equal(22.5m, Value("acquisition_cost").Value);
        Assert.Equal(8m, Value("retention_cost").Value);
        Assert.Null(Value("net_income_growth", "2026-10-09").Value);
    }

    [Fact]
    public void Growth_from_zero_is_unknown()
    {
        _measurements.Add("net_income", new DateOnly(2026, 10, 31), 0);
        _measurements.Add("net_income", new DateOnly(2026, 11, 1), 10);

        Assert.Null(Value("net_income_growth").Value);
        Assert.False(Value("net_income_growth").SignChanged);
    }

    [Fact]
    public void Averages_are_rounded_half_even_to_six_decimals()
    {
        Customer(Order("2026-11-02", 1_00), Order("2026-11-03", 1_00), Order("2026-11-04", 0_01));

        Assert.Equal(0.67m, Value("average_order_value").Value);
        Assert.Equal(2.01m, Value("arpu").Value);
        Assert.Equal(100m, Value("repeat_purchase_rate").Value);
        Assert.Equal(3m, Value("frequency").Value);
    }

    [Fact]
    public void The_running_month_says_so_and_ages_count_to_today()
    {
        Customer(Order("2026-11-02", 1_00));
        var now = At("2026-11-12T23:00");

        var value = Value("recency", now: now);

        Assert.Equal((10m, false, now), (value.Value, value.IsComplete, value.AsOf));
        Assert.Equal(28m, Value("recency").Value);
        Assert.True(Value("recency").IsComplete);
        Assert.Null(IndicatorCatalog.Evaluate(
            IndicatorCatalog.Find("orders")!, Source, Grain.Month, Month("2026-12-01"), now));
    }

    [Fact]
    public void Yen_have_no_minor_unit()
    {
        Assert.Equal(1_250m, new Definitions(Calendar) { MinorDigits = 0 }.Major(1_250));
        Assert.Equal(1.25m, new Definitions(Calendar) { MinorDigits = 3 }.Major(1_250));
    }

    [Fact]
    public void Windows_outside_their_bounds_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Definitions(Calendar) { ChurnWindow = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new Definitions(Calendar) { RetentionWindow = TimeSpan.FromDays(40_000) });
    }

    private FigureSource Source => new(_totals, _measurements, _definitions);

    private IndicatorValue Value(string key, string day = "2026-11-15", long? now = null) =>
        IndicatorCatalog.Evaluate(
            IndicatorCatalog.Find(key)!, Source, Grain.Month, Month(day), now ?? At("2027-01-15"))!;

    private static decimal? Operand(IndicatorValue value, string name) =>
        value.Operands.Single(o => o.Name == name).Value;

    private static int Month(string day) => Calendar.PeriodOf(Grain.Month, At(day));

    private void Customer(params Fact[] facts) => Customer(At("2027-01-15"), facts);

    private void Customer(long now, params Fact[] facts)
    {
        var history = new CustomerHistory();
        foreach (var fact in facts)
        {
            history.Replace(fact);
        }

        _totals.Add(Contribution.Of(history, _definitions, now));
    }

    private Fact Order(string at, long amount, long id = 0) => Fact(at, FactKind.Purchase, amount, id: id);

    private Fact Refund(string at, long amount, long of) => Fact(at, FactKind.Refund, amount, of);

    private Fact Visit(string at) => Fact(at, FactKind.Interaction, 0) with { Type = "visit" };

    private Fact Fact(string at, FactKind kind, long amount, long of = 0, long id = 0) =>
        new(id == 0 ? _nextId++ : id, 1, kind, At(at)) { Amount = amount, RefundOf = of };

    private static long At(string text) =>
        DateTimeOffset.Parse(text + (text.Contains('T') ? "Z" : "T09:00Z")).ToUnixTimeMilliseconds();
}
