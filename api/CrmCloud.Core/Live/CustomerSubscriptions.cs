using System.Runtime.CompilerServices;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Personalization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.SingleView;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Live;

public sealed class CustomerSubscriptions(LiveTimelines timelines)
{
    /// <summary>
    /// What comes onto the customer's time line from now on, in the order in which it is saved, whenever it happened.
    /// Told again when a fact is corrected or more becomes of a recommendation. Needs CUSTOMERS_READ too; changes of
    /// segments are left out without SEGMENTS_READ. A subscriber who is more than 1,024 entries behind for 5 seconds is
    /// ended with SUBSCRIBER_TOO_SLOW.
    /// </summary>
    [Subscription, RequiresScope(Scope.InteractionsRead)]
    public async Task<IAsyncEnumerable<TimelineEntry>> CustomerTimelineAsync(
        [Id] string customerId, Caller caller, CancellationToken stop)
    {
        // As for the query, which reaches a time line through its customer.
        RequiresScopeAttribute.Demand(caller, "Subscription.customerTimeline", Scope.CustomersRead);
        var local = GlobalId.Local(customerId, "Customer");
        var customer = await CustomerLookup.ByLocalIdAsync(caller.Store, local, stop)
            ?? throw LiveWatch.NotFound("customer");

        // Read before anything is listened to, so that no event is taken for an old one.
        var consents = await CustomerFields.ConsentsOfAsync(caller.Store, customer.CustomerId, stop);
        var known = consents.ToDictionary(consent => consent.Id, consent => consent.History);
        return SaidOf(await timelines.ListenAsync(caller, customer.CustomerId, stop), known, caller, stop);
    }

    private static async IAsyncEnumerable<TimelineEntry> SaidOf(
        IAsyncEnumerable<TimelineNews> told, Dictionary<string, IReadOnlyList<ConsentEvent>> known, Caller caller,
        [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var news in told.WithCancellation(stop))
        {
            foreach (var entry in await EntriesAsync(news.What, known, caller, stop))
            {
                yield return entry;
            }
        }
    }

    private static async Task<IReadOnlyList<TimelineEntry>> EntriesAsync(
        object what, Dictionary<string, IReadOnlyList<ConsentEvent>> known, Caller caller, CancellationToken stop)
    {
        switch (what)
        {
            case Interaction interaction:
                return [TimelineEntries.Of(interaction)];
            case Transaction transaction:
                return [TimelineEntries.Of(transaction)];
            case RecommendationRecord record:
                return [await TimelineEntries.WithNodeAsync(TimelineEntries.Of(record), caller, stop)];
            case Consent consent:
                var before = known.GetValueOrDefault(consent.Id, []);
                known[consent.Id] = consent.History;
                return [.. NewIn(consent.History, before).Select(e => TimelineEntries.Of(consent, e))];
            case SegmentMove move when caller.Has(Scope.SegmentsRead):
                var catalog = await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop);
                return [TimelineEntries.Of(move, catalog.Find(move.SegmentId))];
            default:
                return [];
        }
    }

    // A history keeps the newest: what is known of it has lost some at its beginning.
    private static IEnumerable<ConsentEvent> NewIn(
        IReadOnlyList<ConsentEvent> now, IReadOnlyList<ConsentEvent> before)
    {
        var lost = Enumerable.Range(0, before.Count + 1)
            .First(lost => before.Skip(lost).SequenceEqual(now.Take(before.Count - lost)));
        return now.Skip(before.Count - lost);
    }
}
