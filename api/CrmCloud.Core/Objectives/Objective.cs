using System.Text.Json.Serialization;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives;

/// <summary>Whom reaching the objective serves.</summary>
public enum Beneficiary
{
    Customer,
    Organization,
    Both,
}

public enum ObjectiveStatus
{
    /// <summary>Not pursued yet; counts towards the balance.</summary>
    Draft,
    Active,

    /// <summary>Set by the worker when the due day has passed, or by hand.</summary>
    Reached,

    /// <summary>Set by the worker when the due day has passed, or by hand.</summary>
    Missed,
    Abandoned,
}

/// <summary>A measurable aim: which indicator goes from where to where, by when, and who answers for it.</summary>
public sealed record Objective : IDocument, IVersioned
{
    /// <summary>Of one tenant and mode.</summary>
    public const int Most = 500;

    /// <summary>Entries of the log; the oldest go first, the audit trail keeps all.</summary>
    public const int MostEvents = 100;

    [GraphQLIgnore]
    public required string ObjectiveId { get; init; }

    public ExternalId? ExternalId { get; init; }

    public required string Statement { get; init; }

    /// <summary>When it was last worded: "within 6 months" counts from then.</summary>
    [GraphQLIgnore]
    public required DateTimeOffset WrittenAt { get; init; }

    public required Beneficiary Beneficiary { get; init; }

    public required ObjectiveStatus Status { get; init; }

    /// <summary>Who answers for it.</summary>
    public required string OwnerName { get; init; }

    [GraphQLIgnore]
    public required string KpiKey { get; init; }

    /// <summary>Only its members are counted; null for all customers.</summary>
    [GraphQLIgnore]
    public string? SegmentId { get; init; }

    /// <summary>The grain at which baseline, target and outcome are compared; the other grains are views.</summary>
    public required Grain Grain { get; init; }

    public required Baseline Baseline { get; init; }

    public required Target Target { get; init; }

    /// <summary>The last local day that counts.</summary>
    public required DateOnly Due { get; init; }

    /// <summary>As judged when the objective was made or last changed.</summary>
    public required Measurability Measurability { get; init; }

    /// <summary>As judged when the objective was made or last changed.</summary>
    public required StretchCheck Stretch { get; init; }

    [GraphQLIgnore]
    public string? ParentId { get; init; }

    /// <summary>What happened to it and why, oldest first. At most the last 100.</summary>
    public IReadOnlyList<ObjectiveEvent> Log { get; init; } = [];

    [Scalar("Version")]
    public long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Objective", ObjectiveId);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(ObjectiveId);

    [GraphQLIgnore, JsonIgnore]
    public bool IsOpen => Status is ObjectiveStatus.Draft or ObjectiveStatus.Active;

    public static DocumentKey KeyOf(string objectiveId) => new(Container.Master, "", $"objective/{objectiveId}");

    /// <summary>The same with one more entry in the log.</summary>
    internal Objective Noting(ObjectiveEvent what) => this with
    {
        Log = [.. Log.Skip(Math.Max(0, Log.Count - MostEvents + 1)), what],
        UpdatedAt = what.At,
    };
}

/// <summary>A change of state, target or wording.</summary>
/// <param name="From">Status before.</param>
/// <param name="To">Status after; the same where something else changed.</param>
/// <param name="Reason">In the words of whoever did it; of the worker for REACHED and MISSED at the due day.</param>
/// <param name="Evidence">The figure it rests on; null where it rests on none.</param>
public sealed record ObjectiveEvent(
    DateTimeOffset At, Actor By, ObjectiveStatus? From, ObjectiveStatus To, string Reason, FigureSnapshot? Evidence);

public enum BaselineSource
{
    /// <summary>The indicator's last complete period when the objective was made.</summary>
    Measured,

    /// <summary>Given by whoever made the objective.</summary>
    Stated,
}

/// <summary>Where the objective starts. Frozen: later corrections of the figures do not move it.</summary>
/// <param name="At">The last local day the value describes.</param>
/// <param name="Period">Such as 2026-10; null for a stated value.</param>
/// <param name="Revision">Of the indicator's definition when it was measured.</param>
public sealed record Baseline(decimal Value, DateOnly At, BaselineSource Source, string? Period, int Revision);

