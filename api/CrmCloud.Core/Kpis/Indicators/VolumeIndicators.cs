using static CrmCloud.Core.Kpis.Formulas;

namespace CrmCloud.Core.Kpis;

/// <summary>How much was sold, to how many.</summary>
internal static class VolumeIndicators
{
    public static IReadOnlyList<Indicator> All { get; } =
    [
        new("orders", "Orders", "Qualifying orders of the period.", "orders")
        {
            Kind = KpiKind.Volume, Unit = Unit.Count, Better = Direction.Increase,
            Compute = f => Plain(f[Metric.Orders], Orders("orders", f[Metric.Orders])),
        },
        new("customers", "Active customers", "Customers with at least one qualifying order in the period.", "customers")
        {
            Kind = KpiKind.Volume, Unit = Unit.Count, Better = Direction.Increase,
            Compute = f => Plain(f[Metric.Customers], Orders("customers", f[Metric.Customers])),
        },
        new("new_customers", "New customers", "Customers whose first qualifying order is in the period.",
            "new_customers")
        {
            Kind = KpiKind.Volume, Unit = Unit.Count, Better = Direction.Increase,
            Compute = f => Plain(f[Metric.NewCustomers], Orders("new_customers", f[Metric.NewCustomers])),
        },
        new("revenue", "Revenue", "Gross sum of qualifying orders.", "revenue")
        {
            Kind = KpiKind.Revenue, Unit = Unit.Money, Better = Direction.Increase,
            Compute = f => Plain(f.Money(f[Metric.Revenue]), Gross(f)),
        },
        new("net_revenue", "Net revenue",
            "Gross sum of qualifying orders less refunds at their own date; a fully refunded order and its refunds "
            + "are both left out.",
            "revenue - refunds")
        {
            Kind = KpiKind.Revenue, Unit = Unit.Money, Better = Direction.Increase,
            Compute = NetRevenue,
        },
        new("average_order_value", "Average order value", "Gross revenue per qualifying order.", "revenue / orders")
        {
            Kind = KpiKind.CustomerValue, Unit = Unit.Money, Better = Direction.Increase,
            Compute = f => Quotient(
                f.Money(f[Metric.Revenue]), f[Metric.Orders], Gross(f), Orders("orders", f[Metric.Orders])),
        },
        new("arpu", "Revenue per active customer", "Gross revenue per customer who ordered in the period.",
            "revenue / customers")
        {
            Kind = KpiKind.CustomerValue, Unit = Unit.Money, Better = Direction.Increase,
            Compute = f => Quotient(
                f.Money(f[Metric.Revenue]), f[Metric.Customers], Gross(f), Orders("customers", f[Metric.Customers])),
        },
    ];

    private static IndicatorOperand Gross(PeriodFigures f) => Orders("revenue", f.Money(f[Metric.Revenue]));

    private static Ratio NetRevenue(PeriodFigures f)
    {
        var refunds = f.Money(f[Metric.Refunds]);
        return Plain(
            f.Money(f[Metric.Revenue]) - refunds,
            Gross(f),
            new IndicatorOperand("refunds", refunds, "refunds"),
            new IndicatorOperand("refunds_counted", f[Metric.RefundCount], "refunds"),
            new IndicatorOperand("refunds_naming_no_known_order", f[Metric.UnlinkedRefunds], "refunds"));
    }
}
