namespace CrmCloud.Core.Kpis;

/// <summary>Customers whose first qualifying order is in one period, and how many of them ordered later on.</summary>
/// <param name="Size">Customers of the cohort.</param>
public sealed record CohortFigures(PeriodBounds Period, long Size, IReadOnlyList<CohortCellFigures> Cells);

/// <param name="Offset">Periods after the cohort's own; 0 is the cohort's period, where all of them ordered.</param>
/// <param name="Rate">Active / size in percent points, half-even to 6 decimals; null for an empty cohort.</param>
/// <param name="IsComplete">False while the cell's period runs: the count so far.</param>
public sealed record CohortCellFigures(int Offset, long Active, decimal? Rate, bool IsComplete);

/// <summary>Reads the cohort matrix out of the totals.</summary>
public static class Cohorts
{
    /// <summary>The cohorts that start on the local dates [start, end), each up to the period that runs now.</summary>
    /// <remarks>At most <see cref="Grains.CohortOffsets"/> cells each. A late first order moves its customer.</remarks>
    public static IEnumerable<CohortFigures> Of(
        TotalsTable totals, PeriodCalendar calendar, Grain grain, (DateOnly Start, DateOnly End) range, long now)
    {
        var current = calendar.PeriodOf(grain, now);
        return calendar.Between(grain, range.Start, range.End)
            .TakeWhile(period => period.Index <= current)
            .Select(period => Cohort(totals, calendar, period, current, now));
    }

    private static CohortFigures Cohort(
        TotalsTable totals, PeriodCalendar calendar, PeriodBounds period, int current, long now)
    {
        var size = totals.CohortCell(period.Grain, period.Index, 0);
        var count = Math.Min(current - period.Index + 1, Grains.CohortOffsets(period.Grain));
        var cells = Enumerable.Range(0, count).Select(offset =>
        {
            var active = totals.CohortCell(period.Grain, period.Index, offset);
            var complete = calendar.Bounds(period.Grain, period.Index + offset).IsComplete(now);
            return new CohortCellFigures(offset, active, Formulas.Divided(active, size, 100), complete);
        });
        return new CohortFigures(period, size, [.. cells]);
    }
}