public enum TargetMode
{
    /// <summary>The amount is the value to arrive at.</summary>
    ReachValue,

    /// <summary>The amount is a share of the baseline, in percent.</summary>
    ChangeByPercent,

    /// <summary>The amount is added to or taken from the baseline, in the indicator's own unit.</summary>
    ChangeByPoints,

    /// <summary>From `amount` to `upper`, in the indicator's own unit; without `upper` at least `amount`.</summary>
    KeepWithin,
}

/// <summary>What is to be arrived at.</summary>
/// <param name="Direction">HOLD only with KEEP_WITHIN.</param>
/// <param name="Amount">By mode: the value, the change, or the band's lower end.</param>
/// <param name="Upper">The far end of a range: "by 2 to 4 %" is reached at 2 and not meant to pass 4; of KEEP_WITHIN
/// the band's upper end.</param>
/// <param name="Resulting">The value that reaches the target, in the indicator's unit; of a band its lower end.</param>
/// <param name="ResultingUpper">The far end of a range or band in the indicator's unit; null without one.</param>
public sealed record Target(
    TargetMode Mode, Direction Direction, decimal Amount, decimal? Upper, decimal Resulting, decimal? ResultingUpper,
        Unit Unit);

/// <summary>A figure as it was at a moment, stored: later corrections do not change it.</summary>
/// <param name="KpiKey">The indicator.</param>
/// <param name="Grain">The length of its period.</param>
/// <param name="Value">Null where it was unknown.</param>
/// <param name="Complete">False for the value so far of a period that ran.</param>
/// <param name="Stale">Whether the figures were known to be behind.</param>
public sealed record FigureSnapshot(
    string KpiKey, string Name, Grain Grain, DateRange Period, string Label, decimal? Value, decimal? Numerator,
    decimal? Denominator, int Revision, bool Complete, DateTimeOffset ComputedAt, bool Stale);

public enum MeasurabilityCriterion
{
    /// <summary>One of the tenant's indicators is named.</summary>
    NamedIndicator,

    /// <summary>Direction and amount are stated, and percent cannot be mistaken for points.</summary>
    QuantifiedChange,

    /// <summary>It is known where the indicator stands.</summary>
    BaselineKnown,

    /// <summary>A day by which.</summary>
    Deadline,

    /// <summary>Of whom.</summary>
    Scope,

    /// <summary>Who answers for it.</summary>
    Owner,

    /// <summary>Not far beyond what the indicator ever did.</summary>
    Achievable,

    /// <summary>More than what happens anyway.</summary>
    Stretching,

    /// <summary>One result, not several at once.</summary>
    Tangible,

    /// <summary>No words that everybody reads differently.</summary>
    NoVagueWording,
}

/// <summary>Whether a statement can be measured, criterion by criterion.</summary>
/// <param name="Score">Criteria met, 0 to 100.</param>
public sealed record Measurability(bool Accepted, int Score, IReadOnlyList<MeasurabilityResult> Results);

/// <param name="Required">Without it the statement is refused; the others are advice.</param>
public sealed record MeasurabilityResult(MeasurabilityCriterion Criterion, bool Met, bool Required, string Explanation);

public enum StretchVerdict
{
    TooEasy,
    Stretching,
    Unrealistic,

    /// <summary>Too little history to say.</summary>
    Unknown,
}

/// <summary>
/// Achievable but stretching: the asked change beside those that really happened over spans of the same length.
/// TOO_EASY: at or below the median, and reached before or done by three quarters of the spans. UNREALISTIC: above the
/// largest by more than a standard deviation.
/// </summary>
/// <param name="PercentileOfHistory">Share of earlier spans that did not do more, in percent; null without enough of
/// them.</param>
/// <param name="SpanPeriods">Length of the span in periods.</param>
/// <param name="Distribution">Changes that really happened over earlier spans, in the wanted direction; null without
/// enough.</param>
public sealed record StretchCheck(
    StretchVerdict Verdict, decimal? PercentileOfHistory, string Explanation, int SpanPeriods, int Samples,
    ChangeDistribution? Distribution);

/// <summary>
/// Positive: towards the target. As measured, in the indicator's unit (points for rates); not scaled to the baseline.
/// </summary>
public sealed record ChangeDistribution(decimal Least, decimal Quarter, decimal Median, decimal ThreeQuarters,
    decimal Most);
