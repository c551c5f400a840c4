using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Schema;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Core.Segments;

/// <summary>Groups of customers, and the worker that keeps who belongs to them.</summary>
public static class SegmentsFeature
{
    /// <summary>The worker asks which group of customers is due next.</summary>
    public static IReadOnlyList<StoreIndex> Indexes { get; } =
    [
        new(Container.Figures, MemberGroup.Kind, "nextDueAt"),
    ];

    public static void Register(FeatureRegistry registry)
    {
        registry.Visitor("segments", SegmentVisit.RunAsync);
        registry.Service<SegmentUses>().Type<RuleError>().Type<InUse>();
        registry.Fields<SegmentQueries>().Fields<SegmentMutations>().Fields<SegmentMemberMutations>()
            .Fields<SegmentRuleFields>().Fields<MembershipFields>().Fields<MembershipFacts>()
            .Fields<SegmentMembershipFields>().Fields<CustomerSegmentFields>()
            .Node<SegmentDefinition>(Scope.SegmentsRead, async (caller, id, stop) =>
                (await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop)).Find(id));
        registry.Services.AddSingleton(new PopulationSource(SegmentPopulation.FindAsync));
        foreach (var index in Indexes)
        {
            registry.Index(index.Container, index.Kind, [.. index.Paths]);
        }
    }
}
