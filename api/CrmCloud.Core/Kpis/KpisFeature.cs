using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Schema;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Kpis;

/// <summary>Indicators, cohorts, RFM, and the workers that keep them.</summary>
public static class KpisFeature
{
    public static void Register(FeatureRegistry registry)
    {
        registry
            .Visitor("figures", FigureVisit.RunAsync)
            .Service<KpiReading>()
            .Service<PopulationReading>()
            .Fields<KpiQueries>()
            .Fields<KpiFields>()
            .Fields<CohortQueries>()
            .Fields<RfmQueries>()
            .Fields<SampleCustomers>()
            .Fields<KpiMutations>()
            .Node<Kpi>(Scope.ObjectivesRead, (caller, key, _) => Task.FromResult(
                IndicatorCatalog.Find(key) is { } indicator ? new Kpi(indicator, caller.Tenant) : null));
        foreach (var index in FigureIndexes.All)
        {
            registry.Index(index.Container, index.Kind, [.. index.Paths]);
        }
    }
}
