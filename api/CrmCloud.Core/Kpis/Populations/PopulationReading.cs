using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;

namespace CrmCloud.Core.Kpis;

/// <summary>Figures of a population, each period with those who belonged to it at the period's end.</summary>
public sealed class PopulationReading(IEnumerable<PopulationSource> sources)
{
    private readonly PopulationSource[] _sources = [.. sources];

    /// <summary>What values of one indicator in some periods are read from; the periods compared with are in.</summary>
    /// <param name="frame">Of the whole tenant: says when and of which grain.</param>
    /// <exception cref="GraphQLRequestException">
    /// There is no such population, or the caller may not read it.
    /// </exception>
    public async Task<KpiContext> OfAsync(
        KpiContext frame, SegmentRef segment, Indicator indicator, IEnumerable<int> periods, CancellationToken stop)
    {
        var asked = periods.Select(period => frame.Calendar.Bounds(frame.Grain, period))
            .Where(bounds => bounds.StartAt <= frame.Now).DistinctBy(bounds => bounds.Index)
            .OrderByDescending(bounds => bounds.Index).ToList();
        var since = asked.Count == 0 ? frame.Now : EndOf(asked[^1], frame.Now);
        var population = await FindAsync(frame.Caller, segment, since, stop);
        var totals = await LoadAsync(frame, population, stop);
        var source = frame.Source with { Totals = totals.Totals, Measurements = new MeasurementSums() };
        var values = new Dictionary<int, IndicatorValue?>();
        foreach (var bounds in asked)
        {
            totals.BackTo(EndOf(bounds, frame.Now));
            values[bounds.Index] = population.WhyUnknown(EndOf(bounds, frame.Now)) is null
                ? IndicatorCatalog.Evaluate(indicator, source, frame.Grain, bounds.Index, frame.Now)
                : new IndicatorValue(indicator, bounds, null)
                {
                    AsOf = bounds.AsOf(frame.Now), IsComplete = bounds.IsComplete(frame.Now),
                };
        }

        return frame.Of(population, values);
    }

    /// <summary>Totals of those who belonged to a population at the frame's instant.</summary>
    /// <exception cref="GraphQLRequestException">
    /// There is no such population, the caller may not read it, or nobody knows who belonged to it then.
    /// </exception>
    public async Task<TotalsTable> TotalsAsync(KpiContext frame, SegmentRef segment, CancellationToken stop)
    {
        var population = await FindAsync(frame.Caller, segment, frame.Now + 1, stop);
        if (population.WhyUnknown(frame.Now + 1) is { } reason)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE", reason);
        }

        var totals = await LoadAsync(frame, population, stop);
        totals.BackTo(frame.Now + 1);
        return totals.Totals;
    }

    /// <summary>Who belongs to a population right before this instant belongs to it at the end of a period.</summary>
    internal static long EndOf(PeriodBounds bounds, long now) => Math.Min(bounds.EndAt, now + 1);

    private static Task<PopulationTotals> LoadAsync(KpiContext frame, Population population, CancellationToken stop) =>
        PopulationTotals.LoadAsync((frame.Caller.Store, frame.Caller.Tenant), population, frame.Grain,
            (frame.Source.Definitions, frame.Now), stop);

    private Task<Population> FindAsync(Caller caller, SegmentRef segment, long since, CancellationToken stop) =>
        _sources is [var source, ..]
            ? source.FindAsync(segment, caller, DateTimeOffset.FromUnixTimeMilliseconds(since), stop)
            : throw new GraphQLRequestException("NOT_FOUND", "There are no segments.");
}
