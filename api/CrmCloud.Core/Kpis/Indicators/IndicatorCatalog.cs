namespace CrmCloud.Core.Kpis;

/// <summary>The built-in indicators and how each is computed from totals. Definitions: README, "KPIs".</summary>
public static class IndicatorCatalog
{
    public static IReadOnlyList<Indicator> All { get; } =
        [.. VolumeIndicators.All, .. CustomerIndicators.All, .. MeasuredIndicators.All];

    private static readonly Dictionary<string, Indicator> ByKey = All.ToDictionary(i => i.Key, StringComparer.Ordinal);

    private static readonly (Metric Metric, string Reason)[] Reasons =
    [
        (Metric.FullyRefundedOrders, "orders refunded in full"),
        (Metric.CancelledOrders, "cancelled orders"),
        (Metric.NonPositiveAmounts, "orders or refunds of an amount of 0 or less"),
        (Metric.VanishedRefunds, "refunds of orders that were left out"),
        (Metric.QuotesAndLeads, "quotes and leads, which are no orders"),
    ];

    public static Indicator? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>
    /// Whether it rests on what is recorded for the tenant as a whole, so that no segment has a share.
    /// </summary>
    public static bool IsOfWholeTenantOnly(Indicator indicator) => MeasuredIndicators.All.Contains(indicator);

    /// <summary>One indicator in one period, from the totals of any population (tenant, segment).</summary>
    /// <param name="now">Epoch milliseconds UTC; a period that still runs gives its value so far.</param>
    /// <returns>Null for a period that has not begun.</returns>
    public static IndicatorValue? Evaluate(
        Indicator indicator, FigureSource source, Grain grain, int period, long now)
    {
        var bounds = source.Definitions.Calendar.Bounds(grain, period);
        if (bounds.StartAt > now)
        {
            return null;
        }

        var figures = new PeriodFigures(source.Totals, source.Measurements, source.Definitions)
        {
            Period = bounds,
            Now = now,
        };
        var ratio = indicator.Compute(figures);
        return new IndicatorValue(indicator, bounds, ratio.Value)
        {
            Numerator = ratio.Numerator,
            Denominator = ratio.Denominator,
            Operands = ratio.Operands,
            Excluded = [.. Left(figures)],
            AsOf = bounds.AsOf(now),
            IsComplete = bounds.IsComplete(now),
            SignChanged = ratio.SignChanged,
        };
    }

    private static IEnumerable<IndicatorExclusion> Left(PeriodFigures figures) =>
        Reasons.Where(r => figures[r.Metric] != 0).Select(r => new IndicatorExclusion(r.Reason, figures[r.Metric]));
}

/// <summary>What values are computed from: the totals of a population and what was measured beside them.</summary>
public sealed record FigureSource(TotalsTable Totals, MeasurementSums Measurements, Definitions Definitions);
