using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Segments;

/// <summary>A customer's membership of a segment.</summary>
/// <param name="Until">Null while it lasts.</param>
/// <param name="Revision">Of the rule that let him in.</param>
public sealed record MembershipView(
    string CustomerId, string SegmentId, DateTimeOffset Since, DateTimeOffset? Until, MembershipCauseKind Cause,
    int Revision);

/// <summary>A customer entered or left a segment.</summary>
/// <param name="Since">When the membership that ended had begun; equal to `At` for one that begins.</param>
public sealed record SegmentMove(
    string CustomerId, string SegmentId, bool Entered, DateTimeOffset At, DateTimeOffset Since,
    MembershipCauseKind Cause, int Revision);

/// <param name="HasMore">Whether a next page would hold anything; it begins after the last item's customer.</param>
public sealed record MembersPage(IReadOnlyList<MembershipView> Items, bool HasMore);

/// <param name="Size">At the end of the period, or now where that is still to come.</param>
public sealed record SizePoint(PeriodBounds Period, int Size, int Entered, int Left);

/// <param name="SegmentId">The other segment.</param>
public sealed record OverlapFigures(string SegmentId, int Both, int OnlyThis, int OnlyOther);

/// <summary>Of the members of a segment as they are now. Amounts in minor units.</summary>
/// <param name="Customers">Members of whom figures exist.</param>
/// <param name="WithOrders">Of those, how many have a qualifying order.</param>
public sealed record SegmentFigures(
    int Customers, int WithOrders, Int128 Gross, Int128 Net, long Orders, double? MeanRecencyDays);

/// <param name="Outcomes">What each revision changed when it first took effect; the oldest first.</param>
/// <param name="Trouble">Why the rule cannot be evaluated; null where it can.</param>
public sealed record SegmentStanding(
    int AppliedRevision, DateTimeOffset? AppliedAt, IReadOnlyList<RevisionOutcome> Outcomes, string? Trouble);
