namespace CrmCloud.Core.Kpis;

/// <summary>One period, half-open: its start belongs to it, its end to the next one.</summary>
/// <param name="Index">The number of the period within its grain, as <see cref="PeriodCalendar"/> counts.</param>
/// <param name="Start">First local date.</param>
/// <param name="End">The local date after the last one.</param>
/// <param name="StartAt">First instant, epoch milliseconds UTC.</param>
/// <param name="EndAt">First instant after it, epoch milliseconds UTC.</param>
public sealed record PeriodBounds(Grain Grain, int Index, DateOnly Start, DateOnly End, long StartAt, long EndAt)
{
    /// <summary>Such as 2026-11-21, 2026-W53, 2026-11, 2026-Q4, 2026; a shifted fiscal year reads FY2026-Q3.</summary>
    public required string Label { get; init; }

    /// <summary>Until when the figures of this period count at <paramref name="now"/>: its end, or now.</summary>
    public long AsOf(long now) => Math.Min(EndAt, now);

    public bool IsComplete(long now) => EndAt <= now;
}
