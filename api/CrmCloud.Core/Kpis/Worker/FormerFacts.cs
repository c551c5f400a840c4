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
    public async Task RemoveAsync(FactPut move, CancellationToken stop)
    {
        if (move.Former is not { } former || await FindAsync(former, stop) is not { } copy)
        {
            return;
        }

        // Read after the copy: whoever moves the fact back claims it first and changes the copy then, so either the
        // claim or the copy's version tells us.
        var parts = move.Source.Id.Split('/');
        var claim = await new ClaimBook(store).FindAsync(parts[0], parts[2], stop);
        if (claim?.OwnerId is not { } owner || owner == parts[1] || owner.StartsWith(parts[1] + "/", StringComparison.Ordinal))
        {
            await store.DeleteIfUnchangedAsync(copy, stop);
        }
    }

    private async Task<IDocument?> FindAsync(DocumentKey key, CancellationToken stop) => key.Kind == "transaction"
        ? await store.FindAsync<TransactionSource>(key, stop)
        : await store.FindAsync<InteractionSource>(key, stop);
}
