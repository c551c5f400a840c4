using CrmCloud.Core.Customers;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Segments.Api;

/// <summary>
/// A tenant's segments and what rules may name, read once for one question; each rule is compiled once, when it is
/// first asked for. Not safe for several threads.
/// </summary>
public sealed class SegmentRulebook
{
    private readonly Dictionary<string, CompiledRule?> _rules = new(StringComparer.Ordinal);
    private readonly Lazy<ILookup<string, SegmentDefinition>> _dependents;

    private SegmentRulebook(SegmentCatalog catalog, RuleCompiler compiler)
    {
        (Catalog, Compiler) = (catalog, compiler);
        _dependents = new(() => Catalog.All
            .SelectMany(other => (RuleOf(other)?.References ?? []).Distinct().Select(key => (key, other)))
            .ToLookup(pair => pair.key, pair => pair.other, StringComparer.Ordinal));
    }

    public SegmentCatalog Catalog { get; }

    public RuleCompiler Compiler { get; }

    public static async Task<SegmentRulebook> LoadAsync(Caller caller, CancellationToken stop)
    {
        var catalog = SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop);
        var attributes = AttributeCatalog.LoadAsync(caller.Store, stop);
        return new(await catalog, new(SegmentRuleSource.Vocabulary(caller.Tenant, await attributes, await catalog)));
    }

    public SegmentDefinition? Find(SegmentRef reference) => Catalog.Find(reference);

    public SegmentDefinition? FindById(string globalId) =>
        GlobalId.Local(globalId, "Segment") is { } id ? Catalog.Find(id) : null;

    /// <summary>The rule of a segment; null where it has none, or it no longer fits what the tenant has.</summary>
    public CompiledRule? RuleOf(SegmentDefinition segment) => RuleOf(segment.RuleText);

    /// <param name="text">Canonical; null has no rule.</param>
    public CompiledRule? RuleOf(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (!_rules.TryGetValue(text, out var rule))
        {
            _rules[text] = rule = Compiler.Compile(text) is { Succeeded: true } compiled ? compiled.Value : null;
        }

        return rule;
    }

    /// <summary>Segments that a segment's rule names, existing ones only.</summary>
    public IReadOnlyList<SegmentDefinition> DependsOn(SegmentDefinition segment) =>
        [.. (RuleOf(segment)?.References ?? []).Select(Catalog.FindByKey).OfType<SegmentDefinition>()];

    /// <summary>Segments whose rules name a segment.</summary>
    public IReadOnlyList<SegmentDefinition> Dependents(SegmentDefinition segment) =>
        [.. _dependents.Value[segment.SegmentKey]];

    /// <summary>The keys along which a rule would lead back to its own segment; null where it does not.</summary>
    public IReadOnlyList<string>? Circle(string segmentKey, CompiledRule rule)
    {
        var path = new List<string> { segmentKey };
        return Leads(rule.References, segmentKey, path, []) ? path : null;
    }

    private bool Leads(IReadOnlyList<string> references, string goal, List<string> path, HashSet<string> seen)
    {
        foreach (var key in references)
        {
            path.Add(key);
            if (key == goal)
            {
                return true;
            }

            if (seen.Add(key) && Catalog.FindByKey(key) is { } next
                && Leads(RuleOf(next)?.References ?? [], goal, path, seen))
            {
                return true;
            }

            path.RemoveAt(path.Count - 1);
        }

        return false;
    }
}
