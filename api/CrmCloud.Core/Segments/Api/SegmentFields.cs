using System.Text.Json;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Segments.Api;

/// <summary>The same rule twice: as text for people, as tree for programs. Either may be written; the other is derived.</summary>
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

/// <summary>What a segment's definition says beyond its own members.</summary>
[ExtendObjectType(typeof(SegmentDefinition))]
public sealed class SegmentRuleFields(SegmentUses uses)
{
    /// <summary>Null for a manual or built-in segment, and for a rule that no longer fits what the tenant has.</summary>
    [Cost(2)]
    public async Task<SegmentRuleView?> RuleAsync([Parent] SegmentDefinition segment, Caller caller, CancellationToken stop)
    {
        var rule = (await SegmentRulebook.LoadAsync(caller, stop)).RuleOf(segment);
        return rule is null ? null : new SegmentRuleView(rule);
    }

    /// <summary>Rules that were in force, the newest first; 50 are kept.</summary>
    [Cost(2)]
    public async Task<IReadOnlyList<SegmentRevision>> RevisionsAsync(
        [Parent] SegmentDefinition segment, Caller caller, CancellationToken stop)
    {
        var standing = await new MembershipReader(caller.Store, caller.Tenant).StandingAsync(segment.SegmentId, stop);
        var outcomes = (standing?.Outcomes ?? []).ToDictionary(one => one.Revision);
        return [.. segment.StoredRevisions.Reverse().Select(one => new SegmentRevision(
            one.Revision, one.RuleText, one.From, one.By,
            outcomes.GetValueOrDefault(one.Revision)?.Added, outcomes.GetValueOrDefault(one.Revision)?.Removed))];
    }

    /// <summary>Segments that its rule names.</summary>
    [Cost(2)]
    public async Task<IReadOnlyList<SegmentDefinition>> DependsOnAsync(
        [Parent] SegmentDefinition segment, Caller caller, CancellationToken stop) =>
        (await SegmentRulebook.LoadAsync(caller, stop)).DependsOn(segment);

    /// <summary>What would break without it: segments, and whatever else refers to it.</summary>
    [Cost(5)]
    public async Task<IReadOnlyList<INode>> UsedByAsync(
        [Parent] SegmentDefinition segment, Caller caller, CancellationToken stop) =>
        await uses.OfAsync(segment, await SegmentRulebook.LoadAsync(caller, stop), caller, stop);
}
