using Azure.Identity;
using Microsoft.Azure.Cosmos;

namespace CrmCloud.Store.Cosmos;

/// <summary>The store in an Azure Cosmos DB account, shared by many processes.</summary>
/// <remarks>
/// How it keeps its promises, and which of them were verified against what: README.md of this project.
/// </remarks>
public sealed class CosmosDocumentStore : IDocumentStore
{
    private const string DirectoryKey = "directory";

    private readonly CosmosClient _client;
    private readonly CosmosStoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly KnownItems _known;
    private readonly UsedPartitions _partitions = new();
    private int _disposed;

    /// <summary>Connects to nothing yet; see <see cref="StartAsync"/>.</summary>
    public CosmosDocumentStore(CosmosStoreOptions options, TimeProvider clock)
    {
        UseOwnQueryPlanner();
        (_options, _clock) = (options, clock);
        _known = new(options.RememberedItems);
        var client = ClientOptions(options, clock);
        _client = options.Key is { } key
            ? new(options.Endpoint.AbsoluteUri, key, client)
            : new(options.Endpoint.AbsoluteUri, new DefaultAzureCredential(IdentityOf(options)), client);
        Directory = new CosmosTenantStore(SpaceOf(DirectoryKey), _partitions, isDirectory: true);
    }

    public ITenantStore Directory { get; }

    internal Database Database => _client.GetDatabase(_options.Database);

    public ITenantStore Open(string tenant, DataMode mode)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return new CosmosTenantStore(SpaceOf(CloudPartition.Of(tenant, mode, "")), _partitions, isDirectory: false);
    }

    /// <summary>Whether account, database and containers are there and as the program needs them.</summary>
    /// <param name="withLeases">Whether the container of the change feed's readers must be there too.</param>
    /// <exception cref="StoreUnavailableException">Names everything that is wrong.</exception>
    public Task StartAsync(CancellationToken stop, bool withLeases = false) =>
        new CosmosStartCheck(_client, _options, _clock).RunAsync(withLeases, stop);

    /// <summary>Everybody's changes of one container, shared with other processes; not started yet.</summary>
    public FeedFollower Follow(FeedFollowing following) => new(Database, following);

    public async Task CheckAsync(CancellationToken stop)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await Directory.FindAsync<Nothing>(new(Container.Directory, "", "check/none"), stop);
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _client.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private static CosmosClientOptions ClientOptions(CosmosStoreOptions options, TimeProvider clock) =>
        new()
        {
            ApplicationName = "CrmCloud",
            ConnectionMode = options.Direct ? ConnectionMode.Direct : ConnectionMode.Gateway,
            ConsistencyLevel = ConsistencyLevel.Session,
            LimitToEndpoint = options.SingleEndpoint,
            RequestTimeout = options.AttemptTimeout,

            // One place decides how often and how long: RetryBudget. Waits of two loops would multiply.
            MaxRetryAttemptsOnRateLimitedRequests = 0,
            UseSystemTextJsonSerializerWithOptions = DocumentJson.Options,
            HttpClientFactory = () => new(new TimedExchange(
                options.AttemptTimeout, clock, options.Wire?.Invoke() ?? NewWire(options.AttemptTimeout))),
        };

    // As the client makes it for itself: addresses are looked up again now and then, and connections are bounded.
    private static SocketsHttpHandler NewWire(TimeSpan limit) => new()
    {
        ConnectTimeout = limit,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = 50,
    };

    private static DefaultAzureCredentialOptions IdentityOf(CosmosStoreOptions options) =>
        new() { ManagedIdentityClientId = options.IdentityClientId };

    // Queries are planned by Microsoft's compiler inside this process instead of by a call to the account each, and by
    // the same compiler that our tests send every text through. The switch is the process's, whoever sets it first.
    private static void UseOwnQueryPlanner()
    {
        const string Switch = "AZURE_COSMOS_USE_QUERY_PLAN_INTEROP_LINUX";
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(Switch) is null)
        {
            Environment.SetEnvironmentVariable(Switch, "true");
        }
    }

    private CosmosSpace SpaceOf(string prefix) =>
        new(prefix, Database, new(prefix, _options, _clock), _known);

    private sealed record Nothing : IDocument
    {
        public DocumentKey Key => default;

        public long Version => 0;
    }
}
