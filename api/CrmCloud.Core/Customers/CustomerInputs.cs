using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Customers;

/// <summary>
/// A customer as another system knows him. A field left out is unchanged, null clears it. Lists add to what is there
/// (an attribute by its key, an identity by kind and value, a preference by subject); null empties them.
/// </summary>
public sealed record CustomerInput
{
    [MaxLength(CustomerLimits.ExternalIds)]
    public Optional<IReadOnlyList<ExternalIdInput>?> ExternalIds { get; init; }

    /// <summary>PERSON where a new customer leaves it out.</summary>
    public Optional<CustomerKind?> Kind { get; init; }

    [MaxLength(200)]
    public Optional<string?> DisplayName { get; init; }

    /// <summary>Kept trimmed and in lower case.</summary>
    [MaxLength(254)]
    public Optional<string?> Email { get; init; }

    /// <summary>Kept as digits, with a leading '+' where given with one (or with 00).</summary>
    [MaxLength(40)]
    public Optional<string?> Phone { get; init; }

    public Optional<DateOnly?> BirthDate { get; init; }

    [Scalar("LanguageTag"), MaxLength(35)]
    public Optional<string?> Language { get; init; }

    [MaxLength(60)]
    public Optional<string?> Country { get; init; }

    /// <summary>The organization a person belongs to.</summary>
    public Optional<Ref?> Organization { get; init; }

    [MaxLength(CustomerLimits.Attributes)]
    public Optional<IReadOnlyList<AttributeInput>?> Attributes { get; init; }

    [MaxLength(CustomerLimits.Identities)]
    public Optional<IReadOnlyList<IdentityInput>?> Identities { get; init; }

    [MaxLength(CustomerLimits.Likes)]
    public Optional<IReadOnlyList<PreferenceInput>?> Likes { get; init; }
}

/// <summary>
/// How much one customer may hold; the document stays small enough to be read with hundreds of others.
/// </summary>
public static class CustomerLimits
{
    public const int ExternalIds = 20;
    public const int Identities = 50;
    public const int Attributes = 100;
    public const int Likes = 100;
}

public sealed record AttributeInput
{
    [MaxLength(60)]
    public required string Key { get; init; }

    /// <summary>Null removes the attribute.</summary>
    public AttributeValueInput? Value { get; init; }
}

[OneOf]
public sealed record AttributeValueInput
{
    [MaxLength(2_000)]
    public string? String { get; init; }

    public decimal? Number { get; init; }

    public bool? Boolean { get; init; }

    public DateOnly? Date { get; init; }

    [MaxLength(50)]
    public IReadOnlyList<string>? List { get; init; }
}

/// <summary>Something by which the customer is recognised.</summary>
public sealed record IdentityInput
{
    public required IdentityKind Kind { get; init; }

    [MaxLength(254), MinLength(1)]
    public required string Value { get; init; }

    /// <summary>Proven to be his; no two customers can have the same verified identity.</summary>
    [DefaultValue(false)]
    public bool Verified { get; init; }

    /// <summary>He gave it of his own accord.</summary>
    [DefaultValue(false)]
    public bool Voluntary { get; init; }

    [MaxLength(60), MinLength(1)]
    public required string Source { get; init; }
}

public sealed record PreferenceInput
{
    [MaxLength(120), MinLength(1)]
    public required string Subject { get; init; }

    public required Sentiment Sentiment { get; init; }

    [MaxLength(60), MinLength(1)]
    public required string Source { get; init; }
}

/// <summary>
/// Finds by the first key that matches, else creates. Never merges two existing customers: that answers MERGE_BLOCKED
/// with the candidates.
/// </summary>
public sealed record CustomerUpsertInput
{
    /// <summary>1 to 10 keys by which the customer may be known already; a new customer gets them all.</summary>
    [MaxLength(10), MinLength(1)]
    public required IReadOnlyList<CustomerMatch> Match { get; init; }

    public required CustomerInput Customer { get; init; }

    [DefaultValue(UpsertConflict.NewestWins)]
    public UpsertConflict OnConflict { get; init; }
}

[OneOf]
public sealed record CustomerMatch
{
    public ExternalIdInput? ExternalId { get; init; }

    [MaxLength(254)]
    public string? Email { get; init; }

    [MaxLength(40)]
    public string? Phone { get; init; }

    public IdentityInput? Identity { get; init; }
}

public enum UpsertConflict
{
    /// <summary>What is given replaces what is there.</summary>
    NewestWins,

    /// <summary>What is there stays; only what is missing is filled in.</summary>
    KeepExisting,

    /// <summary>Attributes by the policy of their definition; everything else as NEWEST_WINS.</summary>
    MergePolicy,
}

/// <summary>Up to 250 customers, each with its own result; more goes through bulkImport.</summary>
public sealed record CustomersUpsertInput
{
    [MaxLength(250), MinLength(1)]
    public required IReadOnlyList<CustomerUpsertInput> Items { get; init; }

    [DefaultValue(ErrorPolicy.SkipFailedRows)]
    public ErrorPolicy ErrorPolicy { get; init; } = ErrorPolicy.SkipFailedRows;
}

public sealed record CustomerUpdateInput
{
    public required Ref Customer { get; init; }

    public required CustomerInput Set { get; init; }
}

public enum UpsertOutcome
{
    Created,
    Updated,
    Unchanged,
}
