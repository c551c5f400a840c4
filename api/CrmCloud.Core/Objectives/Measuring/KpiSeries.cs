using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>Values of indicators at one grain and moment, for requests and workers alike.</summary>
/// <remarks>
/// The totals may be those of any population: a segment's objective needs another source and nothing else.
/// </remarks>
public sealed class KpiSeries(FigureSource source, Grain grain, DateTimeOffset now, Freshness freshness)
{
    private readonly Dictionary<(string Key, int Period), IndicatorValue?> _values = [];

    public Grain Grain => grain;

    public PeriodCalendar Calendar => source.Definitions.Calendar;

    public DateTimeOffset Now => now;

    public Freshness Freshness => freshness;

    /// <summary>The period that runs.</summary>
    public int Running => Calendar.PeriodOf(grain, NowMs);

    private long NowMs => now.ToUnixTimeMilliseconds();

    public static async Task<KpiSeries> ReadAsync(
        ITenantStore store, Tenant tenant, Grain grain, DateTimeOffset now, CancellationToken stop)
    {
        var reader = new FigureReader(store, tenant);
        var freshness = await reader.FreshnessAsync(now, stop);
        return new(await reader.SourceAsync(grain, stop), grain, now, freshness);
    }

    /// <summary>Null for a period that has not begun.</summary>
    public IndicatorValue? At(Indicator indicator, int period)
    {
        if (period < 0 || period > Calendar.LastPeriod(grain))
        {
            return null;
        }

        if (!_values.TryGetValue((indicator.Key, period), out var value))
        {
            value = IndicatorCatalog.Evaluate(indicator, source, grain, period, NowMs);
            _values.Add((indicator.Key, period), value);
        }

        return value;
    }

    /// <summary>The last complete period's value, whether known or not; null before one was completed.</summary>
    public IndicatorValue? LastComplete(Indicator indicator) => Running > 0 ? At(indicator, Running - 1) : null;

    /// <summary>
    /// Known values of complete periods without a gap, oldest first, ending with the last one. Periods before the
    /// tenant's first order or measurement are no history.
    /// </summary>
    /// <param name="most">At most so many.</param>
    public IReadOnlyList<HistoryPoint> History(Indicator indicator, int most)
    {
        var points = new List<HistoryPoint>();
        for (var period = Running - 1; period >= 0 && points.Count < most; period--)
        {
            if (At(indicator, period) is not { Value: { } value } found || IsBeforeTheBeginning(indicator, period))
            {
                break;
            }

            points.Add(new(period, found.Period, value));
        }

        points.Reverse();
        return points;
    }

    public FigureSnapshot Snapshot(IndicatorValue value) => new(
        value.Indicator.Key, value.Indicator.Name, grain, new DateRange(value.Period.Start, value.Period.End),
        value.Period.Label, value.Value, value.Numerator, value.Denominator, value.Indicator.Revision, value.IsComplete,
        freshness.ComputedAt, freshness.Stale);

    // A count is 0, not unknown, long before the shop opened.
    private bool IsBeforeTheBeginning(Indicator indicator, int period) =>
        indicator.Kind is not KpiKind.NetIncome && source.Totals.SumTo(grain, Metric.NewCustomers, period) == 0;
}

/// <param name="Index">Number of the period within its grain.</param>
public sealed record HistoryPoint(int Index, PeriodBounds Period, decimal Value);
