using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Objectives;

/// <summary>
/// kpi, target, due and ownerName may be left out where the statement says them; what is missing from both is listed
/// in VagueObjectiveError, with suggestions.
/// </summary>
public sealed record ObjectiveInput
{
    public ExternalIdInput? ExternalId { get; init; }

    /// <summary>In English, such as "Decrease churn rate by 10 % (relative) by 2027-06-30".</summary>
    [MaxLength(500), MinLength(1)]
    public required string Statement { get; init; }

    public required Beneficiary Beneficiary { get; init; }

    public KpiRef? Kpi { get; init; }

    /// <summary>
    /// Measures its members only, each period by who belonged to it at the period's end. Never changes.
    /// </summary>
    public SegmentRef? Segment { get; init; }

    /// <summary>Measured from the indicator where left out.</summary>
    public BaselineInput? Baseline { get; init; }

    public TargetInput? Target { get; init; }

    /// <summary>The last local day that counts.</summary>
    public DateOnly? Due { get; init; }

    /// <summary>Who answers for it.</summary>
    [MaxLength(120)]
    public string? OwnerName { get; init; }

    [Id, MaxLength(400)]
    public string? ParentId { get; init; }

    /// <summary>The grain at which baseline, target and outcome are compared.</summary>
    public Grain Grain { get; init; } = Grain.Month;

    /// <summary>DRAFT or ACTIVE.</summary>
    public ObjectiveStatus Status { get; init; } = ObjectiveStatus.Active;
}

/// <summary>A stated starting value.</summary>
/// <param name="At">The last local day it describes; not in the future.</param>
public sealed record BaselineInput(decimal Value, DateOnly At);

/// <param name="Direction">HOLD only with KEEP_WITHIN.</param>
/// <param name="Amount">By mode: the value to reach, the change in percent of the baseline, the change in the
/// indicator's unit, the band's lower end.</param>
/// <param name="Upper">The far end of a range, or the band's upper end.</param>
public sealed record TargetInput(TargetMode Mode, Direction Direction, decimal Amount, decimal? Upper = null);

/// <summary>What is left out stays. The baseline never changes: another baseline is another objective.</summary>
public sealed record ObjectiveUpdateInput
{
    [Id, MaxLength(400)]
    public required string Id { get; init; }

    [MaxLength(500), MinLength(1)]
    public string? Statement { get; init; }

    public Beneficiary? Beneficiary { get; init; }

    public TargetInput? Target { get; init; }

    public DateOnly? Due { get; init; }

    [MaxLength(120), MinLength(1)]
    public string? OwnerName { get; init; }

    /// <summary>Null takes it out from under its parent.</summary>
    [Id, MaxLength(400)]
    public Optional<string?> ParentId { get; init; }

    /// <summary>Kept in the log.</summary>
    [MaxLength(500), MinLength(1)]
    public required string Reason { get; init; }
}

public sealed record ObjectiveStatusInput
{
    [Id, MaxLength(400)]
    public required string Id { get; init; }

    public required ObjectiveStatus Status { get; init; }

    /// <summary>Kept in the log.</summary>
    [MaxLength(500), MinLength(1)]
    public required string Reason { get; init; }
}

/// <summary>All that are given must hold.</summary>
public sealed record ObjectiveFilter
{
    public IReadOnlyList<ObjectiveStatus>? Status { get; init; }

    /// <summary>By the objective's own grain, as of now.</summary>
    public IReadOnlyList<TrackStatus>? Track { get; init; }

    public IReadOnlyList<Beneficiary>? Beneficiary { get; init; }

    [Id]
    public string? Kpi { get; init; }

    /// <summary>Only those about this segment's members.</summary>
    [Id]
    public string? Segment { get; init; }

    /// <summary>The owner's name, ignoring ASCII case.</summary>
    public string? OwnerName { get; init; }

    /// <summary>Tests the instant at which the due day ends in the tenant's time zone.</summary>
    public DateTimeFilter? Due { get; init; }
}

public sealed record ObjectiveCreatePayload(Objective? Objective);

public sealed record ObjectiveUpdatePayload(Objective? Objective);

public sealed record ObjectiveStatusSetPayload(Objective? Objective);
