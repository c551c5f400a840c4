using CrmCloud.Store;
using CrmCloud.Store.Cosmos;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Api;

/// <summary>Which store the settings mean: the same for the server and for every command beside it.</summary>
public static class StoreSelection
{
    public static bool IsCosmos(CrmCloudOptions settings) =>
        settings.Store.Equals("Cosmos", StringComparison.OrdinalIgnoreCase);

    /// <param name="indexes">
    /// Of all features, always: a file that is opened with fewer loses the others and the server makes them anew.
    /// </param>
    /// <exception cref="StoreUnavailableException">The embedded store's folder is in use or cannot be written.</exception>
    public static IDocumentStore Open(CrmCloudOptions settings, IReadOnlyList<StoreIndex> indexes, TimeProvider clock)
    {
        // Uploads and the control socket lie there with either store.
        DataFolder.Make(settings.DataDirectory);
        return IsCosmos(settings)
            ? new CosmosDocumentStore(CosmosOptions(settings, indexes), clock)
            : new SqliteDocumentStore(new() { DataDirectory = settings.DataDirectory, Indexes = indexes }, clock);
    }

    /// <summary>Whether the store is there and as the program needs it; the embedded one showed that when opened.</summary>
    /// <exception cref="StoreUnavailableException">Names everything that is wrong.</exception>
    public static Task StartAsync(IDocumentStore store, CancellationToken stop) =>
        store is CosmosDocumentStore cosmos ? cosmos.StartAsync(stop) : Task.CompletedTask;

    private static CosmosStoreOptions CosmosOptions(CrmCloudOptions settings, IReadOnlyList<StoreIndex> indexes) => new()
    {
        Endpoint = new(settings.CosmosEndpoint!),
        Key = settings.CosmosKey is { Length: > 0 } key ? key : null,
        Database = settings.CosmosDatabase,
        IdentityClientId = settings.CosmosIdentityClientId,
        Indexes = indexes,
    };
}
