using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CrmCloud.Tests.Segments;

/// <summary>The product's own store, with something happening in between.</summary>
internal sealed class HookedStore(IDocumentStore stores) : IDocumentStore
{
    /// <summary>Called before documents of a type are read, outside of itself.</summary>
    public Func<Type, Task>? Reading { get; set; }

    /// <summary>Called before a batch is saved; what it throws is what the store throws.</summary>
    public Action<Batch>? Saving { get; set; }

    public ITenantStore Directory => new Hooked(this, stores.Directory);

    /// <summary>Puts it before the product's store; then <see cref="TestCloud.Stores"/> is one.</summary>
    public static void Install(IServiceCollection services)
    {
        var open = services.Single(service => service.ServiceType == typeof(IDocumentStore)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton<IDocumentStore>(
            provider => new HookedStore((IDocumentStore)open(provider))));
    }

    public ITenantStore Open(string tenant, DataMode mode) => new Hooked(this, stores.Open(tenant, mode));

    public Task CheckAsync(CancellationToken stop) => stores.CheckAsync(stop);

    public ValueTask DisposeAsync() => stores.DisposeAsync();

    private async Task BeforeAsync<T>()
    {
        if (Reading is { } hook)
        {
            Reading = null;
            await hook(typeof(T));
            Reading ??= hook;
        }
    }

    private sealed class Hooked(HookedStore hooks, ITenantStore store) : ITenantStore
    {
        public async Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop)
            where T : class, IDocument
        {
            await hooks.BeforeAsync<T>();
            return await store.FindAsync<T>(key, stop);
        }

        public async Task<IReadOnlyList<T>> FindManyAsync<T>(
            IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
            where T : class, IDocument
        {
            await hooks.BeforeAsync<T>();
            return await store.FindManyAsync<T>(keys, stop);
        }

        public async Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop)
            where T : class, IDocument
        {
            await hooks.BeforeAsync<T>();
            return await store.QueryAsync<T>(query, stop);
        }

        public Task SaveAsync(Batch batch, CancellationToken stop)
        {
            hooks.Saving?.Invoke(batch);
            return store.SaveAsync(batch, stop);
        }

        public Task<ChangePage> ReadChangesAsync(
            Container container, string? since, int take, CancellationToken stop) =>
            store.ReadChangesAsync(container, since, take, stop);
    }
}
