using CrmCloud.Core.Schema;

namespace CrmCloud.Core.Predictive;

/// <summary>
/// What customers will do: one model a tenant, fitted to his own customers, and what it says of each.
/// </summary>
public static class PredictiveFeature
{
    public static void Register(FeatureRegistry registry) => registry
        .Visitor("predictions", ModelVisit.RunAsync)
        .Fields<ModelQueries>();
}
