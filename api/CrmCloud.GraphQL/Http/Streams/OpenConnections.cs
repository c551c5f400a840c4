using System.Net;
using System.Net.Sockets;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Http;

/// <summary>Counts event streams and sockets, in all and for each caller.</summary>
internal sealed class OpenConnections(StreamLimits limits)
{
    private readonly Lock _changing = new();
    private readonly Dictionary<object, int> _byCaller = [];
    private readonly Dictionary<object, int> _unknownByAddress = [];
    private int _count;
    private int _unknown;

    /// <summary>
    /// For a socket that has not said who it is: it takes a place among its like, and none of those who have.
    /// </summary>
    /// <returns>The place, to be given back when it has said so; or the HTTP status that refuses it.</returns>
    public (IDisposable? Place, int Status) TryOpenUnknown(IPAddress? address)
    {
        var key = NetworkOf(address);
        lock (_changing)
        {
            if (_unknown >= limits.Unknown)
            {
                return (null, 503);
            }

            if (!TryAdd(_unknownByAddress, key, limits.UnknownPerAddress))
            {
                return (null, 429);
            }

            _unknown++;
        }

        return (new Place(() =>
        {
            lock (_changing)
            {
                _unknown--;
                Subtract(_unknownByAddress, key);
            }
        }), 0);
    }

    /// <returns>Null when there are as many as may be; else dispose it when the connection has ended.</returns>
    public IDisposable? TryOpen()
    {
        lock (_changing)
        {
            if (_count >= limits.Connections)
            {
                return null;
            }

            _count++;
        }

        Diagnostics.Connections.Add(1);
        return new Place(() =>
        {
            Diagnostics.Connections.Add(-1);
            lock (_changing)
            {
                _count--;
            }
        });
    }

    /// <param name="caller">Null when callers are not told apart.</param>
    /// <returns>As for <see cref="TryOpen"/>.</returns>
    public IDisposable? TryOpenFor(object? caller)
    {
        if (caller is null)
        {
            return new Place(() => { });
        }

        lock (_changing)
        {
            if (!TryAdd(_byCaller, caller, limits.ConnectionsPerCaller))
            {
                return null;
            }
        }

        return new Place(() =>
        {
            lock (_changing)
            {
                Subtract(_byCaller, caller);
            }
        });
    }

    // Who has one address of IPv6 has 2^64 of them.
    private static object NetworkOf(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address,
    };

    private static bool TryAdd(Dictionary<object, int> counts, object key, int most)
    {
        var open = counts.GetValueOrDefault(key);
        if (open >= most)
        {
            return false;
        }

        counts[key] = open + 1;
        return true;
    }

    private static void Subtract(Dictionary<object, int> counts, object key)
    {
        var open = counts[key] - 1;
        if (open == 0)
        {
            counts.Remove(key);
        }
        else
        {
            counts[key] = open;
        }
    }

    private sealed class Place(Action close) : IDisposable
    {
        private Action? _close = close;

        public void Dispose() => Interlocked.Exchange(ref _close, null)?.Invoke();
    }
}
