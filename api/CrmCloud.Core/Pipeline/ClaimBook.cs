using CrmCloud.Store;

namespace CrmCloud.Core.Pipeline;

/// <summary>Takes and releases claims, each in its own partition.</summary>
public sealed class ClaimBook(ITenantStore store)
{
    /// <summary>The claim on a unique key, or null when it is free.</summary>
    public Task<Claim?> FindAsync(string kind, string hash, CancellationToken stop) =>
        store.FindAsync<Claim>(Claim.KeyOf(kind, hash), stop);

    /// <summary>
    /// Takes each claim for its owner. A claim already the owner's is kept; one with a version is a change of owner.
    /// </summary>
    /// <returns>False when somebody else has one of them: what was decided no longer holds.</returns>
    public async Task<bool> TakeAsync(IReadOnlyList<Claim> claims, CancellationToken stop)
    {
        foreach (var claim in claims)
        {
            try
            {
                await store.SaveAsync(Batch.Of(claim), stop);
            }
            catch (VersionConflictException)
            {
                var found = await store.FindAsync<Claim>(claim.Key, stop);
                if (found?.OwnerId != claim.OwnerId)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Frees claims that are still the owner's.</summary>
    public async Task ReleaseAsync(IReadOnlyList<Claim> claims, CancellationToken stop)
    {
        foreach (var claim in claims)
        {
            var found = await store.FindAsync<Claim>(claim.Key, stop);
            if (found is not null && found.OwnerId == claim.OwnerId)
            {
                await PurgeAsync(found, stop);
            }
        }
    }

    private async Task PurgeAsync(Claim claim, CancellationToken stop)
    {
        try
        {
            await store.SaveAsync(new Batch().Purge(claim), stop);
        }
        catch (VersionConflictException)
        {
            // Taken over by another owner between reading and releasing: then it is no longer ours to free.
        }
    }
}

/// <summary>Small additions to the store port that only the pipeline and the workers need.</summary>
public static class StoreExtensions
{
    /// <summary>The documents that exist among any number of keys, read by thousands.</summary>
    public static async Task<IReadOnlyList<T>> FindAllAsync<T>(
        this ITenantStore store, IReadOnlyCollection<DocumentKey> keys, CancellationToken stop) where T : class, IDocument
    {
        var found = new List<T>(keys.Count);
        foreach (var part in keys.Chunk(1_000))
        {
            found.AddRange(await store.FindManyAsync<T>(part, stop));
        }

        return found;
    }

    /// <summary>Deletes a document as it was read; if it has changed or gone since, leaves it.</summary>
    public static async Task DeleteIfUnchangedAsync(this ITenantStore store, IDocument document, CancellationToken stop)
    {
        try
        {
            await store.SaveAsync(new Batch().Delete(document), stop);
        }
        catch (VersionConflictException)
        {
            // Changed since: whoever changed it decides about it. Gone: done already.
        }
    }
}
