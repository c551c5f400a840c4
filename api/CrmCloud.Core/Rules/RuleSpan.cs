using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Rules;

/// <summary>
/// A duration that can be added to instants, epoch milliseconds. Later instants never give earlier results.
/// </summary>
/// <remarks>
/// Hours, days and weeks are exact. Months and years lead to the same time since local midnight of the same day of the
/// month; where that month has no such day, to the end of the month; where that day is shorter, to its end.
/// </remarks>
internal sealed class RuleSpan
{
    private readonly PeriodCalendar _calendar;
    private readonly long _exactMs;
    private readonly int _months;

    public RuleSpan(RuleDuration duration, PeriodCalendar calendar)
    {
        const long hourMs = 3_600_000;
        _calendar = calendar;
        (_exactMs, _months) = duration.Unit switch
        {
            RuleTimeUnit.Hour => (duration.Count * hourMs, 0),
            RuleTimeUnit.Day => (duration.Count * 24 * hourMs, 0),
            RuleTimeUnit.Week => (duration.Count * 168 * hourMs, 0),
            RuleTimeUnit.Month => (0, duration.Count),
            _ => (0L, 12 * duration.Count),
        };
    }

    public long Add(long at)
    {
        if (_months == 0)
        {
            return at + _exactMs;
        }

        var day = _calendar.DayOf(at);
        var date = PeriodCalendar.DateOf(day);
        var month = new DateOnly(date.Year, date.Month, 1).AddMonths(_months);
        if (date.Day > DateTime.DaysInMonth(month.Year, month.Month))
        {
            return _calendar.StartOfDay(_calendar.DayOf(month.AddMonths(1)));
        }

        var target = _calendar.DayOf(month.AddDays(date.Day - 1));
        var sinceMidnight = at - _calendar.StartOfDay(day);
        return Math.Min(_calendar.StartOfDay(target) + sinceMidnight, _calendar.StartOfDay(target + 1));
    }

    /// <summary>The earliest instant that this duration leads beyond another instant.</summary>
    public long FirstBeyond(long now)
    {
        if (_months == 0)
        {
            return now - _exactMs + 1;
        }

        // A month has at most 31 days; two more for time zones. Add never decreases, so halving finds it.
        var low = now - ((_months * 31L) + 2) * 86_400_000;
        var high = now + 1;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (Add(middle) > now)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}

/// <summary>
/// When an event counts by its time: from <see cref="Enter"/> until, exclusive, <see cref="Leave"/>.
/// </summary>
internal abstract class WindowSpan
{
    public const long Never = long.MaxValue;

    /// <summary>Instants of the events that count now: [low, high).</summary>
    public abstract (long Low, long High) Bounds(long now);

    public abstract long Enter(long at);

    public virtual long Leave(long at) => Never;

    public static WindowSpan Of(RuleWindow? window, PeriodCalendar calendar) => window switch
    {
        null => new AllTime(long.MinValue),
        SinceWindow since => new AllTime(calendar.StartOfDay(calendar.DayOf(since.Date))),
        WithinWindow within => new Recent(new RuleSpan(within.Length, calendar)),
        AgoWindow ago => new Ago(new RuleSpan(ago.Newer, calendar), new RuleSpan(ago.Older, calendar)),
        CalendarWindow period =>
            new InPeriod(calendar, (Grain)(int)period.Unit, period.Period == RulePeriod.This ? 0 : 1),
        _ => throw new ArgumentException($"Unknown window {window.GetType().Name}.", nameof(window)),
    };

    private sealed class AllTime(long start) : WindowSpan
    {
        public override (long Low, long High) Bounds(long now) => (start, now + 1);

        public override long Enter(long at) => at >= start ? at : Never;
    }

    private sealed class Recent(RuleSpan length) : WindowSpan
    {
        public override (long Low, long High) Bounds(long now) => (length.FirstBeyond(now), now + 1);

        public override long Enter(long at) => at;

        public override long Leave(long at) => length.Add(at);
    }

    private sealed class Ago(RuleSpan newer, RuleSpan older) : WindowSpan
    {
        public override (long Low, long High) Bounds(long now) => (older.FirstBeyond(now), newer.FirstBeyond(now));

        public override long Enter(long at) => newer.Add(at);

        public override long Leave(long at) => older.Add(at);
    }

    // Calendars know 1970 to 2099; beyond their end nothing begins any more.
    private sealed class InPeriod(PeriodCalendar calendar, Grain grain, int back) : WindowSpan
    {
        public override (long Low, long High) Bounds(long now)
        {
            var period = calendar.PeriodOf(grain, now) - back;
            return period < 0 ? (0, 0) : (Start(period), back == 0 ? now + 1 : Start(period + 1));
        }

        public override long Enter(long at) => back == 0 ? at : Start(calendar.PeriodOf(grain, at) + 1);

        public override long Leave(long at) => Start(calendar.PeriodOf(grain, at) + 1 + back);

        private long Start(int period) => period > calendar.LastPeriod(grain)
            ? Never
            : calendar.StartOfDay(calendar.FirstDay(grain, period));
    }
}
