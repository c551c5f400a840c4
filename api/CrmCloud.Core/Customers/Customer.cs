using System.Text.Json.Serialization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

public enum CustomerKind
{
    Person,
    Organization,
}

/// <summary>One customer, one view, whatever the channel. Potential customers are customers too.</summary>
[RequiresScope(Scope.CustomersRead)]
public sealed record Customer : IDocument, IVersioned
{
    /// <summary>33 hex characters; the first names the bucket. See <see cref="Buckets"/>.</summary>
    [GraphQLIgnore]
    public required string CustomerId { get; init; }

    public IReadOnlyList<ExternalId> ExternalIds { get; init; } = [];

    public CustomerKind Kind { get; init; }

    [Pii]
    public string? DisplayName { get; init; }

    [Pii]
    public string? Email { get; init; }

    [Pii]
    public string? Phone { get; init; }

    [Pii(PiiClass.Demographic)]
    public DateOnly? BirthDate { get; init; }

    /// <summary>BCP-47.</summary>
    [Scalar("LanguageTag")]
    public string? Language { get; init; }

    /// <summary>As the source names it; ISO 3166 where it does.</summary>
    public string? Country { get; init; }

    /// <summary>The organization this person belongs to, as a local id.</summary>
    [GraphQLIgnore]
    public string? OrganizationId { get; init; }

    [GraphQLIgnore, Pii]
    public IReadOnlyList<StoredAttribute> StoredAttributes { get; init; } = [];

    public IReadOnlyList<Identity> Identities { get; init; } = [];

    public IReadOnlyList<Preference> Likes { get; init; } = [];

    [Scalar("Version")]
    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Customer", CustomerId);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId);

    /// <summary>Sort value for lists by name; empty where there is none, so that every document has it.</summary>
    [GraphQLIgnore, Pii]
    public string SortName => (DisplayName ?? "").ToUpperInvariant();

    /// <exception cref="FormatException">Not a customer id.</exception>
    public static DocumentKey KeyOf(string customerId) =>
        new(Container.Master, Buckets.Of(customerId), $"customer/{customerId}");
}

public enum IdentityKind
{
    Email,
    Phone,
    Device,
    Cookie,
    Account,
    LoyaltyCard,
    SocialHandle,
    External,
}

/// <summary>Something by which a customer is recognised.</summary>
public sealed record Identity
{
    public required IdentityKind Kind { get; init; }

    [Pii(PiiClass.Identifier)]
    public required string Value { get; init; }

    public bool Verified { get; init; }

    /// <summary>The customer gave it of his own accord.</summary>
    public bool Voluntary { get; init; }

    public required string Source { get; init; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }
}

public enum Sentiment
{
    Likes,
    Dislikes,
    Neutral,
}

public sealed record Preference(string Subject, Sentiment Sentiment, string Source, DateTimeOffset At);

/// <summary>An attribute value as stored: exactly one of the five is set.</summary>
public sealed record StoredAttribute
{
    public required string AttributeKey { get; init; }

    public string? Text { get; init; }

    public decimal? Number { get; init; }

    public bool? Boolean { get; init; }

    public DateOnly? Date { get; init; }

    public IReadOnlyList<string>? List { get; init; }

    public required string Source { get; init; }

    public required DateTimeOffset ObservedAt { get; init; }
}
