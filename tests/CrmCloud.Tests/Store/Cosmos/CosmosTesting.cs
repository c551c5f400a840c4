using CrmCloud.Store;
using CrmCloud.Store.Cosmos;
using Microsoft.Azure.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>Opens the adapter over a server of the tests and makes there what Bicep makes in Azure.</summary>
internal static class CosmosTesting
{
    /// <param name="bothWays">Cosmos DB reads an index backwards too; the npm server wants a second one.</param>
    public static async Task<CosmosDocumentStore> OpenAsync(CosmosStoreOptions options, bool bothWays = false)
    {
        var store = new CosmosDocumentStore(options, TimeProvider.System);
        await MakeContainersAsync(store, options.Indexes, bothWays);
        await store.StartAsync(default);
        return store;
    }

    private static async Task MakeContainersAsync(
        CosmosDocumentStore store, IReadOnlyList<StoreIndex> indexes, bool bothWays)
    {
        await store.Database.Client.CreateDatabaseIfNotExistsAsync(store.Database.Id);
        foreach (var planned in ContainerPlan.All)
        {
            var properties = CosmosStartCheck.PropertiesOf(planned, indexes);
            foreach (var path in bothWays ? planned.SortedPaths(indexes) : [])
            {
                properties.IndexingPolicy.CompositeIndexes.Add(
                [
                    new() { Path = path, Order = CompositePathSortOrder.Descending },
                    new() { Path = "/id", Order = CompositePathSortOrder.Descending },
                ]);
            }

            await store.Database.CreateContainerIfNotExistsAsync(properties);
        }
    }
}
