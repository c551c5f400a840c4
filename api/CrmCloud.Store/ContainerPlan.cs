namespace CrmCloud.Store;

/// <summary>
/// One container of the Cosmos DB database, as the adapter expects and as Bicep makes it. The identity that the
/// programs run under cannot make containers, so both sides read this one list; a test compares them.
/// </summary>
/// <param name="Container">Null for what belongs to the change feed's own bookkeeping.</param>
/// <param name="PartitionKey">Path of the partition key.</param>
/// <param name="DefaultTtlSeconds">-1: documents expire that say so themselves; null: none ever does.</param>
public sealed record PlannedContainer(Container? Container, string Name, string PartitionKey, int? DefaultTtlSeconds)
{
    /// <summary>
    /// Members that lists sort by, each with a composite index together with <c>/id</c>, both ascending (Cosmos DB
    /// reads it backwards too). Paths such as <c>/body/createdAt</c>, in ordinal order.
    /// </summary>
    /// <param name="declared">All features' indexes; those of other containers are left out.</param>
    public IReadOnlyList<string> SortedPaths(IEnumerable<StoreIndex> declared) =>
    [
        .. Mine(declared).Select(index => PathOf(index.Paths[^1])).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// Members with an index of their own, such as <c>/body/createdAt/?</c>: the least that queries need, because each
    /// costs every write. Cosmos DB indexes <c>/id</c> by itself; everything else is excluded.
    /// </summary>
    /// <inheritdoc cref="SortedPaths"/>
    public IReadOnlyList<string> IndexedPaths(IEnumerable<StoreIndex> declared) =>
    [
        .. Container is null ? [] : ContainerPlan.AlwaysIndexed,
        .. Mine(declared).SelectMany(index => index.Paths).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).Select(path => PathOf(path) + "/?"),
    ];

    private IEnumerable<StoreIndex> Mine(IEnumerable<StoreIndex> declared) =>
        declared.Where(index => index.Container == Container);

    private static string PathOf(string member) =>
        "/body/" + member.Replace(".", "/", StringComparison.Ordinal);
}

/// <summary>Every container of the Cosmos DB database.</summary>
public static class ContainerPlan
{
    /// <summary>Where the Functions host, or the API's own followers, keep how far each change feed was read.</summary>
    public const string Leases = "leases";

    /// <summary>
    /// Its documents' partition key; the lease container has another, which the Functions host demands.
    /// </summary>
    public const string PartitionKey = "/pk";

    /// <summary>What every query filters by: whose it is, and what it is.</summary>
    public static IReadOnlyList<string> AlwaysIndexed { get; } = ["/pk/?", "/kind/?"];

    public static IReadOnlyList<PlannedContainer> All { get; } =
    [
        new(Container.Master, "master", PartitionKey, -1),
        new(Container.Interactions, "interactions", PartitionKey, -1),
        new(Container.Figures, "figures", PartitionKey, -1),
        new(Container.Directory, "directory", PartitionKey, -1),
        new(Container.DeadLetters, "deadletters", PartitionKey, -1),

        // Who makes the leases locks the others out meanwhile; if he dies, the lock must expire.
        new(null, Leases, "/id", -1),
    ];

    /// <summary>The container's name in Cosmos DB.</summary>
    public static string NameOf(Container container) => All.Single(one => one.Container == container).Name;
}
