using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives;

/// <summary>Finds objectives.</summary>
public static class ObjectiveLoading
{
    public const string ExternalClaim = "objective-external";

    public static Task<Objective?> ByIdAsync(ITenantStore store, string? id, CancellationToken stop) =>
        ByLocalIdAsync(store, GlobalId.Local(id, "Objective"), stop);

    public static async Task<Objective?> ByLocalIdAsync(ITenantStore store, string? localId, CancellationToken stop) =>
        localId is { Length: 32 } ? await store.FindAsync<Objective>(Objective.KeyOf(localId), stop) : null;

    public static async Task<Objective?> ByRefAsync(ITenantStore store, Ref reference, CancellationToken stop)
    {
        if (reference.ExternalId is not { } external)
        {
            return await ByIdAsync(store, reference.Id, stop);
        }

        // A claim alone is only a hint: its owner must have the key.
        var claim = await new ClaimBook(store).FindAsync(ExternalClaim, HashOf(external.Source, external.Id), stop);
        var owner = await ByLocalIdAsync(store, claim?.OwnerId, stop);
        return owner?.ExternalId == new ExternalId(external.Source, external.Id) ? owner : null;
    }

    /// <summary>All of them, at most <see cref="Objective.Most"/>.</summary>
    public static async Task<IReadOnlyList<Objective>> AllAsync(ITenantStore store, CancellationToken stop) =>
        (await store.QueryAsync<Objective>(new(Container.Master, "", "objective") { Take = Objective.Most },
            stop)).Items;

    public static string HashOf(string source, string id) => KeyHash.Of(source, id);

    /// <summary>Whether an objective would stand under itself.</summary>
    public static bool IsCycle(string objectiveId, string? parentId, IReadOnlyList<Objective> all)
    {
        var byId = all.ToDictionary(o => o.ObjectiveId, StringComparer.Ordinal);
        for (var steps = 0; parentId is not null && steps <= all.Count; steps++)
        {
            if (parentId == objectiveId)
            {
                return true;
            }

            parentId = byId.GetValueOrDefault(parentId)?.ParentId;
        }

        return parentId is not null;
    }
}

/// <summary>How many open objectives serve whom.</summary>
/// <param name="Customer">Open objectives that serve the customers only.</param>
/// <param name="Organization">That serve the organization only.</param>
/// <param name="Mutual">That serve both.</param>
/// <param name="Balanced">One serves both, or each side has one.</param>
/// <param name="Problem">What is one-sided; null where nothing is.</param>
public sealed record ObjectiveBalance(int Customer, int Organization, int Mutual, bool Balanced, string? Problem)
{
    /// <summary>Of drafts and active ones.</summary>
    public static ObjectiveBalance Of(IEnumerable<Objective> objectives)
    {
        var open = objectives.Where(o => o.IsOpen).ToLookup(o => o.Beneficiary);
        var (customer, organization, mutual) =
            (open[Beneficiary.Customer].Count(), open[Beneficiary.Organization].Count(),
                open[Beneficiary.Both].Count());
        var side = SideOf(customer, organization, mutual);
        var problem = side is { } one ? ObjectiveProblems.OneSidedWarning(one).Message
            : customer + organization + mutual == 0 ? "There is no open objective." : null;
        return new(customer, organization, mutual, problem is null, problem);
    }

    /// <summary>The only side that is served; null where both are, or none.</summary>
    public static Beneficiary? SideOf(int customer, int organization, int mutual) =>
        (customer, organization, mutual) switch
    {
        (> 0, 0, 0) => Beneficiary.Customer,
        (0, > 0, 0) => Beneficiary.Organization,
        _ => null,
    };
}
