using CrmCloud.Core.Rules;

namespace CrmCloud.Core.Segments;

/// <summary>What the worker does with a segment.</summary>
internal enum SegmentMode
{
    /// <summary>Nobody is a member: a draft, retired or deleted.</summary>
    Empty,

    /// <summary>
    /// Who is a member stays one: paused, a snapshot that was taken, or a rule that cannot be evaluated.
    /// </summary>
    Frozen,

    /// <summary>Who is named is a member.</summary>
    Manual,

    /// <summary>Who satisfies the rule is a member.</summary>
    Evaluated,
}

/// <summary>A rule as the worker calls it. Safe for several threads, each with its own cache.</summary>
/// <param name="NextChange">
/// The first instant after now at which time alone may change the answer; null for never. It may be too early, never
/// too late.
/// </param>
/// <param name="References">Keys of the segments it names.</param>
internal sealed record SegmentRule(
    Func<RuleSubject, DateTimeOffset, LeafCache, bool> Holds,
    Func<RuleSubject, DateTimeOffset, LeafCache, DateTimeOffset?> NextChange,
    RuleNeeds Needs,
    IReadOnlyList<string> References);

/// <summary>What has to be read of a customer beside his profile.</summary>
[Flags]
internal enum RuleNeeds
{
    None = 0,
    Events = 1,
    Customer = 2,
}

/// <summary>One segment as the worker treats it at this moment.</summary>
internal sealed record SegmentPlan
{
    public required int Number { get; init; }

    public required string SegmentId { get; init; }

    /// <summary>Null once deleted.</summary>
    public required SegmentDefinition? Definition { get; init; }

    public required SegmentMode Mode { get; init; }

    /// <summary>Names everything on which the answer depends beside the customer.</summary>
    public required string Stamp { get; init; }

    /// <summary>Of the definition; 0 once deleted.</summary>
    public int Revision => Definition?.Revision ?? 0;

    /// <summary>Set when <see cref="Mode"/> is Evaluated.</summary>
    public SegmentRule? Rule { get; init; }

    /// <summary>The stored memberships do not follow this stamp yet.</summary>
    public bool IsPending { get; init; }

    /// <summary>Why the rule cannot be evaluated, for a person.</summary>
    public string? Trouble { get; init; }

    /// <summary>Another segment's rule names it.</summary>
    public bool IsNamed { get; init; }

    /// <summary>It had nobody before: a draft, or a retired one that was deleted.</summary>
    public bool WasEmpty { get; init; }

    /// <summary>Whether memberships can be other than they are.</summary>
    public bool Acts => Mode != SegmentMode.Frozen && !(Mode == SegmentMode.Empty && WasEmpty);
}

/// <summary>All segments of a tenant in an order in which each comes after those that its rule names.</summary>
internal sealed class SegmentSet(IReadOnlyList<SegmentPlan> plans)
{
    public IReadOnlyList<SegmentPlan> Plans { get; } = Named(plans);

    public IReadOnlyList<SegmentPlan> Pending { get; } = [.. plans.Where(plan => plan.IsPending)];

    /// <summary>Definitions that changed what somebody's membership may be, and are not applied.</summary>
    public bool NeedsPass => Pending.Any(plan => plan.Acts);

    /// <summary>What is applied already: followed change by change.</summary>
    public Scope Settled() => new([.. Plans.Select(plan => plan.Acts && !plan.IsPending)], Plans);

    /// <summary>Only what is not applied yet.</summary>
    public Scope Unsettled() => new([.. Plans.Select(plan => plan.Acts && plan.IsPending)], Plans) { KeepsDue = true };

    public Scope Everything() => new([.. Plans.Select(plan => plan.Acts)], Plans);

    private static IReadOnlyList<SegmentPlan> Named(IReadOnlyList<SegmentPlan> plans)
    {
        var keys = plans.SelectMany(plan => plan.Rule?.References ?? []).ToHashSet(StringComparer.Ordinal);
        return [.. plans.Select(plan => plan with { IsNamed = keys.Contains(plan.Definition?.SegmentKey ?? "") })];
    }

    /// <summary>Which segments are evaluated; the others keep who they have.</summary>
    public sealed class Scope(bool[] acts, IReadOnlyList<SegmentPlan> plans)
    {
        public bool this[int at] => acts[at];

        /// <summary>
        /// Positions of those that are evaluated, and of those whose members their rules may ask for.
        /// </summary>
        public IReadOnlyList<int> Matters { get; } =
            [.. Enumerable.Range(0, plans.Count).Where(at => acts[at] || plans[at].IsNamed)];

        /// <summary>
        /// Others that time moves are not looked at, so the stored due instant stands beside the new one.
        /// </summary>
        public bool KeepsDue { get; init; }

        public RuleNeeds Needs { get; } = plans.Where((plan, at) => acts[at] && plan.Rule is not null)
            .Aggregate(RuleNeeds.None, (needs, plan) => needs | plan.Rule!.Needs);

        public bool HasManual { get; } = plans.Where((plan, at) => acts[at] && plan.Mode == SegmentMode.Manual).Any();

        public bool IsEmpty { get; } = !acts.Any(one => one);
    }
}
