using System.ComponentModel.DataAnnotations;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Shared;

/// <summary>Name an object by our id or by yours.</summary>
[OneOf, GraphQLName("Ref")]
public sealed record Ref
{
    [Id, MaxLength(400)]
    public string? Id { get; init; }

    public ExternalIdInput? ExternalId { get; init; }
}

/// <summary>A segment by our id or by its key.</summary>
[OneOf]
public sealed record SegmentRef
{
    [Id, MaxLength(400)]
    public string? Id { get; init; }

    [MaxLength(60)]
    public string? Key { get; init; }
}

/// <summary>A record's id in another system: the system's name and the id there.</summary>
public sealed record ExternalIdInput
{
    [MaxLength(60), MinLength(1)]
    public required string Source { get; init; }

    [MaxLength(200), MinLength(1)]
    public required string Id { get; init; }
}

/// <summary>An exact amount in major units, such as 12.50 GBP.</summary>
public sealed record MoneyInput
{
    public required decimal Amount { get; init; }

    public required Currency Currency { get; init; }
}

/// <summary>
/// Calendar days in the tenant's zone, half-open: `to` is the day after the last one; a year is 2026-01-01 to
/// 2027-01-01.
/// </summary>
public sealed record DateRangeInput(DateOnly From, DateOnly To);

public enum SortDirection
{
    Asc,
    Desc,
}

/// <summary>What one bad item means for the others.</summary>
public enum ErrorPolicy
{
    /// <summary>Nothing is written unless every item can be.</summary>
    RejectAll,

    /// <summary>Each item stands or falls alone.</summary>
    SkipFailedRows,
}
