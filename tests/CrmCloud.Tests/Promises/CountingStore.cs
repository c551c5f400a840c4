using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CrmCloud.Tests.Promises;

/// <summary>The product's own store, and how often it was read.</summary>
internal sealed class CountingStore(IDocumentStore stores) : IDocumentStore
{
    private int _reads;

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Puts it before the product's store; then <see cref="TestCloud.Stores"/> is one.</summary>
    public static void Install(IServiceCollection services)
    {
        var open = services.Single(service => service.ServiceType == typeof(IDocumentStore)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton<IDocumentStore>(
            provider => new CountingStore((IDocumentStore)open(provider))));
    }

    public ITenantStore Directory => new Counted(this, stores.Directory);

    public ITenantStore Open(string tenant, DataMode mode) => new Counted(this, stores.Open(tenant, mode));

    public Task CheckAsync(CancellationToken stop) => stores.CheckAsync(stop);

    public ValueTask DisposeAsync() => stores.DisposeAsync();

    private ITenantStore Read(ITenantStore store)
    {
        Interlocked.Increment(ref _reads);
        return store;
    }

    private sealed class Counted(CountingStore counter, ITenantStore store) : ITenantStore
    {
        public Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop)
            where T : class, IDocument => counter.Read(store).FindAsync<T>(key, stop);

        public Task<IReadOnlyList<T>> FindManyAsync<T>(IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
            where T : class, IDocument => counter.Read(store).FindManyAsync<T>(keys, stop);

        public Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop)
            where T : class, IDocument => counter.Read(store).QueryAsync<T>(query, stop);

        public Task SaveAsync(Batch batch, CancellationToken stop) => store.SaveAsync(batch, stop);

        public Task<ChangePage> ReadChangesAsync(
            Container container, string? since, int take, CancellationToken stop) =>
            counter.Read(store).ReadChangesAsync(container, since, take, stop);
    }
}
