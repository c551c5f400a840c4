using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Personalization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.SingleView;

/// <summary>One customer's life in time order, the newest first, from five sources.</summary>
internal sealed class Timeline(Caller caller, Customer customer, IReadOnlyList<TimelineKind>? kinds)
{
    private readonly MergedQuery<Interaction> _interactions = FactLists.Interactions(caller, customer.CustomerId, null);
    private readonly MergedQuery<Transaction> _transactions = FactLists.Transactions(caller, customer.CustomerId, null);
    private readonly MergedQuery<RecommendationRecord> _recommendations =
        RecommendationReading.OfCustomer(customer.CustomerId);

    /// <summary>
    /// Entries strictly after a place; each source is asked for one page, as the whole page may be one source's.
    /// </summary>
    public async Task<(IReadOnlyList<(TimelineEntry, Position)> Entries, bool HasMore)> ReadAsync(
        int first, Position? after, CancellationToken stop)
    {
        var entries = new List<(TimelineEntry Entry, Position Place)>();
        entries.AddRange(
            await PageAsync(TimelineKind.Interaction, _interactions, TimelineEntries.Of, first, after, stop));
        entries.AddRange(
            await PageAsync(TimelineKind.Transaction, _transactions, TimelineEntries.Of, first, after, stop));
        entries.AddRange(
            await PageAsync(TimelineKind.Recommendation, _recommendations, TimelineEntries.Of, first, after, stop));
        var whole = (await ConsentsAsync(stop)).Concat(await MovesAsync(stop));
        entries.AddRange(whole.Where(e => after is null || Compare(e.Place, after) > 0));
        entries.Sort((a, b) => Compare(a.Place, b.Place));
        var page = new List<(TimelineEntry, Position)>();
        foreach (var (entry, place) in entries.Take(first))
        {
            page.Add((await TimelineEntries.WithNodeAsync(entry, caller, stop), place));
        }

        return (page, entries.Count > first);
    }

    /// <summary>Exact up to 10,000 entries of each source.</summary>
    public async Task<Count> CountAsync(CancellationToken stop)
    {
        var zero = new Count(0, CountPrecision.Exact, caller.Now);
        var interactions = Wants(TimelineKind.Interaction)
            ? await BucketMerge.CountAsync(caller.Store, _interactions, caller.Now, stop) : zero;
        var transactions = Wants(TimelineKind.Transaction)
            ? await BucketMerge.CountAsync(caller.Store, _transactions, caller.Now, stop) : zero;
        var recommendations = Wants(TimelineKind.Recommendation)
            ? await BucketMerge.CountAsync(caller.Store, _recommendations, caller.Now, stop) : zero;
        var whole = (await ConsentsAsync(stop)).Count + (await MovesAsync(stop)).Count;
        Count[] counts = [interactions, transactions, recommendations];
        var atLeast = counts.Any(count => count.Precision == CountPrecision.AtLeast);
        return new(counts.Sum(count => count.Value) + whole,
            atLeast ? CountPrecision.AtLeast : CountPrecision.Exact, caller.Now);
    }

    private bool Wants(TimelineKind kind) => kinds is null || kinds.Contains(kind);

    private async Task<IEnumerable<(TimelineEntry, Position)>> PageAsync<T>(
        TimelineKind kind, MergedQuery<T> query, Func<T, TimelineEntry> entry, int first, Position? after,
        CancellationToken stop)
        where T : class, IDocument
    {
        if (!Wants(kind))
        {
            return [];
        }

        var page = await caller.Store.QueryAsync<T>(
            query.Each with { Partition = query.Partitions[0], Take = first + 1, After = after }, stop);
        return page.Items.Select(item => (entry(item), new Position(query.SortValue(item), item.Key.Id)));
    }

    // A customer's consents are few (200 at most, with 100 events each), so they are read whole.
    private async Task<List<(TimelineEntry Entry, Position Place)>> ConsentsAsync(CancellationToken stop)
    {
        if (!Wants(TimelineKind.Consent))
        {
            return [];
        }

        var consents = await CustomerFields.ConsentsOfAsync(caller.Store, customer.CustomerId, stop);
        return [.. consents.SelectMany(consent => consent.History.Select((e, i) => (
            TimelineEntries.Of(consent, e),
            new Position(SortText.Of(e.At), $"{consent.Key.Id}/{i:D3}"))))];
    }

    // What one customer entered and left in three years is some hundred entries, so it is read whole too.
    private async Task<List<(TimelineEntry Entry, Position Place)>> MovesAsync(CancellationToken stop)
    {
        if (!Wants(TimelineKind.SegmentChange) || !caller.Has(Scope.SegmentsRead))
        {
            return [];
        }

        var moves = await new MembershipReader(caller.Store, caller.Tenant).HistoryAsync(customer.CustomerId, stop);
        var catalog = await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop);
        return [.. moves.Select((move, i) => (
            TimelineEntries.Of(move, catalog.Find(move.SegmentId)),
            new Position(SortText.Of(move.At), $"segmentchange/{i:D6}")))];
    }

    // The newest first, and within one instant the higher id.
    private static int Compare(Position left, Position right)
    {
        var byTime = SortText.Compare(right.SortValue, left.SortValue);
        return byTime != 0 ? byTime : string.CompareOrdinal(right.Id, left.Id);
    }
}
