using CrmCloud.Core.Schema;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Jobs;

/// <summary>What workers did, and what they could not do.</summary>
public static class JobsFeature
{
    public static void Register(FeatureRegistry registry)
    {
        registry.Fields<JobQueries>()
            .Node<JobRun>(
                Scope.ObjectivesRead, (caller, id, stop) => caller.Store.FindAsync<JobRun>(JobRun.KeyOf(id), stop));
        foreach (var index in JobIndexes.All)
        {
            registry.Index(index.Container, index.Kind, [.. index.Paths]);
        }
    }
}
