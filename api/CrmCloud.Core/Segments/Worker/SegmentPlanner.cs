using System.Text.Json;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>Decides what is to be done with each segment now. One plan for each entry of the book.</summary>
internal sealed class SegmentPlanner(
    Tenant tenant, SegmentCatalog catalog, AttributeCatalog attributes, SegmentRules rules)
{
    private const string Empty = "empty";

    private readonly RuleCompiler _compiler = new(SegmentRuleSource.Vocabulary(tenant, attributes, catalog));
    private readonly Dictionary<string, SegmentPlan> _done = new(StringComparer.Ordinal);
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly List<SegmentPlan> _inOrder = [];
    private readonly string _settings = KeyHash.Of(
        TenantDefinitions.StampOf(tenant),
        JsonSerializer.Serialize(
            attributes.All.Select(one => new { one.AttributeKey, one.Type, one.Allowed }), DocumentJson.Options));

    /// <summary>Each after those that its rule names.</summary>
    public IReadOnlyList<SegmentPlan> Plan(SegmentBook book)
    {
        foreach (var entry in book.Entries)
        {
            Plan(entry, book);
        }

        return _inOrder;
    }

    private SegmentPlan Plan(BookEntry entry, SegmentBook book)
    {
        if (_done.TryGetValue(entry.SegmentId, out var known))
        {
            return known;
        }

        _begun.Add(entry.SegmentId);
        var definition = catalog.Find(entry.SegmentId);
        var plan = definition switch
        {
            null => Make(entry, null, SegmentMode.Empty, "gone"),
            { Status: DefinitionStatus.Draft or DefinitionStatus.Retired } =>
                Make(entry, definition, SegmentMode.Empty, Empty),
            { Status: DefinitionStatus.Paused, Kind: SegmentKind.Snapshot } =>
                Make(entry, definition, SegmentMode.Frozen, entry.Applied ?? "paused"),
            { Status: DefinitionStatus.Paused } => Make(entry, definition, SegmentMode.Frozen, "paused"),
            { Kind: SegmentKind.Manual } => Make(entry, definition, SegmentMode.Manual, "manual"),
            _ => Evaluated(entry, definition, book),
        };
        _done.Add(entry.SegmentId, plan);
        _inOrder.Add(plan);
        return plan;
    }

    private SegmentPlan Evaluated(BookEntry entry, SegmentDefinition definition, SegmentBook book)
    {
        // A snapshot that was taken depends on nothing any more.
        var snapshot = KeyHash.Of("snapshot", $"{definition.Revision}", definition.RuleText ?? "");
        if (definition.Kind == SegmentKind.Snapshot && entry.Applied == snapshot)
        {
            return Make(entry, definition, SegmentMode.Frozen, snapshot);
        }

        var rule = rules(_compiler, definition);
        if (!rule.Succeeded)
        {
            return Broken(entry, definition, rule.Problems[0].Message);
        }

        var references = rule.Value.References.Select(key => catalog.FindByKey(key)).ToList();
        if (references.Any(one => one is null || IsOpen(one.SegmentId)))
        {
            return Broken(entry, definition, "The rule refers to a segment that is gone, or round to itself.");
        }

        var stamps = references.Select(one => Plan(book.Find(one!.SegmentId)!, book).Stamp).ToList();
        var stamp = definition.Kind == SegmentKind.Snapshot
            ? snapshot
            : KeyHash.Of([_settings, $"{definition.Revision}", definition.RuleText ?? definition.SegmentId, .. stamps]);
        return Make(entry, definition, SegmentMode.Evaluated, stamp) with { Rule = rule.Value };
    }

    private bool IsOpen(string segmentId) => _begun.Contains(segmentId) && !_done.ContainsKey(segmentId);

    private static SegmentPlan Broken(BookEntry entry, SegmentDefinition definition, string why) =>
        Make(entry, definition, SegmentMode.Frozen, KeyHash.Of("broken", why)) with { Trouble = why };

    private static SegmentPlan Make(
        BookEntry entry, SegmentDefinition? definition, SegmentMode mode, string stamp) => new()
    {
        Number = entry.Number,
        SegmentId = entry.SegmentId,
        Definition = definition,
        Mode = mode,
        Stamp = stamp,
        IsPending = entry.Applied != stamp || entry.AppliedStatus != definition?.Status
            || entry.AppliedRevision != (definition?.Revision ?? 0),
        WasEmpty = entry.Applied is null or Empty,
    };
}
