using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

/// <summary>Loads one customer as rules see him: only what the rules at hand read.</summary>
internal static class SubjectLoader
{
    public static async Task<RuleSubject> LoadAsync(
        Caller caller, Customer customer, IReadOnlyCollection<CompiledRule> rules, CancellationToken stop)
    {
        var store = caller.Store;
        var profile = await store.FindAsync<StoredProfile>(StoredProfile.KeyOf(customer.CustomerId), stop);
        var facts = new RuleFacts();
        if (profile is not null && rules.Any(rule => rule.ReadsEvents))
        {
            var chunks = await new CustomerLoader(store).ChunksAsync([profile], stop);
            facts.Load([.. chunks.GetValueOrDefault(customer.CustomerId, []).Select(chunk => chunk.Packed)]);
        }

        return new(facts)
        {
            Profile = profile,
            Customer = customer,
            Segments = rules.Any(rule => rule.References.Count > 0)
                ? await SegmentsAsync(store, caller.Tenant, customer.CustomerId, stop)
                : null,
        };
    }

    private static async Task<IReadOnlySet<string>> SegmentsAsync(
        ITenantStore store, Tenant tenant, string customerId, CancellationToken stop)
    {
        var catalog = await SegmentCatalog.LoadAsync(store, tenant, stop);
        var memberships = await new MembershipReader(store, tenant).OfCustomersAsync([customerId], stop);
        return memberships[customerId].Select(view => catalog.Find(view.SegmentId)?.SegmentKey).OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
    }
}
