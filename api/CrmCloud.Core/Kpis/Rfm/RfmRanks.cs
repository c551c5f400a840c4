using System.Runtime.InteropServices;

namespace CrmCloud.Core.Kpis;

/// <summary>What RFM ranks, one entry per customer with a qualifying order; as columns.</summary>
/// <remarks>Recency is the local day of the last order: a later day is better, and days passing change no rank.</remarks>
public sealed class RfmRanks(int capacity = 0)
{
    private readonly List<long> _keys = new(capacity);
    private readonly List<long> _lastDays = new(capacity);
    private readonly List<long> _orders = new(capacity);
    private readonly List<long> _amounts = new(capacity);

    public int Count => _keys.Count;

    internal ReadOnlySpan<long> Keys => CollectionsMarshal.AsSpan(_keys);

    internal ReadOnlySpan<long> Values(RfmDimension dimension) =>
        CollectionsMarshal.AsSpan(dimension switch
        {
            RfmDimension.Recency => _lastDays,
            RfmDimension.Frequency => _orders,
            _ => _amounts,
        });

    /// <summary>Adds a customer; one without a qualifying order is not ranked and is passed over.</summary>
    public void Add(long key, CustomerProfile profile, RfmMonetary monetary)
    {
        if (profile.LastOrderDay is { } day)
        {
            Add(key, day, profile.Orders, AmountOf(profile, monetary));
        }
    }

    internal void Add(long key, int lastDay, int orders, long amount)
    {
        _keys.Add(key);
        _lastDays.Add(lastDay);
        _orders.Add(orders);
        _amounts.Add(amount);
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
