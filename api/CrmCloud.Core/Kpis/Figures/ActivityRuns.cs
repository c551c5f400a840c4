namespace CrmCloud.Core.Kpis;

/// <summary>When a customer counted as active: the union of [order, order + window), as disjoint runs.</summary>
/// <remarks>
/// Active at T means an order in (T - window, T]. Days are kept instead of instants, because only the first instants
/// of periods are ever asked for, and those are first instants of days.
/// </remarks>
internal sealed class ActivityRuns(PeriodCalendar calendar, Metric moves, Metric lost)
{
    // Of each run: the first day that starts within it, and the last one.
    public Growing<int> FirstDay = new();
    public Growing<int> LastDay = new();

    public Metric Moves => moves;

    public Metric Lost => lost;

    /// <summary>End of the last run, epoch milliseconds: the last order + window.</summary>
    public long EndAt { get; private set; }

    public int Count => FirstDay.Count;

    public void Build(ReadOnlySpan<long> orderAt, long windowMs)
    {
        FirstDay.Count = LastDay.Count = 0;
        if (orderAt.IsEmpty)
        {
            return;
        }

        var start = orderAt[0];
        var end = start + windowMs;
        foreach (var at in orderAt[1..])
        {
            if (at > end)
            {
                Close(start, end);
                start = at;
            }

            end = at + windowMs;
        }

        Close(start, end);
        EndAt = end;
    }

    private void Close(long start, long end)
    {
        FirstDay.Add(calendar.FirstDayFrom(start));
        LastDay.Add(calendar.DayOf(end - 1));
    }
}

/// <summary>The periods at whose first instant a customer was active, as spans that do not touch.</summary>
internal ref struct ActiveSpans(ActivityRuns runs, ReadOnlySpan<ushort> periodOfDay)
{
    private readonly ReadOnlySpan<ushort> _periodOfDay = periodOfDay;
    private int _run;

    public int First { get; private set; }

    public int Last { get; private set; }

    public bool Next()
    {
        var found = false;
        while (_run < runs.Count)
        {
            var firstDay = runs.FirstDay.Items[_run];
            var first = firstDay == 0 ? 0 : _periodOfDay[firstDay - 1] + 1;
            var last = _periodOfDay[runs.LastDay.Items[_run]];
            if (first <= last)
            {
                if (found && first > Last + 1)
                {
                    return true;
                }

                First = found ? First : first;
                Last = last;
                found = true;
            }

            _run++;
        }

        return found;
    }
}
