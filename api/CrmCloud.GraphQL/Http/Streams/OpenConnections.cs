using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Http;

/// <summary>Counts event streams and sockets, in all and for each caller.</summary>
internal sealed class OpenConnections(StreamLimits limits)
{
    private readonly Lock _changing = new();
    private readonly Dictionary<object, int> _byCaller = [];
    private int _count;

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
            var open = _byCaller.GetValueOrDefault(caller);
            if (open >= limits.ConnectionsPerCaller)
            {
                return null;
            }

            _byCaller[caller] = open + 1;
        }

        return new Place(() => Close(caller));
    }

    private void Close(object caller)
    {
        lock (_changing)
        {
            var open = _byCaller[caller] - 1;
            if (open == 0)
            {
                _byCaller.Remove(caller);
            }
            else
            {
                _byCaller[caller] = open;
            }
        }
    }

    private sealed class Place(Action close) : IDisposable
    {
        private Action? _close = close;

        public void Dispose() => Interlocked.Exchange(ref _close, null)?.Invoke();
    }
}
