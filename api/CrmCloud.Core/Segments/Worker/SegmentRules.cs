using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Segments;

/// <summary>Makes a stored definition ready to evaluate, or says why it cannot be.</summary>
internal delegate Outcome<SegmentRule> SegmentRules(RuleCompiler compiler, SegmentDefinition definition);

/// <summary>Rules of stored definitions and of built-in segments.</summary>
public static class SegmentRuleSource
{
    private static readonly Problem NoRule =
        new InvalidInput(UserErrorCode.RuleSyntax, "The segment has no rule.", null);

    /// <summary>The names that rules of a tenant may use. Interaction types and purposes are not limited.</summary>
    public static RuleVocabulary Vocabulary(Tenant tenant, AttributeCatalog attributes, SegmentCatalog segments) =>
        new(TenantDefinitions.CalendarOf(tenant), tenant.Money)
        {
            Attributes = attributes.All,
            Segments = [.. segments.All.Select(segment => segment.SegmentKey)],
            ScoreScale = tenant.Settings.RfmScale,
        };

    internal static Outcome<SegmentRule> Compile(RuleCompiler compiler, SegmentDefinition definition)
    {
        if (RfmSegments.GroupOf(definition.SegmentId) is { } group)
        {
            return Of(group);
        }

        if (definition.RuleText is not { } text)
        {
            return NoRule;
        }

        var rule = compiler.Compile(text);
        return rule.Succeeded ? Of(rule.Value) : Outcome<SegmentRule>.Refuse(rule.Problems);
    }

    internal static SegmentRule Of(CompiledRule rule) => new(
        (subject, now, cache) => rule.Evaluate(subject, now, cache),
        (subject, now, cache) => rule.NextChange(subject, now, cache),
        (rule.ReadsEvents ? RuleNeeds.Events : 0) | (rule.ReadsAttributes ? RuleNeeds.Customer : 0),
        rule.References);

    private static SegmentRule Of(RfmGroup group) => new(
        (subject, _, _) => subject.Profile?.RfmGroup == group, (_, _, _) => null, RuleNeeds.None, []);
}
