using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Segments.Api;

/// <summary>Somebody is a member of a segment: since when, and why.</summary>
public sealed class SegmentMembership(MembershipView view, SegmentDefinition segment)
{
    internal string CustomerId => view.CustomerId;

    public SegmentDefinition Segment => segment;

    public DateTimeOffset Since => view.Since;

    /// <summary>Null while it lasts.</summary>
    public DateTimeOffset? Until => view.Until;

    public MembershipCause Cause => new(view.Cause, view.Revision);
}

/// <param name="Revision">Of the rule that let him in; null for a manual segment.</param>
public sealed record MembershipCause(MembershipCauseKind Kind, int? Revision);

/// <summary>Whether a customer is a member, and what each clause of the rule saw.</summary>
/// <param name="Member">As stored, as of `freshness`.</param>
/// <param name="Trace">As of now: it can be ahead of `member` by the second that workers need.</param>
public sealed record SegmentMembershipCheck(bool Member, IReadOnlyList<RuleTrace> Trace, Kpis.Freshness Freshness);

/// <summary>A rule that was in force from an instant on.</summary>
/// <param name="Added">Whom it let in when it first took effect; null until then.</param>
/// <param name="Removed">Whom it let out.</param>
public sealed record SegmentRevision(
    int Revision, [property: Scalar("SegmentExpression")] string? Expression, DateTimeOffset From, Audit.Actor By,
    int? Added, int? Removed);

/// <param name="Size">At the end of the period, or now while it runs.</param>
public sealed record SegmentSizePoint(DateRange Period, string Label, int Size, int Entered, int Left);

/// <summary>What the members are worth as they are now: all time, not of a period.</summary>
/// <param name="Customers">Members of whom figures exist.</param>
/// <param name="Buyers">Of those, how many have a qualifying order.</param>
/// <param name="AverageRevenue">Per member.</param>
/// <param name="AverageRecencyDays">Mean whole local days since the last order, of buyers; null without one.</param>
public sealed record SegmentStatisticsView(
    int Customers, int Buyers, [property: Scalar("Long")] long Orders, Money Revenue,
    Money NetRevenue, Money? AverageRevenue,
    decimal? AverageRecencyDays);

public sealed record SegmentOverlap(SegmentDefinition Segment, int Both, int OnlyThis, int OnlyOther);

/// <summary>What a rule would do, without saving it.</summary>
/// <param name="Entering">Against the segment named in `against`; null without one.</param>
/// <param name="Sample">Some who would be members.</param>
/// <param name="Errors">Why the rule is refused; everything else is null or empty then.</param>
public sealed record SegmentPreview(
    Count? Size, IReadOnlyList<Customer> Sample, int? Entering, int? Leaving, RuleCost? Cost,
    IReadOnlyList<RuleError> Errors, [property: Scalar("SegmentExpression")] string? Expression,
    System.Text.Json.JsonElement? Tree)
{
    /// <summary>What is allowed, but hardly meant.</summary>
    public IReadOnlyList<Warning> Warnings { get; init; } = [];
}
