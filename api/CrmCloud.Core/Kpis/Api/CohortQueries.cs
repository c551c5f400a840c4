using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Kpis.Api;

/// <summary>Customers whose first qualifying order lies in one period, and who of them ordered later on.</summary>
public sealed record Cohort(DateRange Period, string Label, int Size, IReadOnlyList<CohortCell> Cells);

/// <param name="Offset">Periods after the cohort's own.</param>
/// <param name="Rate">Active / size in percent points; null for an empty cohort.</param>
/// <param name="Complete">False while the cell's period runs: the count so far.</param>
public sealed record CohortCell(int Offset, int Active, decimal? Rate, bool Complete);

public sealed class CohortQueries(KpiReading reading, PopulationReading populations)
{
    private const int MostCohorts = 400;

    /// <summary>
    /// Cohorts by first qualifying order: one row a cohort, one cell a period since. A late or cancelled first order
    /// moves its customer to another cohort.
    /// </summary>
    /// <param name="range">
    /// Local days on which cohorts begin; the last 12 periods where left out. At most 400 cohorts.
    /// </param>
    /// <param name="asOf">Counts only what happened up to this instant; now where left out.</param>
    /// <param name="segment">Counts only customers who are its members, or were at `asOf`.</param>
    [Query, RequiresScope(Scope.ObjectivesRead), Cost(20)]
    public async Task<IReadOnlyList<Cohort>> CohortsAsync(
        Caller caller, CancellationToken stop, Grain grain = Grain.Month, DateRangeInput? range = null,
        DateTimeOffset? asOf = null, SegmentRef? segment = null)
    {
        var context = segment is null
            ? await reading.AtAsync(caller, grain, asOf, stop)
            : await reading.FrameAsync(caller, grain, asOf, stop);
        var wanted = range ?? LastTwelve(context, grain);
        _ = Ranges.Periods(context.Calendar, grain, wanted, MostCohorts);
        var totals = segment is null
            ? context.Source.Totals
            : await populations.TotalsAsync(context, segment, stop);
        var cohorts = Cohorts.Of(totals, context.Calendar, grain, (wanted.From, wanted.To), context.Now);
        return [.. cohorts.Select(c => new Cohort(
            new(c.Period.Start, c.Period.End), c.Period.Label, checked((int)c.Size),
            [.. c.Cells.Select(cell =>
                new CohortCell(cell.Offset, checked((int)cell.Active), cell.Rate, cell.IsComplete))]))];
    }

    private static DateRangeInput LastTwelve(KpiContext context, Grain grain)
    {
        var current = context.Calendar.PeriodOf(grain, context.Now);
        return new(
            context.Calendar.Bounds(grain, Math.Max(0, current - 11)).Start,
            context.Calendar.Bounds(grain, current).End);
    }
}
