namespace CrmCloud.GraphQL.Execution;

/// <summary>Loads things by key for one request; see <see cref="DataLoader{TKey, TValue}"/>.</summary>
public abstract class DataLoader
{
    private protected DataLoader()
    {
    }

    /// <summary>The request this loader belongs to. Set before the first key is asked for.</summary>
    protected GraphQLRequest Request { get; private set; } = null!;

    private protected RequestWork Work { get; private set; } = null!;

    internal void Join(RequestWork work)
    {
        Work = work;
        Request = work.Request;
    }

    /// <summary>Starts loading the keys that wait. What they give is awaited by those who asked.</summary>
    internal abstract void Dispatch();
}

/// <summary>
/// Loads things by key: all keys that the resolvers of one request ask for before any of them waits for something else
/// are loaded by one call, and each key once in a request. A resolver takes its loader as a parameter.
/// </summary>
/// <remarks>
/// There is no timer. A call goes out when the resolvers that could be started have been started; keys asked for later,
/// after a resolver has waited, go out behind the work that is queued already. Instances are made for each request
/// with services of the container as constructor parameters.
/// </remarks>
public abstract class DataLoader<TKey, TValue> : DataLoader
    where TKey : notnull
{
    private readonly Lock _changing = new();
    private readonly Dictionary<TKey, TaskCompletionSource<TValue?>> _known = [];
    private List<TKey> _waiting = [];
    private bool _isQueued;

    /// <summary>Keys of one call at most; more are loaded by several calls. Default 250.</summary>
    protected virtual int MaximumBatch => 250;

    /// <summary>The value of the key, or null (default) when there is none.</summary>
    public Task<TValue?> LoadAsync(TKey key)
    {
        TaskCompletionSource<TValue?>? value;
        bool queue;
        lock (_changing)
        {
            if (_known.TryGetValue(key, out value))
            {
                return value.Task;
            }

            // What waits for the value goes on at once when it is there, so that the keys it asks for come together.
            _known[key] = value = new TaskCompletionSource<TValue?>();
            _waiting.Add(key);
            queue = !_isQueued && !Work.IsStarting;
            _isQueued |= queue;
        }

        if (queue)
        {
            ThreadPool.QueueUserWorkItem(static loader => loader.Dispatch(), this, preferLocal: false);
        }

        return value.Task;
    }

    /// <param name="keys">Each once, at most <see cref="MaximumBatch"/>.</param>
    /// <returns>What was found; a key may be missing.</returns>
    protected abstract Task<IReadOnlyDictionary<TKey, TValue>> LoadBatchAsync(
        IReadOnlyList<TKey> keys, CancellationToken stop);

    internal sealed override void Dispatch()
    {
        List<TKey> keys;
        lock (_changing)
        {
            (keys, _waiting) = (_waiting, []);
            _isQueued = false;
        }

        foreach (var batch in keys.Chunk(MaximumBatch))
        {
            _ = LoadAsync(batch);
        }
    }

    private async Task LoadAsync(TKey[] keys)
    {
        try
        {
            var found = await LoadBatchAsync(keys, Work.Cancellation).ConfigureAwait(false);
            Work.Starting(() => Give(keys, found));
        }
        catch (Exception failure)
        {
            // Each resolver that asked for one of the keys fails with it.
            foreach (var key in keys)
            {
                ValueOf(key).TrySetException(failure);
            }
        }
    }

    // Under a synchronization context those who wait would be queued one by one, and their keys not come together.
    private bool Give(TKey[] keys, IReadOnlyDictionary<TKey, TValue> found)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        foreach (var key in keys)
        {
            ValueOf(key).TrySetResult(found.GetValueOrDefault(key));
        }

        SynchronizationContext.SetSynchronizationContext(context);
        return true;
    }

    private TaskCompletionSource<TValue?> ValueOf(TKey key)
    {
        lock (_changing)
        {
            return _known[key];
        }
    }
}
