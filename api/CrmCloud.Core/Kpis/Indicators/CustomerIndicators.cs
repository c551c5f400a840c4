using static CrmCloud.Core.Kpis.Formulas;

namespace CrmCloud.Core.Kpis;

/// <summary>How customers behave: who comes back, who is lost, who converts.</summary>
internal static class CustomerIndicators
{
    public static IReadOnlyList<Indicator> All { get; } =
    [
        new("repeat_purchase_rate", "Repeat purchase rate",
            "Of the customers who ordered in the period, the share with at least two orders in it.",
            "100 * repeat_customers / customers")
        {
            Kind = KpiKind.RepeatRate, Unit = Unit.Percent, Better = Direction.Increase,
            Compute = f => Percent(
                f[Metric.RepeatCustomers], f[Metric.Customers],
                Orders("repeat_customers", f[Metric.RepeatCustomers]), Orders("customers", f[Metric.Customers])),
        },
        new("retention_rate", "Retention rate",
            "Of the customers of the previous period (or, with a retention window, of those active at the start), the "
            + "share still there. Compared as sets: customers who return do not stand in for customers who left.",
            "100 * kept / customers_before")
        {
            Kind = KpiKind.RetentionRate, Unit = Unit.Percent, Better = Direction.Increase,
            Compute = Retention,
        },
        new("churn_rate", "Churn rate",
            "Of the customers active at the period's start (an order within the churn window), the share that was no "
            + "longer active at its end.",
            "100 * lost / active_at_start")
        {
            Kind = KpiKind.ChurnRate, Unit = Unit.Percent, Better = Direction.Decrease,
            Compute = Churn,
        },
        new("conversion_rate", "Conversion rate",
            "Of the customers exposed in the period, the share with an order within the attribution window of one of "
            + "those exposures; counted in the exposure's period, so late orders restate it.",
            "100 * converted / exposed")
        {
            Kind = KpiKind.ConversionRate, Unit = Unit.Percent, Better = Direction.Increase,
            Compute = Conversion,
        },
        new("recency", "Recency", "Mean over customers of whole local days since the last qualifying order.",
            "(customers * today - sum_of_last_order_days) / customers")
        {
            Kind = KpiKind.Recency, Unit = Unit.Days, Better = Direction.Decrease,
            Compute = Recency,
        },
        new("frequency", "Frequency", "Mean number of qualifying orders per customer who ever ordered.",
            "orders_so_far / customers_so_far")
        {
            Kind = KpiKind.Frequency, Unit = Unit.Ratio, Better = Direction.Increase,
            Compute = f => Mean(f, "orders_so_far", f.UpTo(Metric.Orders)),
        },
        new("monetary", "Monetary value", "Mean gross revenue per customer who ever ordered.",
            "revenue_so_far / customers_so_far")
        {
            Kind = KpiKind.Monetary, Unit = Unit.Money, Better = Direction.Increase,
            Compute = f => Mean(f, "revenue_so_far", f.Money(f.UpTo(Metric.Revenue))),
        },
    ];

    private static Ratio Retention(PeriodFigures f)
    {
        var (kept, of) = f.Kept();
        return Percent(
            kept, of, Orders("kept", kept), Orders("customers_before", of),
            Setting("retention_window_days", (decimal?)f.Definitions.RetentionWindow?.TotalDays));
    }

    private static Ratio Churn(PeriodFigures f)
    {
        var atStart = f.UpTo(Metric.ActiveAtStartMoves);
        return Percent(
            f[Metric.Lost], atStart, Orders("lost", f[Metric.Lost]), Orders("active_at_start", atStart),
            Setting("churn_window_days", (decimal)f.Definitions.ChurnWindow.TotalDays));
    }

    // Without a single recorded exposure the tenant may still have measured how many there were.
    private static Ratio Conversion(PeriodFigures f)
    {
        var measured = f[Metric.Exposed] == 0 ? f.Measured("exposures") : null;
        decimal hits = measured is null ? f[Metric.Converted] : f[Metric.Customers];
        var cases = measured ?? f[Metric.Exposed];
        var (low, high) = Wilson(hits, cases);
        return Percent(
            hits, cases,
            Orders("converted", hits),
            new IndicatorOperand("exposed", cases, measured is null ? "interactions" : "measurements"),
            new IndicatorOperand("interval_low_95", low, "orders"),
            new IndicatorOperand("interval_high_95", high, "orders"),
            Setting("attribution_window_days", (decimal)f.Definitions.AttributionWindow.TotalDays));
    }

    private static Ratio Recency(PeriodFigures f)
    {
        var customers = f.UpTo(Metric.NewCustomers);
        var days = (customers * (long)f.AsOfDay) - f.UpTo(Metric.LastOrderDayMoves);
        return Mean(f, "days_since_last_order", days);
    }

    private static Ratio Mean(PeriodFigures f, string name, decimal sum)
    {
        var customers = f.UpTo(Metric.NewCustomers);
        return Quotient(sum, customers, Orders(name, sum), Orders("customers_so_far", customers));
    }
}
