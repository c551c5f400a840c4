using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Segments.Api;

/// <summary>A new segment. DYNAMIC and SNAPSHOT need a rule; MANUAL has none.</summary>
public sealed record SegmentInput
{
    /// <summary>1 to 60 of a-z, 0-9, '-' and '_', a letter first; rules name it, and it never changes.</summary>
    [MaxLength(60), RegularExpression(
        "^[a-z][a-z0-9_-]{0,59}$",
        ErrorMessage = "begins with a small letter; small letters, digits, '_' and '-' follow, "
            + "up to 60 together, such as \"big-spenders\"")]
    public required string Key { get; init; }

    [MinLength(1), MaxLength(120)]
    public required string Name { get; init; }

    [MaxLength(1_000)]
    public string? Description { get; init; }

    /// <summary>What it is for.</summary>
    [MaxLength(200)]
    public string? Purpose { get; init; }

    public SegmentBasis Basis { get; init; } = SegmentBasis.Other;

    public required SegmentKind Kind { get; init; }

    public SegmentRuleInput? Rule { get; init; }

    /// <summary>False leaves it a draft, without members.</summary>
    public bool Activate { get; init; } = true;
}

/// <summary>What is left out stays; null clears.</summary>
public sealed record SegmentUpdateInput
{
    [Id, MaxLength(400)]
    public required string Id { get; init; }

    [MinLength(1), MaxLength(120)]
    public string? Name { get; init; }

    [MaxLength(1_000)]
    public Optional<string?> Description { get; init; }

    [MaxLength(200)]
    public Optional<string?> Purpose { get; init; }

    public SegmentBasis? Basis { get; init; }

    /// <summary>Another rule is the next revision.</summary>
    public SegmentRuleInput? Rule { get; init; }

    /// <summary>
    /// A draft has no members; PAUSED keeps those it has; RETIRED has none any more, and its figures stay.
    /// </summary>
    public DefinitionStatus? Status { get; init; }
}

/// <summary>Who is to be a member of a manual segment, and who no more. At most 500 in all.</summary>
public sealed record SegmentMembersInput
{
    public required SegmentRef Segment { get; init; }

    [MaxLength(500)]
    public IReadOnlyList<Ref>? Add { get; init; }

    [MaxLength(500)]
    public IReadOnlyList<Ref>? Remove { get; init; }
}

public sealed record SegmentCreatePayload(SegmentDefinition? Segment);

/// <param name="Entering">Customers whom the new rule lets in, as of now; null where the rule did not change.</param>
/// <param name="Leaving">Customers whom it lets out.</param>
public sealed record SegmentUpdatePayload(SegmentDefinition? Segment, int? Entering, int? Leaving);

/// <param name="NotFound">References that lead to no customer; nothing else is refused for their sake.</param>
public sealed record SegmentMembersSetPayload(
    SegmentDefinition? Segment, int Added, int Removed, IReadOnlyList<UnknownCustomer> NotFound);

/// <param name="Index">From 0, in `add` followed by `remove`.</param>
public sealed record UnknownCustomer(int Index, [property: Id] string? Id, ExternalId? ExternalId);

/// <param name="Run">Queued; ask `node` or `jobRuns` how it goes.</param>
public sealed record SegmentRecomputePayload(Jobs.JobRun? Run);

public sealed record SegmentDeletePayload([property: Id] string? DeletedId);
