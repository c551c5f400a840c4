using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Kpis.Api;

/// <summary>
/// What values of one request are read from: the totals of one grain at one moment, and how fresh they are.
/// </summary>
public sealed class KpiContext(Caller caller, Grain grain, FigureSource source, long now, Freshness freshness)
{
    private Population? _population;
    private IReadOnlyDictionary<int, IndicatorValue?>? _values;

    public Caller Caller => caller;

    public Grain Grain => grain;

    public Tenant Tenant => caller.Tenant;

    public FigureSource Source => source;

    public PeriodCalendar Calendar => source.Definitions.Calendar;

    /// <summary>The asOf of the values, epoch milliseconds UTC.</summary>
    public long Now => now;

    public Freshness Freshness => freshness;

    /// <summary>The same for a population, whose values are at hand by period.</summary>
    internal KpiContext Of(Population population, IReadOnlyDictionary<int, IndicatorValue?> values) =>
        new(caller, grain, source, now, population.Freshness with { AsOf = freshness.AsOf })
        {
            _population = population,
            _values = values,
        };

    /// <summary>Why a period has no value; null where nothing stands against one.</summary>
    public string? WhyUnknown(PeriodBounds period) =>
        _population?.WhyUnknown(PopulationReading.EndOf(period, now));

    /// <summary>Who counts in a period; null for everybody.</summary>
    internal IReadOnlySet<string>? MembersOf(PeriodBounds period) =>
        _population?.Before(PopulationReading.EndOf(period, now));

    /// <summary>A period and the one it is compared with.</summary>
    internal IEnumerable<int> With(int period, Comparison? compare) =>
        compare is { } comparison && Other(grain, period, comparison) is { } other ? [period, other.Index] : [period];

    /// <summary>Null for a period that has not begun.</summary>
    public KpiValue? Value(Indicator indicator, int period, Comparison? compare)
    {
        if (Evaluate(indicator, period) is not { } value)
        {
            return null;
        }

        if (compare is not { } comparison || Other(grain, period, comparison) is not { } other)
        {
            return new KpiValue(value, this);
        }

        var previous = Evaluate(indicator, other.Index);
        return new KpiValue(value, this) { Compared = KpiComparison.Of(value, previous, other) };
    }

    private IndicatorValue? Evaluate(Indicator indicator, int period) => _values is null
        ? IndicatorCatalog.Evaluate(indicator, source, grain, period, now)
        : _values.GetValueOrDefault(period);

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
