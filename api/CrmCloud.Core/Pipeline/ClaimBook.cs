using CrmCloud.Store;

namespace CrmCloud.Core.Pipeline;

/// <summary>Takes and releases claims, each in its own partition.</summary>
public sealed class ClaimBook(ITenantStore store)
{
    /// <summary>The claim on a unique key, or null when it is free.</summary>
    public Task<Claim?> FindAsync(string kind, string hash, CancellationToken stop) =>
        store.FindAsync<Claim>(Claim.KeyOf(kind, hash), stop);

    /// <summary>
    /// Takes each claim for its owner. A claim already the owner's is written anew, so that whoever gives it up at the
    /// same time meets a conflict; one with a version is a change of owner.
    /// </summary>
    /// <returns>
    /// False when somebody else has one of them: what was decided no longer holds, and none made here stays.
    /// </returns>
    public async Task<bool> TakeAsync(IReadOnlyList<Claim> claims, CancellationToken stop)
    {
        var attempt = Guid.NewGuid().ToString("N");
        var made = new List<Claim>();
        foreach (var claim in claims.Select(c => c with { TakenBy = attempt }))
        {
            if (await TrySaveAsync(claim, stop))
            {
                made.AddRange(claim.Version == 0 ? [claim] : []);
            }
            else if (!await RenewAsync(claim, stop))
            {
                // Left behind they would keep others waiting for an owner who does not come.
                await TakeBackAsync(made, attempt);
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Of the claims to be given up those that name who gives them up, as stored. To be read before the owner is saved
    /// without his key: whoever gives it back to him later writes the claim anew, and <see cref="ReleaseAsync"/> leaves
    /// that one.
    /// </summary>
    public async Task<IReadOnlyList<ClaimRelease>> OwnedAsync(IReadOnlyCollection<Claim> claims, CancellationToken stop)
    {
        var owners = claims.DistinctBy(c => c.Key).ToDictionary(c => c.Key, c => c.OwnerId);
        var found = await store.FindAllAsync<Claim>(owners.Keys, stop);
        return
        [
            .. found.Where(c => c.Candidates.Contains(owners[c.Key])).Select(c => new ClaimRelease(c, owners[c.Key])),
        ];
    }

    /// <summary>
    /// Frees claims as they were read, or hands them to the first who shares them; one written since is left.
    /// </summary>
    /// <remarks>
    /// Deleted, not purged: versions go on after a deletion, so nobody takes another's new claim for the one he read.
    /// </remarks>
    public async Task ReleaseAsync(IReadOnlyList<ClaimRelease> owned, CancellationToken stop)
    {
        foreach (var (claim, leaver) in owned)
        {
            if (claim.Candidates.Where(id => id != leaver).ToList() is [var heir, ..] heirs)
            {
                await TrySaveAsync(claim with { OwnerId = heir, Sharers = heirs[1..], TakenAt = null }, stop);
            }
            else
            {
                await store.DeleteIfUnchangedAsync(claim, stop);
            }
        }
    }

    private async Task<bool> RenewAsync(Claim claim, CancellationToken stop)
    {
        var found = await store.FindAsync<Claim>(claim.Key, stop);
        return found?.OwnerId == claim.OwnerId
            && await TrySaveAsync(claim with { Version = found.Version, Sharers = Together(found, claim) }, stop);
    }

    // Several may begin to share at once; none of them may be forgotten.
    private static IReadOnlyList<string>? Together(Claim found, Claim claim) =>
        found.Sharers is null ? claim.Sharers
        : [.. found.Sharers.Union(claim.Sharers ?? []).Take(Claim.MostSharers)];

    private async Task<bool> TrySaveAsync(Claim claim, CancellationToken stop)
    {
        try
        {
            await store.SaveAsync(Batch.Of(claim), stop);
            return true;
        }
        catch (VersionConflictException)
        {
            return false;
        }
    }

    private async Task TakeBackAsync(List<Claim> made, string attempt)
    {
        foreach (var claim in made)
        {
            // One renewed since by somebody else for the same owner is his to keep.
            var found = await store.FindAsync<Claim>(claim.Key, CancellationToken.None);
            if (found?.TakenBy == attempt)
            {
                await store.DeleteIfUnchangedAsync(found, CancellationToken.None);
            }
        }
    }
}

/// <summary>A claim as stored, and who of those it names gives it up.</summary>
public sealed record ClaimRelease(Claim Claim, string Leaver);

/// <summary>Small additions to the store port that only the pipeline and the workers need.</summary>
public static class StoreExtensions
{
    /// <summary>The documents that exist among any number of keys, read by thousands.</summary>
    public static async Task<IReadOnlyList<T>> FindAllAsync<T>(
        this ITenantStore store, IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
        where T : class, IDocument
    {
        var found = new List<T>(keys.Count);
        foreach (var part in keys.Chunk(1_000))
        {
            found.AddRange(await store.FindManyAsync<T>(part, stop));
        }

        return found;
    }

    /// <summary>
    /// Writes a document that is about to be replaced by one in another partition, as it was read. Whoever decided on
    /// the same version of it conflicts from here on, so nothing he does can be lost with it.
    /// </summary>
    /// <returns>What to delete once its successor is there.</returns>
    /// <exception cref="VersionConflictException">It changed since it was read: decide anew.</exception>
    public static async Task<IDocument> FenceAsync(this ITenantStore store, IDocument document, CancellationToken stop)
    {
        await store.SaveAsync(Batch.Of(document), stop);
        return new Fenced(document.Key, document.Version + 1);
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

    private sealed record Fenced(DocumentKey Key, long Version) : IDocument;
}
