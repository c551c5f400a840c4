using CrmCloud.Store.Cosmos;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Store;

/// <summary>
/// Which store a program uses and where it is: settings <c>CrmCloud:...</c>, in the environment
/// <c>CrmCloud__...</c>. The same for every program, so that those which share a store are told of it alike.
/// </summary>
public class StoreSettings
{
    public const string Section = "CrmCloud";

    /// <summary>
    /// <c>Sqlite</c>, the default: files in the data directory; or <c>Cosmos</c>: an account of Azure.
    /// </summary>
    public string Store { get; set; } = "Sqlite";

    /// <summary>Where the embedded store lies; one process at a time has it.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>Such as <c>https://name.documents.azure.com:443/</c>. Needed with Store=Cosmos.</summary>
    public string? CosmosEndpoint { get; set; }

    /// <summary>The account's key; null signs in with the Azure identity that the program runs under.</summary>
    public string? CosmosKey { get; set; }

    /// <summary>Default <c>crmcloud</c>.</summary>
    public string CosmosDatabase { get; set; } = "crmcloud";

    /// <summary>Client id of a user-assigned identity, where there are several.</summary>
    public string? CosmosIdentityClientId { get; set; }

    public bool IsCosmos() => Store.Equals("Cosmos", StringComparison.OrdinalIgnoreCase);

    /// <summary>What of these settings cannot work, a sentence each that names the setting, never its value.</summary>
    public IEnumerable<string> StoreFaults()
    {
        if (IsCosmos())
        {
            return CosmosFaults();
        }

        return Store.Equals("Sqlite", StringComparison.OrdinalIgnoreCase)
            ? DataDirectoryFaults().Concat(ForgottenStoreFaults())
            : [$"{Named(nameof(Store))} is neither Sqlite nor Cosmos."];
    }

    /// <summary>What keeps the data directory from being a folder.</summary>
    public IEnumerable<string> DataDirectoryFaults()
    {
        if (string.IsNullOrWhiteSpace(DataDirectory))
        {
            yield return $"{Named(nameof(DataDirectory))} is empty; name a folder.";
        }
        else if (File.Exists(DataDirectory))
        {
            yield return $"{Named(nameof(DataDirectory))} names a file; name a folder.";
        }
    }

    /// <summary>Opens it; what is wrong with it is found by <see cref="CheckStartAsync"/>.</summary>
    /// <param name="indexes">
    /// Of all features, always: a file that is opened with fewer loses the others and the next program makes them anew.
    /// </param>
    /// <exception cref="StoreUnavailableException">
    /// The embedded store's folder is in use or cannot be written.
    /// </exception>
    public IDocumentStore Open(IReadOnlyList<StoreIndex> indexes, TimeProvider clock) => IsCosmos()
        ? new CosmosDocumentStore(CosmosOptions(indexes), clock)
        : new SqliteDocumentStore(new() { DataDirectory = DataDirectory, Indexes = indexes }, clock);

    /// <summary>
    /// Whether the store is there and as the program needs it; the embedded one showed that when it was opened.
    /// </summary>
    /// <param name="withLeases">Whether the containers of the change feed's readers must be there too.</param>
    /// <exception cref="StoreUnavailableException">Names everything that is wrong.</exception>
    public static Task CheckStartAsync(IDocumentStore store, bool withLeases, CancellationToken stop) =>
        store is CosmosDocumentStore cosmos ? cosmos.StartAsync(stop, withLeases) : Task.CompletedTask;

    // Whoever names an account means it, and would write into files that nobody looks for.
    private IEnumerable<string> ForgottenStoreFaults()
    {
        if (!string.IsNullOrWhiteSpace(CosmosEndpoint))
        {
            yield return $"{Named(nameof(CosmosEndpoint))} is set, but {Named(nameof(Store))} is Sqlite; set it to "
                + "Cosmos, or leave the endpoint out.";
        }
    }

    private IEnumerable<string> CosmosFaults()
    {
        if (!Uri.TryCreate(CosmosEndpoint, UriKind.Absolute, out var endpoint)
            || endpoint.Scheme is not ("https" or "http"))
        {
            yield return $"{Named(nameof(CosmosEndpoint))} is no address; with CrmCloud:Store=Cosmos name the account, "
                + "such as https://name.documents.azure.com:443/.";
        }
        else if (endpoint.Scheme == "http" && !endpoint.IsLoopback)
        {
            yield return $"{Named(nameof(CosmosEndpoint))} must begin with https: key and data would cross the network "
                + "in the clear. http is for an emulator on this machine.";
        }

        if (string.IsNullOrWhiteSpace(CosmosDatabase))
        {
            yield return $"{Named(nameof(CosmosDatabase))} is empty.";
        }

        // The key itself is never part of the message: messages end up in logs.
        if (CosmosKey is { Length: > 0 } key && !Convert.TryFromBase64String(key, new byte[key.Length], out _))
        {
            yield return $"{Named(nameof(CosmosKey))} is no account key; copy it again, or leave it out and sign in "
                + "with an identity.";
        }
    }

    private CosmosStoreOptions CosmosOptions(IReadOnlyList<StoreIndex> indexes) => new()
    {
        Endpoint = new(CosmosEndpoint!),
        Key = CosmosKey is { Length: > 0 } key ? key : null,
        Database = CosmosDatabase,
        IdentityClientId = CosmosIdentityClientId,
        Indexes = indexes,
    };

    private static string Named(string setting) => $"{Section}:{setting} (environment {Section}__{setting})";
}
