namespace CrmCloud.Benchmarks;

/// <summary>The same work written by hand over bare arrays, for one shop and one question: the yardstick.</summary>
internal sealed class PlainRecount(RecountEvents events)
{
    private static readonly byte[] MonthOfDay = Table();

    private readonly int[] _offsets = [.. events.Offsets];
    private readonly int[] _lastDay = new int[events.Customers];
    private readonly int[] _orders = new int[events.Customers];
    private readonly long[] _net = new long[events.Customers];
    private readonly int[] _cohorts = new int[RecountEvents.Months * RecountEvents.Months];

    /// <returns>Customers per segment, and the cohort checksum of the peer.</returns>
    public (int[] Segments, long Checksum) Run()
    {
        Array.Clear(_cohorts);
        var half = events.Customers / 2;
        Parallel.Invoke(() => Aggregate(0, half), () => Aggregate(half, events.Customers));
        var cuts = new[] { Cuts(c => _lastDay[c]), Cuts(c => _orders[c]), Cuts(c => _net[c]) };
        var segments = new int[11];
        for (var customer = 0; customer < _orders.Length; customer++)
        {
            if (_orders[customer] > 0)
            {
                segments[Segment(
                    Score(cuts[0], _lastDay[customer]), Score(cuts[1], _orders[customer]),
                    Score(cuts[2], _net[customer]))]++;
            }
        }

        return (segments, _cohorts.Select((n, i) => (long)n * (i + 1)).Sum());
    }

    private void Aggregate(int from, int to)
    {
        var start = RecountEvents.Start.ToUnixTimeSeconds();
        var cohorts = new int[_cohorts.Length];
        for (var customer = from; customer < to; customer++)
        {
            var (mask, orders, net, last) = (0L, 0, 0L, 0);
            for (var i = _offsets[customer]; i < _offsets[customer + 1]; i++)
            {
                net += events.Cents[i];
                if (events.Cents[i] > 0)
                {
                    orders++;
                    last = (int)((events.Second[i] - start) / 86_400);
                    mask |= 1L << MonthOfDay[last];
                }
            }

            (_orders[customer], _net[customer], _lastDay[customer]) = (orders, net, last);
            var first = System.Numerics.BitOperations.TrailingZeroCount(mask);
            for (var rest = mask; rest != 0; rest &= rest - 1)
            {
                var month = System.Numerics.BitOperations.TrailingZeroCount(rest);
                cohorts[(first * RecountEvents.Months) + month - first]++;
            }
        }

        lock (_cohorts)
        {
            for (var i = 0; i < cohorts.Length; i++)
            {
                _cohorts[i] += cohorts[i];
            }
        }
    }

    private long[] Cuts(Func<int, long> value)
    {
        var values = new long[_orders.Length];
        var count = 0;
        for (var customer = 0; customer < _orders.Length; customer++)
        {
            if (_orders[customer] > 0)
            {
                values[count++] = value(customer);
            }
        }

        Array.Sort(values, 0, count);
        return [.. Enumerable.Range(1, 4).Select(k => values[(((k * (long)count) + 4) / 5) - 1])];
    }

    private static int Score(long[] cuts, long value) =>
        1 + (cuts[0] < value ? 1 : 0) + (cuts[1] < value ? 1 : 0) + (cuts[2] < value ? 1 : 0)
        + (cuts[3] < value ? 1 : 0);

    private static int Segment(int r, int f, int m) => (r, f, m) switch
    {
        (5, 5, 5) => 0,
        ( >= 3, >= 3, >= 2) => 1,
        ( >= 2 and <= 4, >= 2 and <= 4, >= 2 and <= 4) => 2,
        ( >= 3 and <= 4, <= 3, >= 3) => 3,
        ( >= 4, <= 3, _) => 4,
        ( <= 2, >= 3 and <= 4, >= 4) => 5,
        ( <= 2, >= 2, >= 4) => 6,
        ( <= 3, >= 3, >= 3) => 7,
        ( >= 2 and <= 3, <= 3, <= 4) => 8,
        (1, _, _) => 9,
        _ => 10,
    };

    private static byte[] Table() =>
        [.. Enumerable.Range(0, (RecountEvents.Start.AddMonths(RecountEvents.Months) - RecountEvents.Start).Days)
            .Select(day => RecountEvents.Start.AddDays(day))
            .Select(date => (byte)(((date.Year - RecountEvents.Start.Year) * 12) + date.Month - 1))];
}
