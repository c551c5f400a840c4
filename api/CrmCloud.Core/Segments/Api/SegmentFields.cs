using System.Text.Json;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Segments.Api;

/// <summary>
/// The same rule twice: as text for people, as tree for programs. Either may be written; the other is derived.
/// </summary>
public sealed class SegmentRuleView(CompiledRule rule)
{
    /// <summary>Canonical: written anew it says the same.</summary>
    [Scalar("SegmentExpression")]
    public string Expression => rule.Text;

    public JsonElement Tree => rule.Json;

    /// <summary>Of one evaluation of one customer.</summary>
    public RuleCost Cost => rule.Cost(1);

    public Evaluability Evaluable => rule.Evaluable;

    /// <summary>Keys of the segments it names.</summary>
    public IReadOnlyList<string> References => rule.References;
}

/// <summary>
/// What a segment's definition says beyond its own members. A list of segments loads and compiles once for each field
/// asked, not once for each segment.
/// </summary>
[ExtendObjectType(typeof(SegmentDefinition))]
public sealed class SegmentRuleFields(SegmentUses uses)
{
    /// <summary>
    /// Null for a manual or built-in segment, and for a rule that no longer fits what the tenant has.
    /// </summary>
    [BatchResolver, Cost(1)]
    public async Task<IReadOnlyList<SegmentRuleView?>> RuleAsync(
        [Parent] IReadOnlyList<SegmentDefinition> segments, Caller caller, CancellationToken stop)
    {
        var book = await SegmentRulebook.LoadAsync(caller, stop);
        return [.. segments.Select(book.RuleOf).Select(rule => rule is null ? null : new SegmentRuleView(rule))];
    }

    /// <summary>Rules that were in force, the newest first; 50 are kept.</summary>
    [BatchResolver, Cost(1)]
    [ListSize(AssumedSize = 5)]
    public async Task<IReadOnlyList<IReadOnlyList<SegmentRevision>>> RevisionsAsync(
        [Parent] IReadOnlyList<SegmentDefinition> segments, Caller caller, CancellationToken stop)
    {
        var reader = new MembershipReader(caller.Store, caller.Tenant);
        var all = new List<IReadOnlyList<SegmentRevision>>();
        foreach (var segment in segments)
        {
            var standing = await reader.StandingAsync(segment.SegmentId, stop);
            var outcomes = (standing?.Outcomes ?? []).ToDictionary(one => one.Revision);
            all.Add([.. segment.StoredRevisions.Reverse().Select(one => new SegmentRevision(
                one.Revision, one.RuleText, one.From, one.By,
                outcomes.GetValueOrDefault(one.Revision)?.Added, outcomes.GetValueOrDefault(one.Revision)?.Removed))]);
        }

        return all;
    }

    /// <summary>Segments that its rule names.</summary>
    [BatchResolver, Cost(1)]
    [ListSize(AssumedSize = 5)]
    public async Task<IReadOnlyList<IReadOnlyList<SegmentDefinition>>> DependsOnAsync(
        [Parent] IReadOnlyList<SegmentDefinition> segments, Caller caller, CancellationToken stop)
    {
        var book = await SegmentRulebook.LoadAsync(caller, stop);
        return [.. segments.Select(book.DependsOn)];
    }

    /// <summary>What would break without it: segments, and whatever else refers to it.</summary>
    [BatchResolver, Cost(2)]
    [ListSize(AssumedSize = 5)]
    public async Task<IReadOnlyList<IReadOnlyList<INode>>> UsedByAsync(
        [Parent] IReadOnlyList<SegmentDefinition> segments, Caller caller, CancellationToken stop) =>
        await uses.OfAsync(segments, await SegmentRulebook.LoadAsync(caller, stop), caller, stop);
}
