using CrmCloud.Core.Schema;

namespace CrmCloud.Core.Audit;

/// <summary>The append-only record of who did what.</summary>
public static class AuditFeature
{
    public static void Register(FeatureRegistry registry) => registry.Fields<AuditQueries>().Fields<AuditEntryFields>();
}
