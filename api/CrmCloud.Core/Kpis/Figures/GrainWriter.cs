namespace CrmCloud.Core.Kpis;

/// <summary>Writes the cells of one customer and one grain that do not come from grouping his orders.</summary>
internal static class GrainWriter
{
    /// <summary>Refunds that count, at their own date.</summary>
    public static void Refunds<TSink>(TSink sink, Grain grain, Ledger ledger, ReadOnlySpan<ushort> periodOfDay)
        where TSink : struct, ICellSink
    {
        if (ledger.RefundDay.Count == 0)
        {
            return;
        }

        var days = ledger.RefundDay.Span;
        Grouped(sink, grain, Metric.Refunds, days, periodOfDay, ledger.RefundAmount.Span);
        Grouped(sink, grain, Metric.RefundCount, days, periodOfDay, []);
        Grouped(sink, grain, Metric.UnlinkedRefunds, days, periodOfDay, ledger.RefundUnlinked.Span);
    }

    /// <summary>Counts of what was left out, reason by reason.</summary>
    public static void LeftOut<TSink>(TSink sink, Grain grain, Ledger ledger, ReadOnlySpan<ushort> periodOfDay)
        where TSink : struct, ICellSink
    {
        var items = ledger.LeftOut.Span;
        if (items.IsEmpty)
        {
            return;
        }

        for (var reason = Metric.FullyRefundedOrders; reason <= Metric.QuotesAndLeads; reason++)
        {
            var (period, count) = (-1, 0L);
            foreach (var item in items)
            {
                if (item.Reason != reason)
                {
                    continue;
                }

                var next = periodOfDay[item.Day];
                if (next != period && count > 0)
                {
                    sink.Add(grain, reason, period, count);
                    count = 0;
                }

                period = next;
                count++;
            }

            if (count > 0)
            {
                sink.Add(grain, reason, period, count);
            }
        }
    }

    /// <summary>
    /// One customer counts once per period, and converts when any exposure of the period led to an order.
    /// </summary>
    public static void Exposures<TSink>(
        TSink sink, Grain grain, Ledger ledger, ReadOnlySpan<bool> led, ReadOnlySpan<ushort> periodOfDay)
        where TSink : struct, ICellSink
    {
        var days = ledger.ExposureDay.Span;
        var last = -1;
        foreach (var day in days)
        {
            if (periodOfDay[day] != last)
            {
                last = periodOfDay[day];
                sink.Add(grain, Metric.Exposed, last, 1);
            }
        }

        last = -1;
        for (var i = 0; i < days.Length; i++)
        {
            if (led[i] && periodOfDay[days[i]] != last)
            {
                last = periodOfDay[days[i]];
                sink.Add(grain, Metric.Converted, last, 1);
            }
        }
    }

    /// <summary>
    /// Who was active at the first instant of each period, as moves; and in which period he was lost.
    /// </summary>
    /// <param name="now">
    /// Runs of past orders reach into the future, and are written there at once: only the loss itself waits for the
    /// end of the run, because until then nobody knows that no order follows.
    /// </param>
    public static void Activity<TSink>(
        TSink sink, Grain grain, ActivityRuns runs, PeriodCalendar calendar, long now)
        where TSink : struct, ICellSink
    {
        var spans = new ActiveSpans(runs, calendar.PeriodOfDay(grain));
        while (spans.Next())
        {
            sink.Add(grain, runs.Moves, spans.First, 1);
            if (spans.Last < calendar.LastPeriod(grain))
            {
                sink.Add(grain, runs.Moves, spans.Last + 1, -1);
            }
        }

        spans = new ActiveSpans(runs, calendar.PeriodOfDay(grain));
        var last = -1;
        while (spans.Next())
        {
            // Another span follows, so the period after this one's last has begun without him.
            AddLost(sink, grain, runs, last);
            last = spans.Last;
        }

        var over = last >= 0 && calendar.StartOfDay(calendar.FirstDay(grain, last + 1)) <= now;
        AddLost(sink, grain, runs, over || runs.EndAt <= now ? last : -1);
    }

    private static void AddLost<TSink>(TSink sink, Grain grain, ActivityRuns runs, int period)
        where TSink : struct, ICellSink
    {
        if (period >= 0)
        {
            sink.Add(grain, runs.Lost, period, 1);
        }
    }

    // The sum of values per period, or without values their number.
    private static void Grouped<TSink>(
        TSink sink, Grain grain, Metric metric, ReadOnlySpan<int> days, ReadOnlySpan<ushort> periodOfDay,
        ReadOnlySpan<long> values)
        where TSink : struct, ICellSink
    {
        var (period, sum) = ((int)periodOfDay[days[0]], 0L);
        for (var i = 0; i < days.Length; i++)
        {
            var next = periodOfDay[days[i]];
            if (next != period)
            {
                sink.Add(grain, metric, period, sum);
                (period, sum) = (next, 0);
            }

            sum += values.IsEmpty ? 1 : values[i];
        }

        sink.Add(grain, metric, period, sum);
    }
}
