using CrmCloud.Core.Schema;

namespace CrmCloud.Core.Tenants;

/// <summary>Tenants, their apps and keys.</summary>
public static class TenantsFeature
{
    public static void Register(FeatureRegistry registry) => registry
        .Fields<TenantQueries>()
        .Fields<ActorFields>()
        .Fields<TenantMutations>()
        .Fields<AppMutations>()
        .Node<Tenant>(null, (caller, id, _) => Task.FromResult(id == "self" ? caller.Tenant : null))
        .Node<App>(Scope.AdminAccess, (caller, id, stop) => caller.Store.FindAsync<App>(App.KeyOf(id), stop));
}
