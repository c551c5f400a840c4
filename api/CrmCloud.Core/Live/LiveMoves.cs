using System.Runtime.CompilerServices;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Execution;
using CrmCloud.Store;

namespace CrmCloud.Core.Live;

/// <summary>
/// Who enters and leaves segments, as it is saved. One reader follows a tenant's logs for all his subscribers, and
/// only while there are any.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class LiveMoves(TenantPulse pulse, LiveWatch watch, TimeProvider clock)
{
    private readonly EventHub<(TenantMode Tenant, string Segment), SegmentMove> _hub = new(LiveLimits.BufferedMoves);
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantMode, Reader> _readers = [];

    /// <summary>Tenants that are followed now.</summary>
    public int Followed
    {
        get
        {
            lock (_gate)
            {
                return _readers.Count;
            }
        }
    }

    /// <summary>Moves saved after this has returned; some saved just before may be among them.</summary>
    /// <remarks>Ends with SUBSCRIBER_TOO_SLOW; see <see cref="LiveLimits.Patience"/>.</remarks>
    /// <exception cref="GraphQL.GraphQLRequestException">TOO_MANY_SUBSCRIPTIONS.</exception>
    public async Task<IAsyncEnumerable<SegmentMove>> ListenAsync(
        Caller caller, string segmentId, CancellationToken stop)
    {
        var tenant = new TenantMode(caller.Tenant.Slug, caller.Mode);
        var reader = Join(tenant, caller.Store);
        var leaving = new Once(() => Leave(tenant, reader));
        stop.Register(leaving.Dispose);
        try
        {
            await reader.Ready.WaitAsync(stop);

            // Listened to before the first one is asked for, so that none falls between.
            return watch.Open(caller, (place, token) =>
            {
                var either = CancellationTokenSource.CreateLinkedTokenSource(token, reader.Failed);
                return ReadAsync(
                    _hub.Listen((tenant, segmentId), either.Token), reader, [place, leaving, either], token);
            }, stop);
        }
        catch
        {
            leaving.Dispose();
            throw;
        }
    }

    private static async IAsyncEnumerable<SegmentMove> ReadAsync(
        IAsyncEnumerable<SegmentMove> moves, Reader reader, IDisposable[] owned,
        [EnumeratorCancellation] CancellationToken stop)
    {
        using var ended = new Once(() => Array.ForEach(owned, one => one.Dispose()));
        await using var listening = moves.GetAsyncEnumerator(stop);
        while (await MovesOnAsync())
        {
            yield return listening.Current;
        }

        async Task<bool> MovesOnAsync()
        {
            try
            {
                return await listening.MoveNextAsync();
            }
            catch (OperationCanceledException) when (reader.Failed.IsCancellationRequested)
            {
                stop.ThrowIfCancellationRequested();
                await reader.Done;
                throw;
            }
        }
    }

    private Reader Join(TenantMode tenant, ITenantStore store)
    {
        lock (_gate)
        {
            if (!_readers.TryGetValue(tenant, out var reader))
            {
                _readers[tenant] = reader = new Reader();
                reader.Start(stop => FollowAsync(tenant, store, reader, stop));
            }

            reader.Listeners++;
            return reader;
        }
    }

    private void Leave(TenantMode tenant, Reader reader)
    {
        lock (_gate)
        {
            if (--reader.Listeners > 0)
            {
                return;
            }

            Forget(tenant, reader);
        }

        _ = reader.EndAsync();
    }

    private async Task FollowAsync(TenantMode tenant, ITenantStore store, Reader reader, CancellationToken stop)
    {
        try
        {
            var feed = await MoveFeed.OpenAsync(store, stop);
            reader.IsReady();
            while (true)
            {
                var next = pulse.Next(tenant);
                await TryReadAsync(feed, tenant, stop);
                await watch.WaitAsync(next, stop);
            }
        }
        finally
        {
            lock (_gate)
            {
                // Whoever comes now begins anew.
                Forget(tenant, reader);
            }
        }
    }

    private async Task TryReadAsync(MoveFeed feed, TenantMode tenant, CancellationToken stop)
    {
        try
        {
            await feed.ReadAsync(moves => GiveAsync(tenant, moves, stop), stop);
        }
        catch (StoreUnavailableException)
        {
            // Nothing is lost: the next look goes on where this one was.
        }
    }

    private async Task GiveAsync(TenantMode tenant, IReadOnlyList<SegmentMove> moves, CancellationToken stop)
    {
        for (var next = 0; next < moves.Count;)
        {
            // Anew when it has run out: the one it was spent on is ended, and the others have their own.
            using var patience = new CancellationTokenSource(LiveLimits.Patience, clock);
            for (; next < moves.Count && !patience.IsCancellationRequested; next++)
            {
                await _hub.PublishAsync((tenant, moves[next].SegmentId), moves[next], patience.Token);
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    private void Forget(TenantMode tenant, Reader reader)
    {
        if (_readers.GetValueOrDefault(tenant) == reader)
        {
            _readers.Remove(tenant);
        }
    }

    /// <summary>The one that follows a tenant's logs.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly CancellationTokenSource _failed = new();
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Those who wait for it or listen; changed under the gate.</summary>
        public int Listeners { get; set; }

        public Task Ready => _ready.Task;

        public Task Done { get; private set; } = Task.CompletedTask;

        /// <summary>Cancelled when it ended by itself: nobody is told anything any more.</summary>
        public CancellationToken Failed => _failed.Token;

        public void Start(Func<CancellationToken, Task> follow) => Done = Task.Run(async () =>
        {
            try
            {
                await follow(_stop.Token);
            }
            catch (Exception failure)
            {
                _ready.TrySetException(failure);
                await _failed.CancelAsync();
                throw;
            }
        });

        public void IsReady() => _ready.TrySetResult();

        /// <summary>When nobody listens any more.</summary>
        public async Task EndAsync()
        {
            await _stop.CancelAsync();
            await Done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Dispose();
        }

        public void Dispose()
        {
            _stop.Dispose();
            _failed.Dispose();
        }
    }
}
