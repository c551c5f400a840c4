using CrmCloud.Core.Bulk;
using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>What an import that did not end has written for a tenant who is not there.</summary>
internal sealed class Leftovers(IDocumentStore stores, UploadStore uploads)
{
    private const int AtOnce = 50;

    // Stands for a tombstone that is to be removed, which only a document can be.
    private static readonly byte[] Placeholder = "{\"version\":1}"u8.ToArray();

    public async Task<bool> AnyAsync(string slug, CancellationToken stop)
    {
        foreach (var mode in TenantContent.Modes)
        {
            foreach (var container in TenantContent.Containers)
            {
                var page = await stores.Open(slug, mode).ReadChangesAsync(container, null, 1, stop);
                if (page.Changes.Count > 0 || !page.CaughtUp)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Removes every document, tombstone and file. The caller knows that the tenant is not there.</summary>
    public async Task RemoveAsync(string slug, CancellationToken stop)
    {
        foreach (var mode in TenantContent.Modes)
        {
            uploads.Open(slug, mode).Clear();
            foreach (var container in TenantContent.Containers)
            {
                await RemoveAsync(stores.Open(slug, mode), container, stop);
            }
        }
    }

    private static async Task RemoveAsync(ITenantStore store, Container container, CancellationToken stop)
    {
        var found = new List<Change>();
        await foreach (var change in TenantContent.ChangesAsync(store, container, stop))
        {
            found.Add(change with { Body = default });
            if (found.Count == 20 * AtOnce)
            {
                await RemoveAsync(store, found, stop);
                found.Clear();
            }
        }

        await RemoveAsync(store, found, stop);
    }

    private static async Task RemoveAsync(ITenantStore store, List<Change> found, CancellationToken stop)
    {
        foreach (var chunk in found.GroupBy(change => change.Key.Partition).SelectMany(some => some.Chunk(AtOnce)))
        {
            var (revive, purge) = (new Batch(), new Batch());
            foreach (var change in chunk)
            {
                var standing = new CarriedDocument(change.Key, change.Deleted ? 1 : change.Version, Placeholder, null);
                purge.Purge(standing);
                _ = change.Deleted ? revive.Carry(standing) : revive;
            }

            await store.SaveAsync(revive, stop);
            await store.SaveAsync(purge, stop);
        }
    }
}
