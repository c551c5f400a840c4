using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Decisions;
using CrmCloud.Core.Objectives.Worker;
using CrmCloud.Core.Schema;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Core.Objectives;

/// <summary>Measurable objectives, decisions on figures, alerts.</summary>
public static class ObjectivesFeature
{
    public static void Register(FeatureRegistry registry)
    {
        registry.Services.AddSingleton(new SegmentUse(ObjectiveSegments.UsingAsync));
        registry
            .Fields<ObjectiveQueries>()
            .Fields<ObjectiveFields>()
            .Fields<TargetFields>()
            .Fields<ObjectiveSegments>()
            .Fields<ObjectiveMutations>()
            .Fields<DecisionQueries>()
            .Fields<DecisionFields>()
            .Fields<ObjectiveDecisions>()
            .Fields<SnapshotFields>()
            .Fields<DecisionMutations>()
            .Fields<AlertQueries>()
            .Fields<AlertRuleFields>()
            .Fields<AlertFields>()
            .Fields<AlertMutations>()
            .Type<VagueObjective>()
            .Visitor("objectives", ObjectiveVisit.RunAsync)
            .Node<Objective>(Scope.ObjectivesRead, (caller, id, stop) =>
                ObjectiveLoading.ByLocalIdAsync(caller.Store, id, stop))
            .Node<Decision>(
                Scope.ObjectivesRead, (caller, id, stop) => DecisionQueries.FindAsync(caller.Store, id, stop))
            .Node<AlertRule>(
                Scope.ObjectivesRead, (caller, id, stop) => AlertQueries.FindRuleAsync(caller.Store, id, stop))
            .Node<Alert>(Scope.ObjectivesRead, (caller, id, stop) => AlertQueries.FindAsync(caller.Store, id, stop))
            .Index(Container.Master, "objective", "createdAt")
            .Index(Container.Master, "decision", "at")
            .Index(Container.Figures, "alert", "raisedAt");
    }
}
