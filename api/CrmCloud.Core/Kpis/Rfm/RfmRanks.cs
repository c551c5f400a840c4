namespace CrmCloud.Core.Kpis;

/// <summary>What RFM ranks, one entry per customer with a qualifying order; as columns.</summary>
/// <remarks>
/// Recency is the local day of the last order: a later day is better, and days passing change no rank.
/// </remarks>
public sealed class RfmRanks(int capacity = 16)
{
    private long[] _keys = new long[capacity];
    private long[] _lastDays = new long[capacity];
    private long[] _orders = new long[capacity];
    private long[] _amounts = new long[capacity];

    public int Count { get; private set; }

    internal ReadOnlySpan<long> Keys => _keys.AsSpan(0, Count);

    internal ReadOnlySpan<long> Values(RfmDimension dimension) => dimension switch
    {
        RfmDimension.Recency => _lastDays.AsSpan(0, Count),
        RfmDimension.Frequency => _orders.AsSpan(0, Count),
        _ => _amounts.AsSpan(0, Count),
    };

    /// <summary>Adds a customer; one without a qualifying order is not ranked and is passed over.</summary>
    public void Add(long key, CustomerProfile profile, RfmMonetary monetary)
    {
        if (profile.LastOrderDay is { } day)
        {
            Add(key, day, profile.Orders, AmountOf(profile, monetary));
        }
    }

    internal void Add(ProfileColumns profiles, RfmMonetary monetary)
    {
        var orders = profiles.Orders;
        for (var i = 0; i < orders.Length; i++)
        {
            if (orders[i] > 0)
            {
                Add(profiles.Key(i), profiles.LastOrderDay[i], orders[i], profiles.Amount(i, monetary));
            }
        }
    }

    private void Add(long key, int lastDay, int orders, long amount)
    {
        if (Count == _keys.Length)
        {
            Grow();
        }

        _keys[Count] = key;
        _lastDays[Count] = lastDay;
        _orders[Count] = orders;
        _amounts[Count] = amount;
        Count++;
    }

    private void Grow()
    {
        var length = Math.Max(16, 2 * Count);
        Array.Resize(ref _keys, length);
        Array.Resize(ref _lastDays, length);
        Array.Resize(ref _orders, length);
        Array.Resize(ref _amounts, length);
    }

    internal static long AmountOf(CustomerProfile profile, RfmMonetary monetary) => monetary switch
    {
        RfmMonetary.Gross => profile.Gross,
        RfmMonetary.Net => profile.Net,
        _ => profile.Mean ?? 0,
    };
}

public enum RfmDimension
{
    Recency,
    Frequency,
    Monetary,
}
