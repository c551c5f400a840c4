using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>All segments of a tenant and mode, built-in ones first, then by key.</summary>
public sealed class SegmentCatalog
{
    private readonly Dictionary<string, SegmentDefinition> _byId;
    private readonly Dictionary<string, SegmentDefinition> _byKey;

    public SegmentCatalog(IEnumerable<SegmentDefinition> definitions)
    {
        All = [.. definitions.OrderBy(d => !d.IsBuiltIn).ThenBy(d => d.SegmentKey, StringComparer.Ordinal)];
        _byId = All.ToDictionary(d => d.SegmentId, StringComparer.Ordinal);
        _byKey = All.ToDictionary(d => d.SegmentKey, StringComparer.Ordinal);
    }

    public IReadOnlyList<SegmentDefinition> All { get; }

    public SegmentDefinition? Find(string segmentId) => _byId.GetValueOrDefault(segmentId);

    public SegmentDefinition? FindByKey(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>Null where there is none; of another tenant there is none.</summary>
    public SegmentDefinition? Find(SegmentRef reference) => reference.Key is { } key
        ? FindByKey(key)
        : GlobalId.Local(reference.Id, "Segment") is { } id ? Find(id) : null;

    public static async Task<SegmentCatalog> LoadAsync(ITenantStore store, Tenant tenant, CancellationToken stop)
    {
        var query = new Query(Container.Master, "", "segment") { Take = SegmentDefinition.Most };
        var stored = (await store.QueryAsync<SegmentDefinition>(query, stop)).Items;

        // Two with one key cannot be: the claim stands before them. Should it fail, the first one keeps the name.
        return new(RfmSegments.Of(tenant).Concat(stored).DistinctBy(d => d.SegmentKey, StringComparer.Ordinal));
    }
}
