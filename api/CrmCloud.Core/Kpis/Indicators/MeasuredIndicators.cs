using static CrmCloud.Core.Kpis.Formulas;

namespace CrmCloud.Core.Kpis;

/// <summary>What needs figures from outside: income and costs that somebody recorded as measurements.</summary>
internal static class MeasuredIndicators
{
    public static IReadOnlyList<Indicator> All { get; } =
    [
        new("net_income", "Net income", "Net income as recorded; unknown where nothing was recorded.", "net_income")
        {
            Kind = KpiKind.NetIncome, Unit = Unit.Money, Better = Direction.Increase,
            Compute = f => Plain(f.Measured("net_income"), Measured("net_income", f.Measured("net_income"))),
        },
        new("net_income_growth", "Growth of net income",
            "Change of net income against the previous period, relative to its size. A change of sign is flagged.",
            "100 * (net_income - net_income_before) / abs(net_income_before)")
        {
            Kind = KpiKind.NetIncome, Unit = Unit.Percent, Better = Direction.Increase,
            Compute = Growth,
        },
        new("acquisition_cost", "Cost of winning a customer",
            "Recorded acquisition cost per new customer of the period.", "acquisition_cost / new_customers")
        {
            Kind = KpiKind.AcquisitionCost, Unit = Unit.Money, Better = Direction.Decrease,
            Compute = f => Cost(f, "acquisition_cost", "new_customers", f[Metric.NewCustomers]),
        },
        new("retention_cost", "Cost of keeping a customer",
            "Recorded retention cost per customer kept, as the retention rate counts them.", "retention_cost / kept")
        {
            Kind = KpiKind.Profitability, Unit = Unit.Money, Better = Direction.Decrease,
            Compute = f => Cost(f, "retention_cost", "kept", f.Kept().Kept),
        },
    ];

    private static Ratio Growth(PeriodFigures f)
    {
        var (now, before) = (f.Measured("net_income"), f.MeasuredBefore("net_income"));
        var growth = Percent(
            now - before, before is { } b ? Math.Abs(b) : null,
            Measured("net_income", now), Measured("net_income_before", before));
        return growth with { SignChanged = now is { } n && before is { } p && Math.Sign(n) * Math.Sign(p) < 0 };
    }

    private static Ratio Cost(PeriodFigures f, string key, string perName, long per) =>
        Quotient(f.Measured(key), per, Measured(key, f.Measured(key)), Orders(perName, per));
}
