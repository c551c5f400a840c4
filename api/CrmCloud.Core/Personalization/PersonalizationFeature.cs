using CrmCloud.Core.Schema;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Core.Personalization;

/// <summary>
/// What customers are given: actions, who may be shown which, what became of it, and what it brought.
/// </summary>
public static class PersonalizationFeature
{
    public static void Register(FeatureRegistry registry)
    {
        registry.Services.AddSingleton(new SegmentUse(ActionCatalog.UsingAsync));
        registry
            .Visitor("personalization", ModelEpochs.RunAsync)
            .Fields<ActionQueries>()
            .Fields<ActionFields>()
            .Fields<ActionMutations>()
            .Fields<RecommendationQueries>()
            .Fields<NextBestActions>()
            .Fields<RecommendationFields>()
            .Fields<OutcomeMutations>()
            .Node<ActionDefinition>(
                Scope.PersonalizationRead, (caller, id, stop) => ActionCatalog.FindAsync(caller.Store, id, stop))
            .Node<Recommendation>(Scope.PersonalizationRead, RecommendationReading.ByLocalIdAsync)
            .Index(Container.Interactions, "recommendation", "customerId", "at")
            .Index(Container.Interactions, "actiontotals", "updatedAt");
    }
}
