using System.Text.Json.Serialization;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

public enum ConsentStatus
{
    Granted,
    Denied,
    Revoked,
    Expired,
    PendingConfirmation,
}

public enum LawfulBasis
{
    Consent,
    Contract,
    LegitimateInterest,
    LegalObligation,
}

/// <summary>
/// What relation the customer permits for one purpose on one channel, and which he says is worth having.
/// </summary>
[RequiresScope(Scope.CustomersRead)]
public sealed record Consent : IDocument, INode
{
    [GraphQLIgnore]
    public required string CustomerId { get; init; }

    public required string Purpose { get; init; }

    public required Channel Channel { get; init; }

    /// <summary>As recorded; what it means now also depends on <see cref="ExpiresAt"/>: see the resolver.</summary>
    [GraphQLIgnore]
    public required ConsentStatus Recorded { get; init; }

    public LawfulBasis LawfulBasis { get; init; }

    public DateTimeOffset? GrantedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public FrequencyCap? MaxPer { get; init; }

    /// <summary>How much this relation is worth to the customer, 1 to 5 in his own words.</summary>
    public int? ValueToCustomer { get; init; }

    public required ConsentEvidence Evidence { get; init; }

    /// <summary>Oldest first; at most 100 are kept.</summary>
    public IReadOnlyList<ConsentEvent> History { get; init; } = [];

    [GraphQLIgnore]
    public long Version { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Consent", $"{CustomerId}/{Purpose}/{Channel}");

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId, Purpose, Channel);

    [GraphQLIgnore]
    public ConsentStatus StatusAt(DateTimeOffset now) =>
        Recorded == ConsentStatus.Granted && ExpiresAt <= now ? ConsentStatus.Expired : Recorded;

    public static DocumentKey KeyOf(string customerId, string purpose, Channel channel) =>
        new(Container.Master, Buckets.Of(customerId), $"consent/{customerId}/{purpose}/{channel}");
}

public sealed record ConsentEvidence(
    string Source, string? WordingVersion, DateTimeOffset CapturedAt, [property: Scalar("URL")] string? ProofUrl);

public sealed record ConsentEvent(DateTimeOffset At, ConsentStatus Status, Actor By, ConsentEvidence Evidence);
