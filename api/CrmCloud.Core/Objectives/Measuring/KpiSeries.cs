using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>Values of indicators at one grain and moment, for requests and workers alike.</summary>
public sealed class KpiSeries(
    FigureSource source, Grain grain, DateTimeOffset now, Freshness freshness, Currency currency)
{
    private readonly Dictionary<(string Key, int Period), IndicatorValue?> _values = [];

    public Grain Grain => grain;

    public PeriodCalendar Calendar => source.Definitions.Calendar;

    public DateTimeOffset Now => now;

    public Freshness Freshness => freshness;

    /// <summary>Writes figures for people.</summary>
    public FigureText Text => new(currency);

    /// <summary>The period that runs.</summary>
    public int Running => Calendar.PeriodOf(grain, NowMs);

    private long NowMs => now.ToUnixTimeMilliseconds();

    /// <summary>Whose members alone are counted, and what is known of them; null for all customers.</summary>
    public SegmentFigures? Segment { get; init; }

    /// <param name="of">Without a segment all customers count.</param>
    public static async Task<KpiSeries> ReadAsync(
        ITenantStore store, Tenant tenant, (Grain Grain, string? SegmentId) of,
        DateTimeOffset now, CancellationToken stop)
    {
        var reader = new FigureReader(store, tenant);
        var source = await reader.SourceAsync(of.Grain, stop);
        if (of.SegmentId is not { } id)
        {
            return new(source, of.Grain, now, await reader.FreshnessAsync(now, stop), tenant.Money);
        }

        var segment = await SegmentFigures.ReadAsync((store, tenant), id, (source, of.Grain), now, stop);
        return new(source, of.Grain, now, segment.Freshness, tenant.Money) { Segment = segment };
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
            value = Segment is { } segment ? segment.At(indicator, Calendar.Bounds(grain, period), NowMs)
                : IndicatorCatalog.Evaluate(indicator, source, grain, period, NowMs);
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

    // A count is 0, not unknown, long before the shop opened. Of a segment nothing is known so early.
    private bool IsBeforeTheBeginning(Indicator indicator, int period) =>
        Segment is null
            && indicator.Kind is not KpiKind.NetIncome
            && source.Totals.SumTo(grain, Metric.NewCustomers, period) == 0;
}

/// <param name="Index">Number of the period within its grain.</param>
public sealed record HistoryPoint(int Index, PeriodBounds Period, decimal Value);
