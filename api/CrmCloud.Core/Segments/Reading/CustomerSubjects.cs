using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>One customer as rules see him now.</summary>
/// <param name="Subject">Without a profile where no figures exist of him yet.</param>
/// <param name="IsTorn">His history cannot be read: rules that ask for events cannot be judged.</param>
internal readonly record struct CustomerSubject(RuleSubject Subject, bool IsTorn);

/// <summary>Loads one customer with what the rules at hand read, and no more.</summary>
internal sealed class CustomerSubjects(ITenantStore store, Tenant tenant, SegmentCatalog catalog)
{
    /// <param name="rules">That will be asked of him.</param>
    public async Task<CustomerSubject> OfAsync(
        string customerId, IReadOnlyCollection<CompiledRule> rules, CancellationToken stop)
    {
        var needs = rules.Aggregate(RuleNeeds.None, (all, rule) => all | SegmentRuleSource.Of(rule).Needs);
        var source = new SubjectSource(store, Shared.Buckets.Of(customerId), needs, readNamed: false);
        var subject = new RuleSubject(new RuleFacts());
        var isTorn = false;
        await foreach (var who in source.OfAsync([customerId], stop))
        {
            isTorn = who.Unreadable is not null;
            subject = who.Subject ?? subject with { Profile = isTorn ? await ProfileAsync(customerId, stop) : null };
        }

        var keys = rules.Any(rule => rule.References.Count > 0) ? await SegmentsAsync(customerId, stop) : null;
        return new(subject with { Segments = keys }, isTorn);
    }

    private Task<StoredProfile?> ProfileAsync(string customerId, CancellationToken stop) =>
        store.FindAsync<StoredProfile>(StoredProfile.KeyOf(customerId), stop);

    private async Task<HashSet<string>> SegmentsAsync(string customerId, CancellationToken stop)
    {
        var memberships = await new MembershipReader(store, tenant).OfCustomersAsync([customerId], stop);
        return memberships[customerId].Select(view => catalog.Find(view.SegmentId)?.SegmentKey).OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
    }
}
