using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>Packed histories as columns in memory: for figures of a past instant, and for the recount.</summary>
public static class ColumnsReader
{
    private const int PageSize = 1_000;

    /// <summary>Everything recounted as it was at an instant: facts after it do not count.</summary>
    /// <remarks>
    /// Facts and settings are today's: what was recorded late or corrected since is in. Reads every history of the
    /// tenant, about 17 bytes a fact.
    /// </remarks>
    public static async Task<RecountResult> RecountAsync(
        ITenantStore store, Tenant tenant, DateTimeOffset asOf, CancellationToken stop, RecountScope? scope = null)
    {
        var state = await store.FindAsync<FigureState>(FigureState.KeyOf(), stop) ?? new FigureState();
        var columns = await ReadAsync(store, tenant, stop);
        return Recount.Run(columns, TenantDefinitions.Of(tenant, state.Revision), asOf.ToUnixTimeMilliseconds(), scope);
    }

    /// <summary>One set of columns for each bucket, in order.</summary>
    public static async Task<IReadOnlyList<Columns>> ReadAsync(
        ITenantStore store, Tenant tenant, CancellationToken stop)
    {
        var buckets = Shared.Buckets.Partitions.Take(Math.Clamp(tenant.Buckets, 1, Shared.Buckets.Most));
        return await Task.WhenAll(buckets.Select(bucket => Task.Run(() => ReadBucketAsync(store, bucket, stop), stop)));
    }

    /// <summary>The key under which a customer appears in columns.</summary>
    public static long KeyOf(string customerId) => Fact.IdOf(customerId);

    private static async Task<Columns> ReadBucketAsync(ITenantStore store, string bucket, CancellationToken stop)
    {
        var columns = new Columns();
        var chunks = new List<byte[]>();
        string? customer = null;
        await foreach (var chunk in StorePages.AllAsync<HistoryChunk>(
            store, new Query(Container.Figures, bucket, "history") { Take = PageSize }, stop))
        {
            if (customer is not null && customer != chunk.CustomerId)
            {
                columns.Add(KeyOf(customer), chunks);
                chunks.Clear();
            }

            customer = chunk.CustomerId;
            chunks.Add(chunk.Packed);
        }

        if (customer is not null)
        {
            columns.Add(KeyOf(customer), chunks);
        }

        return columns;
    }
}
