using CrmCloud.Core.Schema;
using CrmCloud.Core.Tenants;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CrmCloud.Core.Bulk;

/// <summary>
/// Imports. A host registers an <see cref="UploadStore"/>, maps <see cref="BulkEndpoints"/>, and lets its workers call
/// <see cref="ImportQueue.RunPendingAsync"/>.
/// </summary>
public static class BulkFeature
{
    public static void Register(FeatureRegistry registry)
    {
        registry.Services.TryAddSingleton(TimeProvider.System);
        registry
            .Service<ImportQueue>()
            .Type<QuotaExceeded>()
            .Fields<BulkQueries>()
            .Fields<BulkOperationFields>()
            .Fields<BulkMutations>()
            .Node<BulkOperation>(Scope.BulkRun, async (caller, id, stop) =>
                id.Length == 32 ? await caller.Store.FindAsync<BulkOperation>(BulkOperation.KeyOf(id), stop) : null);
    }
}
