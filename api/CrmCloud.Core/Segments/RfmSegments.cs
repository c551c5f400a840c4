using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Tenants;
using RfmBox = CrmCloud.Core.Kpis.RfmBox;

namespace CrmCloud.Core.Segments;

/// <summary>
/// One segment for each RFM group of the tenant's settings. They are computed like rules, not stored, and change only
/// with the settings.
/// </summary>
public static class RfmSegments
{
    private const string Prefix = "rfm-";

    private static readonly Dictionary<string, RfmGroup> ByKey =
        Enum.GetValues<RfmGroup>().ToDictionary(KeyOf, StringComparer.Ordinal);

    /// <summary>Those of a tenant, in the order of the groups.</summary>
    public static IReadOnlyList<SegmentDefinition> Of(Tenant tenant)
    {
        var boxes = TenantDefinitions.Of(tenant, 1).Rfm.Boxes;
        var groups = boxes.Select(box => box.Group).Append(RfmGroup.Other).Append(RfmGroup.Prospect);
        return [.. groups.Distinct().Order().Select(group => DefinitionOf(group, tenant))];
    }

    public static bool IsOne(string segmentId) => ByKey.ContainsKey(segmentId);

    /// <summary>The group that a built-in segment stands for; null for any other id or key.</summary>
    public static RfmGroup? GroupOf(string segmentId) =>
        ByKey.TryGetValue(segmentId, out var group) ? group : null;

    /// <summary>Such as <c>rfm-cant-lose</c>; the key and the local id.</summary>
    public static string KeyOf(RfmGroup group) =>
        Prefix + string.Concat(group.ToString().Select((letter, at) =>
            char.IsUpper(letter) ? (at == 0 ? "" : "-") + char.ToLowerInvariant(letter) : letter.ToString()));

    private static SegmentDefinition DefinitionOf(RfmGroup group, Tenant tenant) => new()
    {
        SegmentId = KeyOf(group),
        SegmentKey = KeyOf(group),
        Name = string.Concat(group.ToString().Select((letter, at) =>
            char.IsUpper(letter) && at > 0 ? " " + char.ToLowerInvariant(letter) : letter.ToString())),
        Description = group == RfmGroup.Prospect
            ? "Customers without a qualifying order."
            : "Customers whose recency, frequency and monetary scores put them into this group.",
        Kind = SegmentKind.Dynamic,
        Basis = SegmentBasis.Value,
        Status = DefinitionStatus.Active,
        Version = 1,
        CreatedAt = tenant.CreatedAt,
        UpdatedAt = tenant.CreatedAt,
    };
}
