using CrmCloud.Core.Schema;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives;

/// <summary>Measurable objectives, decisions on figures, alerts.</summary>
public static class ObjectivesFeature
{
    public static void Register(FeatureRegistry registry) => registry
        .Fields<ObjectiveQueries>()
        .Fields<ObjectiveFields>()
        .Fields<ObjectiveMutations>()
        .Type<VagueObjective>()
        .Node<Objective>(Scope.ObjectivesRead, (caller, id, stop) => ObjectiveLoading.ByLocalIdAsync(caller.Store, id, stop))
        .Index(Container.Master, "objective", "createdAt");
}
