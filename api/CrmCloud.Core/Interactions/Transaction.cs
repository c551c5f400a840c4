using System.Text.Json.Serialization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Interactions;

public enum TransactionKind
{
    Purchase,
    Renewal,
    Refund,
    Cancellation,
    Quote,
    Lead,
}

/// <summary>
/// Something bought, renewed, given back, quoted or asked for. Immutable but for corrections, which are versions.
/// </summary>
[RequiresScope(Scope.InteractionsRead)]
public sealed record Transaction : IDocument, IVersioned, ICustomerFact
{
    /// <summary>32 hex characters: the hash of the external id, so that a repeat finds the first.</summary>
    [GraphQLIgnore]
    public required string FactId { get; init; }

    [GraphQLIgnore]
    public required string CustomerId { get; init; }

    public required ExternalId ExternalId { get; init; }

    public required TransactionKind Kind { get; init; }

    /// <summary>In minor units of the tenant's currency. Refunds are positive.</summary>
    [GraphQLIgnore]
    public required long AmountMinor { get; init; }

    [GraphQLIgnore]
    public required string Currency { get; init; }

    [GraphQLIgnore]
    public long? MarginMinor { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Fact id of the order that a refund or cancellation takes back; null where unknown.</summary>
    [GraphQLIgnore]
    public string? RefundOfFactId { get; init; }

    [GraphQLIgnore]
    public IReadOnlyList<StoredItem> StoredItems { get; init; } = [];

    /// <summary>The same fact under its former customer; to be deleted if it is still there.</summary>
    [GraphQLIgnore]
    public string? FormerCustomerId { get; init; }

    [GraphQLIgnore]
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it was last corrected; null when never.</summary>
    [GraphQLIgnore]
    public DateTimeOffset? CorrectedAt { get; init; }

    [Scalar("Version")]
    public long Version { get; init; }

    /// <summary>When it was first recorded; not when it happened.</summary>
    [JsonIgnore]
    public DateTimeOffset CreatedAt => ReceivedAt;

    [JsonIgnore]
    public DateTimeOffset UpdatedAt => CorrectedAt ?? ReceivedAt;

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Transaction", $"{CustomerId}/{FactId}");

    [JsonIgnore]
    public Money Amount => new(AmountMinor, Shared.Currency.Parse(Currency));

    [JsonIgnore]
    public Money? Margin => MarginMinor is { } minor ? new(minor, Shared.Currency.Parse(Currency)) : null;

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId, FactId);

    public static DocumentKey KeyOf(string customerId, string factId) =>
        new(Container.Interactions, Buckets.Of(customerId), $"transaction/{customerId}/{factId}");

    /// <summary>The fact id of an external id; tenant-wide unique through its claim.</summary>
    public static string FactIdOf(ExternalId id) => KeyHash.Of("transaction", id.Source, id.Id);
}

/// <param name="AmountMinor">The line's amount (quantity x unit price, rounded half-even), in minor units.</param>
public sealed record StoredItem(string Sku, decimal Quantity, long AmountMinor, string? Category = null);
