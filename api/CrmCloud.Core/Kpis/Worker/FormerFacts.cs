using CrmCloud.Core.Pipeline;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// Ends moves of facts between customers that were cut off half-way: the fact was written under its new customer, but
/// the process died before it was deleted under the former one.
/// </summary>
internal sealed class FormerFacts(ITenantStore store)
{
    /// <summary>Deletes the former copy, if it is still there and the fact has not moved back since.</summary>
    /// <returns>Whether there was one to delete.</returns>
    public async Task<bool> RemoveAsync(FactPut move, CancellationToken stop)
    {
        if (move.Former is not { } former
            || await FindAsync(former, stop) is not { } copy
            || !await IsOwnerAsync(move, copy, stop))
        {
            return false;
        }

        await store.DeleteIfUnchangedAsync(copy, stop);
        return true;
    }

    // Read after the copy: whoever moves the fact back claims it first and changes the copy then, so either the claim
    // or the copy's version tells us. Facts without a claim must not name each other.
    private async Task<bool> IsOwnerAsync(FactPut move, IFactSource copy, CancellationToken stop)
    {
        var parts = move.Source.Id.Split('/');
        return await new ClaimBook(store).FindAsync(parts[0], parts[2], stop) is { } claim
            ? claim.OwnerId == parts[1]
            : copy.Former != move.Source && await FindAsync(move.Source, stop) is not null;
    }

    private async Task<IFactSource?> FindAsync(DocumentKey key, CancellationToken stop) => key.Kind == "transaction"
        ? await store.FindAsync<TransactionSource>(key, stop)
        : await store.FindAsync<InteractionSource>(key, stop);
}
