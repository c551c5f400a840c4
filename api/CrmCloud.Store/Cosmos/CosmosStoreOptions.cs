using System.ComponentModel.DataAnnotations;

namespace CrmCloud.Store.Cosmos;

/// <summary>Which Cosmos DB account the store uses and how patient it is.</summary>
public sealed record CosmosStoreOptions
{
    /// <summary>Such as <c>https://name.documents.azure.com:443/</c>.</summary>
    [Required]
    public required Uri Endpoint { get; init; }

    /// <summary>Null, the default, signs in with the Azure identity that the program runs under.</summary>
    public string? Key { get; init; }

    /// <summary>Client id of a user-assigned identity; null takes the one that is there.</summary>
    public string? IdentityClientId { get; init; }

    /// <summary>Default <c>crmcloud</c>.</summary>
    public string Database { get; init; } = "crmcloud";

    /// <summary>
    /// Whether to speak Cosmos DB's own protocol over TCP, ports 10000 to 20000, which is faster. Default false: HTTPS,
    /// which is what our tests speak.
    /// </summary>
    public bool Direct { get; init; }

    /// <summary>Only the endpoint named, no other regions: emulators and test servers. Default false.</summary>
    public bool SingleEndpoint { get; init; }

    /// <summary>How long one call is waited for before it counts as lost. Default 10 seconds.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long one operation lasts at most against throttling, silence and faults, waits included; of a query all
    /// pages, of a tenant's change feed each page. Default 20 seconds.
    /// </summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>And how many times at most. Default 12.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; init; } = 12;

    /// <summary>
    /// Documents whose place in the store is remembered to spare a read before a write. Default 50,000.
    /// </summary>
    [Range(0, 10_000_000)]
    public int RememberedItems { get; init; } = 50_000;

    /// <summary>Every path that queries sort or search by, from all features; the containers must have them.</summary>
    public IReadOnlyList<StoreIndex> Indexes { get; init; } = [];

    /// <summary>Stands between the client and the wire; null in the product.</summary>
    internal Func<HttpMessageHandler>? Wire { get; init; }
}
