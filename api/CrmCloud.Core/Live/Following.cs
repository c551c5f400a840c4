using System.Runtime.CompilerServices;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Execution;
using CrmCloud.Store;

namespace CrmCloud.Core.Live;

/// <summary>Gives what was saved since the last call, in order.</summary>
internal delegate Task Look<T>(Func<IReadOnlyList<T>, Task> give, CancellationToken stop);

/// <summary>
/// Tells subscribers what is saved. One reader follows a tenant's store for all his subscribers, and only while there
/// are any.
/// </summary>
/// <param name="open">
/// Begins with what is saved from now on. It may ask whether anybody listens to a topic.
/// </param>
/// <param name="topicOf">What subscribers choose by, of their own tenant and mode.</param>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class Following<T>(
    TenantPulse pulse, LiveWatch watch, TimeProvider clock,
    Func<ITenantStore, Func<string, bool>, CancellationToken, Task<Look<T>>> open, Func<T, string> topicOf)
{
    private readonly EventHub<(TenantMode Tenant, string Topic), T> _hub = new(LiveLimits.Buffered);
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

    /// <summary>What is saved after this has returned; some saved just before may be among them.</summary>
    /// <remarks>Ends with SUBSCRIBER_TOO_SLOW; see <see cref="LiveLimits.Patience"/>.</remarks>
    /// <exception cref="GraphQL.GraphQLRequestException">TOO_MANY_SUBSCRIPTIONS.</exception>
    public async Task<IAsyncEnumerable<T>> ListenAsync(Caller caller, string topic, CancellationToken stop)
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
                    _hub.Listen((tenant, topic), either.Token), reader, [place, leaving, either], token);
            }, stop);
        }
        catch
        {
            leaving.Dispose();
            throw;
        }
    }

    private static async IAsyncEnumerable<T> ReadAsync(
        IAsyncEnumerable<T> told, Reader reader, IDisposable[] owned,
        [EnumeratorCancellation] CancellationToken stop)
    {
        using var ended = new Once(() => Array.ForEach(owned, one => one.Dispose()));
        await using var listening = told.GetAsyncEnumerator(stop);
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
            var look = await open(store, topic => _hub.ListenersOf((tenant, topic)) > 0, stop);
            reader.IsReady();
            while (true)
            {
                var next = pulse.Next(tenant);
                await TryLookAsync(look, tenant, stop);
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

    private async Task TryLookAsync(Look<T> look, TenantMode tenant, CancellationToken stop)
    {
        try
        {
            await look(news => GiveAsync(tenant, news, stop), stop);
        }
        catch (StoreUnavailableException)
        {
            // Nothing is lost: the next look goes on where this one was.
        }
    }

    private async Task GiveAsync(TenantMode tenant, IReadOnlyList<T> news, CancellationToken stop)
    {
        for (var next = 0; next < news.Count;)
        {
            // Anew when it has run out: the one it was spent on is ended, and the others have their own.
            using var patience = new CancellationTokenSource(LiveLimits.Patience, clock);
            for (; next < news.Count && !patience.IsCancellationRequested; next++)
            {
                await _hub.PublishAsync((tenant, topicOf(news[next])), news[next], patience.Token);
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

    /// <summary>The one that follows a tenant's store.</summary>
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
