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
    /// Every clause with the value it saw; empty for a manual segment, a customer without figures, and a rule that
    /// cannot be read any more.
    /// </summary>
    public async Task<IReadOnlyList<RuleTrace>> TraceAsync(
        SegmentDefinition segment, string customerId, DateTimeOffset now, CancellationToken stop)
    {
        if (Shared.Buckets.PartitionOf(customerId) is not { } bucket)
        {
            return [];
        }

        var catalog = await SegmentCatalog.LoadAsync(store, tenant, stop);
        var attributes = await AttributeCatalog.LoadAsync(store, stop);
        var compiler = new RuleCompiler(SegmentRuleSource.Vocabulary(tenant, attributes, catalog));
        var memberships = (await new MembershipReader(store, tenant).OfCustomersAsync([customerId], stop))[customerId];
        var keys = memberships.Select(one => catalog.Find(one.SegmentId)?.SegmentKey).OfType<string>().ToHashSet();
        var source = new SubjectSource(store, bucket, RuleNeeds.Events | RuleNeeds.Customer, readNamed: false);
        await foreach (var who in source.OfAsync([customerId], stop))
        {
            if (who.Subject is { } subject)
            {
                return Trace(segment, subject with { Segments = keys }, compiler, now);
            }
        }

        return [];
    }

    private static IReadOnlyList<RuleTrace> Trace(
        SegmentDefinition segment, RuleSubject subject, RuleCompiler compiler, DateTimeOffset now)
    {
        if (RfmSegments.GroupOf(segment.SegmentId) is { } group)
        {
            var own = subject.Profile!.RfmGroup;
            return [new RuleTrace("RFM group", own == group, NameOf(own), NameOf(group))];
        }

        return segment.RuleText is { } text && compiler.Compile(text) is { Succeeded: true } rule
            ? rule.Value.Trace(subject, now, new LeafCache())
            : [];
    }

    private static string NameOf(RfmGroup group) => Shared.Problem.PublicName(group);
}
