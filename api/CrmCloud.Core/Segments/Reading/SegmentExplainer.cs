using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>Says clause by clause why a customer is a member or not, as he is now.</summary>
public sealed class SegmentExplainer(ITenantStore store, Tenant tenant)
{
    /// <summary>
    /// Every clause with the value it saw; empty for a manual segment, a customer without figures or with a torn
    /// history, and a rule that cannot be read any more.
    /// </summary>
    public async Task<IReadOnlyList<RuleTrace>> TraceAsync(
        SegmentDefinition segment, string customerId, DateTimeOffset now, CancellationToken stop)
    {
        if (Shared.Buckets.PartitionOf(customerId) is null)
        {
            return [];
        }

        var catalog = await SegmentCatalog.LoadAsync(store, tenant, stop);
        var attributes = await AttributeCatalog.LoadAsync(store, stop);
        var compiler = new RuleCompiler(SegmentRuleSource.Vocabulary(tenant, attributes, catalog));
        var rule = segment.RuleText is { } text && compiler.Compile(text) is { Succeeded: true } compiled
            ? compiled.Value
            : null;
        var who = await new CustomerSubjects(store, tenant, catalog).OfAsync(
            customerId, rule is null ? [] : [rule], stop);
        return who is { IsTorn: false, Subject.Profile: { } profile }
            ? RfmSegments.GroupOf(segment.SegmentId) is { } group
                ? [OfGroup(profile.RfmGroup, group)]
                : rule?.Trace(who.Subject, now, new LeafCache()) ?? []
            : [];
    }

    private static RuleTrace OfGroup(RfmGroup own, RfmGroup wanted) =>
        new("RFM group", own == wanted, NameOf(own), NameOf(wanted));

    private static string NameOf(RfmGroup group) => Shared.Problem.PublicName(group);
}
