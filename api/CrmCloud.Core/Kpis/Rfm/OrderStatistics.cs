namespace CrmCloud.Core.Kpis;

/// <summary>Picks the k-th smallest values of a large array without sorting it.</summary>
internal static class OrderStatistics
{
    private const int Buckets = 1 << 12;

    // Below this many values sorting is quicker than another pass.
    private const int SortLimit = 2_048;

    /// <param name="ranks">1 is the smallest; ascending, each 1 to the number of values.</param>
    public static long[] Pick(ReadOnlySpan<long> values, ReadOnlySpan<int> ranks)
    {
        var picked = new long[ranks.Length];
        if (values.Length <= SortLimit)
        {
            var sorted = values.ToArray();
            Array.Sort(sorted);
            for (var i = 0; i < ranks.Length; i++)
            {
                picked[i] = sorted[ranks[i] - 1];
            }

            return picked;
        }

        var (low, high) = Bounds(values);
        if (low == high)
        {
            picked.AsSpan().Fill(low);
            return picked;
        }

        return Narrow(values, ranks, low, Shift(low, high), picked);
    }

    // One pass counts values per bucket of equal width, a second collects those buckets in which a rank lies.
    private static long[] Narrow(ReadOnlySpan<long> values, ReadOnlySpan<int> ranks, long low, int shift, long[] picked)
    {
        var counts = new int[Buckets];
        foreach (var value in values)
        {
            counts[BucketOf(value, low, shift)]++;
        }

        var (rank, before) = (0, 0);
        for (var bucket = 0; bucket < Buckets && rank < ranks.Length; bucket++)
        {
            var next = rank;
            while (next < ranks.Length && ranks[next] <= before + counts[bucket])
            {
                next++;
            }

            if (next > rank)
            {
                var inside = Collect(values, low, shift, bucket, counts[bucket]);
                var local = ranks[rank..next].ToArray();
                for (var i = 0; i < local.Length; i++)
                {
                    local[i] -= before;
                }

                Pick(inside, local).CopyTo(picked, rank);
                rank = next;
            }

            before += counts[bucket];
        }

        return picked;
    }

    private static long[] Collect(ReadOnlySpan<long> values, long low, int shift, int bucket, int count)
    {
        var inside = new long[count];
        var next = 0;
        foreach (var value in values)
        {
            if (BucketOf(value, low, shift) == bucket)
            {
                inside[next++] = value;
            }
        }

        return inside;
    }

    private static (long Low, long High) Bounds(ReadOnlySpan<long> values)
    {
        var (low, high) = (values[0], values[0]);
        foreach (var value in values)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        return (low, high);
    }

    private static int Shift(long low, long high)
    {
        var shift = 0;
        while (unchecked((ulong)(high - low)) >> shift >= Buckets)
        {
            shift++;
        }

        return shift;
    }

    private static int BucketOf(long value, long low, int shift) => (int)(unchecked((ulong)(value - low)) >> shift);
}
