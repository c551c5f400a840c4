using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

/// <summary>Where actions are found.</summary>
internal static class ActionCatalog
{
    /// <summary>All of a tenant and mode, by key.</summary>
    public static async Task<IReadOnlyList<ActionDefinition>> LoadAsync(ITenantStore store, CancellationToken stop)
    {
        // Claims are taken one by one, so a race at the limit may leave a few more; they are read too.
        var query = new Query(Container.Master, "", "action") { Take = 2 * ActionDefinition.Most };
        var found = (await store.QueryAsync<ActionDefinition>(query, stop)).Items;
        return [.. found.OrderBy(action => action.ActionKey, StringComparer.Ordinal)];
    }

    /// <param name="actionId">As a caller claims it; anything may stand there.</param>
    public static Task<ActionDefinition?> FindAsync(ITenantStore store, string? actionId, CancellationToken stop) =>
        actionId is { Length: 32 } && actionId.All(char.IsAsciiHexDigitLower)
            ? store.FindAsync<ActionDefinition>(ActionDefinition.KeyOf(actionId), stop)
            : Task.FromResult<ActionDefinition?>(null);

    /// <summary>The action of a key, and the id that is reserved for it where it was claimed but never made.</summary>
    public static async Task<(ActionDefinition? Action, string? ReservedId)> ByKeyAsync(
        ITenantStore store, string key, CancellationToken stop)
    {
        var claim = await store.FindAsync<Claim>(ActionDefinition.ClaimOn(key, "").Key, stop);
        return claim is null ? default : (await FindAsync(store, claim.OwnerId, stop), claim.OwnerId);
    }

    /// <summary>Actions whose rules name segments, by the segments' keys; retired ones do not count.</summary>
    public static async Task<ILookup<string, INode>> UsingAsync(
        SegmentRulebook book, Caller caller, CancellationToken stop) =>
        (await LoadAsync(caller.Store, stop)).Where(action => action.Status != DefinitionStatus.Retired)
            .SelectMany(action => ReadyAction.Of(action, book.Compiler).Rules.SelectMany(rule => rule.References)
                .Distinct().Select(key => (key, action)))
            .ToLookup(pair => pair.key, pair => (INode)pair.action, StringComparer.Ordinal);
}
