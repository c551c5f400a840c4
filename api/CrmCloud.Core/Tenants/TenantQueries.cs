using CrmCloud.Core.Audit;
using CrmCloud.Core.Pipeline;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>Who is calling, as what.</summary>
/// <param name="Mode">Live data, or the sandbox.</param>
public sealed record Viewer(Actor Actor, Tenant Tenant, IReadOnlyList<Scope> Scopes, DataMode Mode);

public sealed class TenantQueries
{
    /// <summary>Apps of one data mode.</summary>
    public const int MostApps = 200;

    /// <summary>Who is calling, as what: the first query to try with a new key.</summary>
    [Query]
    public Viewer Viewer(Caller caller) =>
        new(new(ActorKind.App, caller.App.AppId, caller.App.Name), caller.Tenant, caller.App.Scopes, caller.Mode);

    /// <summary>The tenant of the key, as this data mode sees it.</summary>
    [Query]
    public Tenant Tenant(Caller caller) => caller.Tenant;

    /// <summary>Applications of this data mode with their keys, never the keys' text. At most 200 are kept.</summary>
    [Query, RequiresScope(Scope.AdminAccess)]
    public async Task<IReadOnlyList<App>> AppsAsync(Caller caller, CancellationToken stop)
    {
        var query = new Query(Container.Master, "", "app") { Take = MostApps };
        return (await caller.Store.QueryAsync<App>(query, stop)).Items;
    }
}

/// <summary>Fields that need the tenant's other documents.</summary>
[ExtendObjectType(typeof(Actor))]
public sealed class ActorFields
{
    /// <summary>The app, for those who may see apps.</summary>
    [RequiresScope(Scope.AdminAccess)]
    public async Task<App?> AppAsync([Parent] Actor actor, Caller caller, CancellationToken stop) =>
        actor.AppId is null ? null : await caller.Store.FindAsync<App>(Tenants.App.KeyOf(actor.AppId), stop);
}
