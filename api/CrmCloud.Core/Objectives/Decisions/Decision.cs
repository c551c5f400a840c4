using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Decisions;

/// <summary>What was decided, on which figures, and what came of it.</summary>
public sealed record Decision : IDocument, IVersioned
{
    [GraphQLIgnore]
    public required string DecisionId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Actor By { get; init; }

    public required string Text { get; init; }

    /// <summary>The figures of that moment, stored: what is corrected later does not change what was known.</summary>
    public required IReadOnlyList<FigureSnapshot> Basis { get; init; }

    [GraphQLIgnore]
    public string? ObjectiveId { get; init; }

    [GraphQLIgnore]
    public string? AlertId { get; init; }

    /// <summary>When to look at what came of it.</summary>
    public DateOnly? FollowUpAt { get; init; }

    /// <summary>What came of it; null while it is open.</summary>
    public string? Outcome { get; init; }

    public DateTimeOffset? OutcomeAt { get; init; }

    [Scalar("Version")]
    public long Version { get; init; }

    public DateTimeOffset CreatedAt => At;

    public DateTimeOffset UpdatedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Decision", DecisionId);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(DecisionId);

    public static DocumentKey KeyOf(string decisionId) => new(Container.Master, "", $"decision/{decisionId}");
}

/// <summary>At least one of objectiveId, alertId and kpiIds: a decision rests on figures.</summary>
public sealed record DecisionInput
{
    [MaxLength(2_000), MinLength(1)]
    public required string Text { get; init; }

    [Id, MaxLength(400)]
    public string? ObjectiveId { get; init; }

    [Id, MaxLength(400)]
    public string? AlertId { get; init; }

    /// <summary>Indicators it rests on, beside those of the objective and the alert.</summary>
    [Id, MaxLength(20)]
    public IReadOnlyList<string>? KpiIds { get; init; }

    /// <summary>The tenant's local day, today or later.</summary>
    public DateOnly? FollowUpAt { get; init; }
}

public sealed record DecisionOutcomeInput
{
    [Id, MaxLength(400)]
    public required string Id { get; init; }

    [MaxLength(2_000), MinLength(1)]
    public required string Outcome { get; init; }
}

public sealed record DecisionRecordPayload(Decision? Decision);

public sealed record DecisionOutcomeRecordPayload(Decision? Decision);
