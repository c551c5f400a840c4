namespace CrmCloud.Core.Kpis;

/// <summary>One customer's orders grouped by period, in order of time; and what follows from that grouping.</summary>
internal sealed class GrainRows
{
    private int[] _period = new int[32];
    private int[] _orders = new int[32];
    private long[] _revenue = new long[32];
    private int[] _lastDay = new int[32];
    private int _count;

    public void Group(Ledger ledger, ReadOnlySpan<ushort> periodOfDay)
    {
        var days = ledger.OrderDay.Span;
        var amounts = ledger.OrderAmount.Span;
        Room(days.Length);
        var (row, last) = (-1, -1);
        for (var i = 0; i < days.Length; i++)
        {
            var period = periodOfDay[days[i]];
            if (period != last)
            {
                row++;
                _period[row] = last = period;
                _orders[row] = 0;
                _revenue[row] = 0;
            }

            _orders[row]++;
            _revenue[row] += amounts[i];
            _lastDay[row] = days[i];
        }

        _count = row + 1;
    }

    /// <summary>
    /// In the order of <see cref="Metric"/>: a contribution is sorted because its makers write in order.
    /// </summary>
    public void WriteOrders<TSink>(TSink sink, Grain grain)
        where TSink : struct, ICellSink
    {
        for (var i = 0; i < _count; i++)
        {
            sink.Add(grain, Metric.Orders, _period[i], _orders[i]);
        }

        for (var i = 0; i < _count; i++)
        {
            sink.Add(grain, Metric.Revenue, _period[i], _revenue[i]);
        }

        for (var i = 0; i < _count; i++)
        {
            sink.Add(grain, Metric.Customers, _period[i], 1);
        }

        for (var i = 0; i < _count; i++)
        {
            if (_orders[i] > 1)
            {
                sink.Add(grain, Metric.RepeatCustomers, _period[i], 1);
            }
        }
    }

    public void WriteSequence<TSink>(TSink sink, Grain grain)
        where TSink : struct, ICellSink
    {
        if (_count == 0)
        {
            return;
        }

        sink.Add(grain, Metric.NewCustomers, _period[0], 1);
        for (var i = 1; i < _count; i++)
        {
            if (_period[i] == _period[i - 1] + 1)
            {
                sink.Add(grain, Metric.Retained, _period[i], 1);
            }
        }

        var day = 0;
        for (var i = 0; i < _count; i++)
        {
            sink.Add(grain, Metric.LastOrderDayMoves, _period[i], _lastDay[i] - day);
            day = _lastDay[i];
        }
    }

    public void WriteCohorts<TSink>(TSink sink, Grain grain)
        where TSink : struct, ICellSink
    {
        var most = Grains.CohortOffsets(grain);
        for (var i = 0; i < _count && _period[i] - _period[0] < most; i++)
        {
            sink.AddCohort(grain, _period[0], _period[i] - _period[0]);
        }
    }

    private void Room(int count)
    {
        if (_period.Length < count)
        {
            var length = 2 * count;
            (_period, _orders) = (new int[length], new int[length]);
            (_revenue, _lastDay) = (new long[length], new int[length]);
        }
    }
}
