namespace CrmCloud.Core.Kpis;

/// <summary>The totals and measurements that a formula may read, of one period at one moment.</summary>
internal sealed class PeriodFigures(TotalsTable totals, MeasurementSums measurements, Definitions definitions)
{
    public required PeriodBounds Period { get; init; }

    /// <summary>Epoch milliseconds UTC.</summary>
    public required long Now { get; init; }

    public Definitions Definitions => definitions;

    public long this[Metric metric] => totals[Period.Grain, metric, Period.Index];

    public long Before(Metric metric) => totals[Period.Grain, metric, Period.Index - 1];

    /// <summary>What the moves of a metric have come to in this period.</summary>
    public long UpTo(Metric metric) => totals.SumTo(Period.Grain, metric, Period.Index);

    public decimal Money(long minorUnits) => definitions.Major(minorUnits);

    public decimal? Measured(string key) => measurements.Sum(key, Period);

    public decimal? MeasuredBefore(string key) =>
        Period.Index == 0
            ? null
            : measurements.Sum(key, definitions.Calendar.Bounds(Period.Grain, Period.Index - 1));

    /// <summary>The local day at which ages count: the period's last day or, while it runs, today.</summary>
    public int AsOfDay => definitions.Calendar.DayOf(Period.AsOf(Now + 1) - 1);

    /// <summary>Customers kept, by the tenant's way of counting, and of how many.</summary>
    public (long Kept, long Of) Kept()
    {
        if (definitions.RetentionWindow is null)
        {
            return (this[Metric.Retained], Before(Metric.Customers));
        }

        var atStart = UpTo(Metric.RetainableMoves);
        return (atStart - this[Metric.NotRetained], atStart);
    }
}
