using System.Runtime.CompilerServices;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>Walks all documents of a query, page by page, in the order of their ids.</summary>
internal static class StorePages
{
    /// <param name="query">Sorted by id; its page size bounds what is in memory at once.</param>
    public static async IAsyncEnumerable<T> AllAsync<T>(
        ITenantStore store, Query query, [EnumeratorCancellation] CancellationToken stop) where T : class, IDocument
    {
        await foreach (var page in PagesAsync<T>(store, query, stop))
        {
            foreach (var item in page.Items)
            {
                yield return item;
            }
        }
    }

    /// <inheritdoc cref="AllAsync"/>
    public static async IAsyncEnumerable<Page<T>> PagesAsync<T>(
        ITenantStore store, Query query, [EnumeratorCancellation] CancellationToken stop) where T : class, IDocument
    {
        for (var more = true; more;)
        {
            var page = await store.QueryAsync<T>(query, stop);
            yield return page;
            more = page.HasMore;
            query = more ? query with { After = page.Positions[^1] } : query;
        }
    }
}
