using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Interactions;

public enum FlowDirection
{
    Inbound,
    Outbound,
    Internal,
}

/// <summary>A fact in the life of one customer.</summary>
public interface ICustomerFact
{
    string FactId { get; }

    string CustomerId { get; }

    DateTimeOffset At { get; }
}

/// <summary>Immutable event at a touchpoint; kept in its own container, apart from master data.</summary>
[RequiresScope(Scope.InteractionsRead)]
public sealed record Interaction : IDocument, IVersioned, ICustomerFact
{
    /// <summary>32 hex characters: the hash of the external id, or a new id where it has none.</summary>
    [GraphQLIgnore]
    public required string FactId { get; init; }

    [GraphQLIgnore]
    public required string CustomerId { get; init; }

    public ExternalId? ExternalId { get; init; }

    public required Channel Channel { get; init; }

    public required FlowDirection Direction { get; init; }

    /// <summary>
    /// The tenant's own word: visit, support_call, newsletter_opened... 1 to 60 of a-z, 0-9, '_', '-', '.'.
    /// </summary>
    public required string Type { get; init; }

    /// <summary>When it happened; sorted by under the name <c>at</c>, as transactions are.</summary>
    [GraphQLName("occurredAt")]
    public required DateTimeOffset At { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    [Pii(PiiClass.FreeText)]
    public string? Summary { get; init; }

    public JsonElement? Properties { get; init; }

    /// <summary>1 to 5, as the customer said.</summary>
    public int? Satisfaction { get; init; }

    [GraphQLIgnore]
    public string? FormerCustomerId { get; init; }

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
    public string Id => GlobalId.Of("Interaction", $"{CustomerId}/{FactId}");

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId, FactId);

    public static DocumentKey KeyOf(string customerId, string factId) =>
        new(Container.Interactions, Buckets.Of(customerId), $"interaction/{customerId}/{factId}");

    public static string FactIdOf(ExternalId id) => KeyHash.Of("interaction", id.Source, id.Id);
}

/// <summary>A figure from elsewhere (net income, acquisition cost, exposures) for indicators that need it.</summary>
public sealed record Measurement : IDocument, IVersioned
{
    /// <summary>32 hex characters: the hash of the external id.</summary>
    [GraphQLIgnore]
    public required string FactId { get; init; }

    public required ExternalId ExternalId { get; init; }

    /// <summary>What was measured, such as net_income, acquisition_cost, retention_cost, exposures.</summary>
    [GraphQLName("key")]
    public required string MeasureKey { get; init; }

    /// <summary>The day it counts for, in the tenant's zone.</summary>
    public required DateOnly At { get; init; }

    /// <summary>Exact; money in major units.</summary>
    public required decimal Amount { get; init; }

    [GraphQLIgnore]
    public string? Currency { get; init; }

    [GraphQLName("currency"), JsonIgnore]
    public Currency? CurrencyCode => Currency is null ? null : Shared.Currency.Parse(Currency);

    public string? Dimension { get; init; }

    /// <summary>When it was first recorded; not the day it counts for.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [Scalar("Version")]
    public long Version { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Measurement", FactId);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(FactId);

    public static DocumentKey KeyOf(string factId) => new(Container.Interactions, "", $"measurement/{factId}");

    public static string FactIdOf(ExternalId id) => KeyHash.Of("measurement", id.Source, id.Id);
}
