using CrmCloud.Store;

namespace CrmCloud.Tests.Moving;

/// <summary>A store that ends as a killed process would: after a number of saves nothing is saved any more.</summary>
internal sealed class BreakingStore(IDocumentStore stores) : IDocumentStore
{
    private int _saves;

    /// <summary>Saves that still work; null for all.</summary>
    public int? Left { get; set; }

    /// <summary>Called before each page of a feed.</summary>
    public Func<Task> Reading { get; set; } = () => Task.CompletedTask;

    /// <summary>Called before each batch is saved.</summary>
    public Func<Batch, Task> Saving { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after each batch was saved.</summary>
    public Action<Batch>? Saved { get; set; }

    public int Saves => _saves;

    public ITenantStore Directory => new Breaking(this, stores.Directory);

    public ITenantStore Open(string tenant, DataMode mode) => new Breaking(this, stores.Open(tenant, mode));

    public Task CheckAsync(CancellationToken stop) => stores.CheckAsync(stop);

    public ValueTask DisposeAsync() => stores.DisposeAsync();

    private void Count()
    {
        if (Interlocked.Increment(ref _saves) > Left)
        {
            throw new KilledException();
        }
    }

    public sealed class KilledException : Exception;

    private sealed class Breaking(BreakingStore owner, ITenantStore store) : ITenantStore
    {
        public Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop)
            where T : class, IDocument => store.FindAsync<T>(key, stop);

        public Task<IReadOnlyList<T>> FindManyAsync<T>(IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
            where T : class, IDocument => store.FindManyAsync<T>(keys, stop);

        public Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop)
            where T : class, IDocument => store.QueryAsync<T>(query, stop);

        public async Task SaveAsync(Batch batch, CancellationToken stop)
        {
            owner.Count();
            await owner.Saving(batch);
            await store.SaveAsync(batch, stop);
            owner.Saved?.Invoke(batch);
        }

        public async Task<ChangePage> ReadChangesAsync(
            Container container, string? since, int take, CancellationToken stop)
        {
            await owner.Reading();
            return await store.ReadChangesAsync(container, since, take, stop);
        }
    }
}
