using CrmCloud.Core.Customers;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Segments.Api;

/// <summary>A tenant's segments and what rules may name, read once for one question.</summary>
public sealed class SegmentRulebook
{
    private SegmentRulebook(SegmentCatalog catalog, RuleCompiler compiler) => (Catalog, Compiler) = (catalog, compiler);

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
    public CompiledRule? RuleOf(SegmentDefinition segment) =>
        segment.RuleText is { } text && Compiler.Compile(text) is { Succeeded: true } rule ? rule.Value : null;

    /// <summary>Segments that a segment's rule names, existing ones only.</summary>
    public IReadOnlyList<SegmentDefinition> DependsOn(SegmentDefinition segment) =>
        [.. (RuleOf(segment)?.References ?? []).Select(Catalog.FindByKey).OfType<SegmentDefinition>()];

    /// <summary>Segments whose rules name a segment.</summary>
    public IReadOnlyList<SegmentDefinition> Dependents(SegmentDefinition segment) =>
        [.. Catalog.All.Where(other => RuleOf(other)?.References.Contains(segment.SegmentKey) == true)];

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
