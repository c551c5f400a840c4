using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Kpis.Api;

public sealed class KpiQueries
{
    /// <summary>One indicator.</summary>
    [Query, RequiresScope(Scope.ObjectivesRead)]
    public Kpi? Kpi(KpiRef @ref, Caller caller)
    {
        var key = @ref.Key ?? GlobalId.Local(@ref.Id, "Kpi");
        return key is not null && IndicatorCatalog.Find(key) is { } indicator
            ? new Kpi(indicator, caller.Tenant)
            : null;
    }

    /// <summary>Every indicator, or those of some families.</summary>
    [Query, RequiresScope(Scope.ObjectivesRead)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public Connection<Kpi> Kpis(
        Caller caller, IReadOnlyList<KpiKind>? kind = null, int first = 50, string? after = null)
    {
        var all = IndicatorCatalog.All.Where(i => kind is null || kind.Contains(i.Kind)).ToList();
        var start = after is null ? 0 : 1 + all.FindIndex(i => i.Key == After(after));
        var page = all.Skip(start).Take(first).ToList();
        var edges = page.Select(i => new Edge<Kpi>(() => GlobalId.Of("Kpi", i.Key), new Kpi(i, caller.Tenant)))
            .ToList();
        var count = new Count(all.Count, CountPrecision.Exact, caller.Now);
        return new Connection<Kpi>(edges, start + page.Count < all.Count, _ => Task.FromResult(count));
    }

    private static string After(string cursor) =>
        GlobalId.Local(cursor, "Kpi")
            ?? throw new GraphQLRequestException("INVALID_CURSOR", "Not a cursor of this list.");
}

/// <summary>Values of an indicator.</summary>
[ExtendObjectType(typeof(Kpi))]
public sealed class KpiFields(KpiReading reading, PopulationReading populations)
{
    /// <summary>Periods of one answer.</summary>
    public const int MostPeriods = 1_200;

    /// <summary>The value of one period: the one that holds a day, by default today.</summary>
    /// <param name="at">A local day of the period; today where left out.</param>
    /// <param name="asOf">Counts only what happened up to this instant; now where left out.</param>
    /// <param name="segment">
    /// Counts only customers who were its members at the period's end. Null before it had any: see `unknownReason`.
    /// </param>
    [Cost(2)]
    public async Task<KpiValue?> ValueAsync(
        [Parent] Kpi kpi, Caller caller, CancellationToken stop,
        Grain grain = Grain.Month, DateOnly? at = null, DateTimeOffset? asOf = null, Comparison? compare = null,
        SegmentRef? segment = null)
    {
        var context = await FrameAsync(caller, (grain, asOf), segment, stop);
        var period = at is { } date
            ? context.Calendar.PeriodOf(grain, date)
            : context.Calendar.PeriodOf(grain, context.Now);
        context = await OfAsync(context, segment, kpi.Indicator, context.With(period, compare), stop);
        return context.Value(kpi.Indicator, period, compare);
    }

    /// <summary>One value a period, oldest first; periods that have not begun are left out.</summary>
    /// <param name="range">
    /// Local days; every period that overlaps them is answered whole. At most 1,200 periods.
    /// </param>
    /// <param name="asOf">Counts only what happened up to this instant; now where left out.</param>
    /// <param name="segment">
    /// Counts in each period only customers who were its members at the period's end. Null before it had any.
    /// </param>
    [Cost(5)]
    public async Task<IReadOnlyList<KpiValue>> ValuesAsync(
        [Parent] Kpi kpi, Grain grain, DateRangeInput range, Caller caller, CancellationToken stop,
        Comparison? compare = null, DateTimeOffset? asOf = null, SegmentRef? segment = null)
    {
        var context = await FrameAsync(caller, (grain, asOf), segment, stop);
        var periods = Ranges.Periods(context.Calendar, grain, range, MostPeriods);
        context = await OfAsync(
            context, segment, kpi.Indicator, periods.SelectMany(p => context.With(p.Index, compare)), stop);
        return [.. periods.Select(p => context.Value(kpi.Indicator, p.Index, compare)).OfType<KpiValue>()];
    }

    // A segment's totals are not the tenant's, so those need not be read.
    private Task<KpiContext> FrameAsync(
        Caller caller, (Grain Grain, DateTimeOffset? AsOf) when, SegmentRef? segment, CancellationToken stop) =>
        segment is null
            ? reading.AtAsync(caller, when.Grain, when.AsOf, stop)
            : reading.FrameAsync(caller, when.Grain, when.AsOf, stop);

    private async Task<KpiContext> OfAsync(
        KpiContext frame, SegmentRef? segment, Indicator indicator, IEnumerable<int> periods, CancellationToken stop) =>
        segment is null ? frame : await populations.OfAsync(frame, segment, indicator, periods, stop);
}

/// <summary>Ranges of days as callers give them.</summary>
public static class Ranges
{
    /// <exception cref="GraphQLRequestException">The range is empty, or holds too many periods.</exception>
    public static IReadOnlyList<PeriodBounds> Periods(
        PeriodCalendar calendar, Grain grain, DateRangeInput range, int most)
    {
        if (range.From >= range.To)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE",
                "range.to must be after range.from; it is the day after the last one.");
        }

        var periods = calendar.Between(grain, range.From, range.To).Take(most + 1).ToList();
        return periods.Count <= most
            ? periods
            : throw new GraphQLRequestException(
                "OUT_OF_RANGE", $"The range holds more than {most} periods; ask for fewer or a coarser grain.");
    }
}
