using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Kpis.Api;

/// <summary>
/// What values of one request are read from: the totals of one grain at one moment, and how fresh they are.
/// </summary>
public sealed class KpiContext(Caller caller, Grain grain, FigureSource source, long now, Freshness freshness)
{
    public Caller Caller => caller;

    public Tenant Tenant => caller.Tenant;

    public FigureSource Source => source;

    public PeriodCalendar Calendar => source.Definitions.Calendar;

    /// <summary>The asOf of the values, epoch milliseconds UTC.</summary>
    public long Now => now;

    public Freshness Freshness => freshness;

    /// <summary>Null for a period that has not begun.</summary>
    public KpiValue? Value(Indicator indicator, int period, Comparison? compare)
    {
        if (IndicatorCatalog.Evaluate(indicator, source, grain, period, now) is not { } value)
        {
            return null;
        }

        if (compare is not { } comparison || Other(grain, period, comparison) is not { } other)
        {
            return new KpiValue(value, this);
        }

        var previous = IndicatorCatalog.Evaluate(indicator, source, grain, other.Index, now);
        return new KpiValue(value, this) { Compared = KpiComparison.Of(value, previous, other) };
    }

    private PeriodBounds? Other(Grain grain, int period, Comparison comparison)
    {
        if (comparison == Comparison.PreviousPeriod)
        {
            return period == 0 ? null : Calendar.Bounds(grain, period - 1);
        }

        // The same date a year ago: February 29 compares with February 28.
        var lastYear = Calendar.Bounds(grain, period).Start.AddYears(-1);
        return lastYear.Year < 1970 ? null : Calendar.Bounds(grain, Calendar.PeriodOf(grain, lastYear));
    }
}
