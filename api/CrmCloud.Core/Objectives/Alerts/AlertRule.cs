using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Alerts;

public enum AlertKind
{
    /// <summary>Each of the last `periods` complete periods lies below `threshold`.</summary>
    Below,

    /// <summary>Each of the last `periods` complete periods lies above `threshold`.</summary>
    Above,

    /// <summary>
    /// The last complete period differs from the one `periods` before by `percent` or more, either way.
    /// </summary>
    ChangedBy,

    /// <summary>The objective watched is OFF_TRACK at its own grain.</summary>
    OffTrack,

    /// <summary>Figures have been stale for `threshold` minutes.</summary>
    Stale,

    /// <summary>
    /// The objective watched has been OFF_TRACK for `threshold` days and nobody recorded a decision since.
    /// </summary>
    Undecided,
}

/// <param name="Threshold">In the indicator's unit; minutes for STALE (60 where left out), days for UNDECIDED (14
/// where left out).</param>
/// <param name="Percent">For CHANGED_BY, above 0.</param>
/// <param name="Periods">1 to 60; 1 where left out.</param>
public sealed record AlertCondition(AlertKind Kind, decimal? Threshold, decimal? Percent, int? Periods);

/// <summary>What to watch for. Alerts are read here; nothing is sent.</summary>
public sealed record AlertRule : IDocument, IVersioned
{
    public const int Most = 200;

    [GraphQLIgnore]
    public required string RuleId { get; init; }

    public required string Name { get; init; }

    /// <summary>Global id of an indicator or an objective.</summary>
    [GraphQLIgnore]
    public required string WatchesId { get; init; }

    public required AlertCondition Condition { get; init; }

    /// <summary>Of an indicator's periods; an objective has its own.</summary>
    public required Grain Grain { get; init; }

    /// <summary>A period with fewer cases (the denominator, or else orders) is passed over.</summary>
    public int? MinimumSample { get; init; }

    /// <summary>So long after an alert no other is raised.</summary>
    public required TimeSpan Cooldown { get; init; }

    public required bool Enabled { get; init; }

    [Scalar("Version")]
    public long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("AlertRule", RuleId);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(RuleId);

    public static DocumentKey KeyOf(string ruleId) => new(Container.Master, "", $"alertrule/{ruleId}");
}

public enum AlertStatus
{
    Open,

    /// <summary>Somebody has seen it; it is resolved when the condition clears.</summary>
    Acknowledged,
    Resolved,
}

/// <summary>
/// One episode in which a rule's condition held: raised once, resolved when it clears. Kept 400 days.
/// </summary>
public sealed record Alert : IDocument, INode
{
    [GraphQLIgnore]
    public required string AlertId { get; init; }

    [GraphQLIgnore]
    public required string RuleId { get; init; }

    public required string RuleName { get; init; }

    public required AlertKind Kind { get; init; }

    [GraphQLIgnore]
    public string? KpiKey { get; init; }

    [GraphQLIgnore]
    public string? ObjectiveId { get; init; }

    [GraphQLIgnore]
    public required Grain Grain { get; init; }

    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>What the indicator stood at; null for STALE.</summary>
    public decimal? Value { get; init; }

    public required string Message { get; init; }

    public required AlertStatus Status { get; init; }

    public Actor? AcknowledgedBy { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    [Scalar("Version")]
    public long Version { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Alert", AlertId);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(AlertId);

    [GraphQLIgnore, JsonIgnore]
    public TimeSpan? TimeToLive => TimeSpan.FromDays(400);

    public static DocumentKey KeyOf(string alertId) => new(Container.Figures, "", $"alert/{alertId}");
}

/// <summary>What the worker remembers of a rule between visits; saved in one batch with the alert it raises.</summary>
public sealed record AlertState : IDocument
{
    public required string RuleId { get; init; }

    /// <summary>Episodes so far; names the next alert, so that a repeat raises the same one.</summary>
    public int Episode { get; init; }

    public string? OpenAlertId { get; init; }

    public DateTimeOffset? LastRaisedAt { get; init; }

    /// <summary>Since when figures were seen stale, without a break.</summary>
    public DateTimeOffset? StaleSince { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(RuleId);

    public static DocumentKey KeyOf(string ruleId) => new(Container.Figures, "", $"alertstate/{ruleId}");
}

public sealed record AlertConditionInput
{
    public required AlertKind Kind { get; init; }

    public decimal? Threshold { get; init; }

    public decimal? Percent { get; init; }

    [Range(1, 60)]
    public int? Periods { get; init; }
}

public sealed record AlertRuleInput
{
    /// <summary>Of the rule to change; a new one is made where it is left out.</summary>
    [Id, MaxLength(400)]
    public string? Id { get; init; }

    [MaxLength(120), MinLength(1)]
    public required string Name { get; init; }

    /// <summary>An indicator or an objective.</summary>
    [Id, MaxLength(400)]
    public required string WatchesId { get; init; }

    public required AlertConditionInput Condition { get; init; }

    /// <summary>Of an indicator's periods; MONTH for a new rule where left out.</summary>
    public Grain? Grain { get; init; }

    [Range(1, 1_000_000_000)]
    public int? MinimumSample { get; init; }

    /// <summary>More than zero, up to P366D.</summary>
    public required TimeSpan Cooldown { get; init; }

    /// <summary>True for a new rule where left out.</summary>
    public bool? Enabled { get; init; }
}

public sealed record AlertRuleSetPayload(AlertRule? AlertRule);

public sealed record AlertRuleDeletePayload([property: Id] string? DeletedId);

public sealed record AlertAcknowledgePayload(Alert? Alert);
