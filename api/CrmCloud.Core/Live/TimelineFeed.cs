using System.Text.Json;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Personalization;
using CrmCloud.Core.Segments;
using CrmCloud.Store;

namespace CrmCloud.Core.Live;

/// <summary>
/// What was saved of one customer and stands on his time line. A record of the store, or a move.
/// </summary>
/// <param name="What">Interaction, Transaction, RecommendationRecord, Consent or SegmentMove.</param>
internal sealed record TimelineNews(string CustomerId, object What);

/// <summary>
/// Reads what stands on time lines of one tenant and mode from the store's change feeds, whichever process saved it.
/// Not for use by several threads at once.
/// </summary>
/// <param name="isHeard">Whether anybody listens to a customer; the others' documents are passed by unread.</param>
internal sealed class TimelineFeed(
    ITenantStore store, Func<string, bool> isHeard, ConsumerCursor begin, MoveFeed moves)
{
    private const int PageSize = 500;
    private static readonly Container[] Followed = [Container.Master, Container.Interactions];

    private ConsumerCursor _cursor = begin;

    /// <summary>Begins with what is saved from now on.</summary>
    public static async Task<TimelineFeed> OpenAsync(
        ITenantStore store, Func<string, bool> isHeard, CancellationToken stop)
    {
        // The worker follows the same feeds: its place is near the end. What it has not read yet was saved before.
        var worker = await store.FindAsync<ConsumerCursor>(ConsumerCursor.KeyOf(FigureDesk.Consumer), stop)
            ?? new ConsumerCursor { Consumer = FigureDesk.Consumer };
        var feed = new TimelineFeed(store, isHeard, worker, await MoveFeed.OpenAsync(store, stop));
        foreach (var container in Followed)
        {
            await feed.ReadAsync(container, _ => Task.CompletedTask, stop);
        }

        return feed;
    }

    /// <summary>
    /// Gives what was saved since the last call: consents, then facts, then moves, each in the order of saving.
    /// </summary>
    public async Task ReadAsync(Func<IReadOnlyList<TimelineNews>, Task> give, CancellationToken stop)
    {
        foreach (var container in Followed)
        {
            await ReadAsync(container, changes => give([.. changes.Select(NewsIn).OfType<TimelineNews>()]), stop);
        }

        await moves.ReadAsync(
            moved => give([.. moved.Select(move => new TimelineNews(move.CustomerId, move))]), stop);
    }

    private async Task ReadAsync(
        Container container, Func<IReadOnlyList<Change>, Task> see, CancellationToken stop)
    {
        for (var caughtUp = false; !caughtUp;)
        {
            var page = await store.ReadChangesAsync(container, _cursor.Of(container), PageSize, stop);

            // From here on nothing is read again: what follows waits for subscribers, not for the store.
            (_cursor, caughtUp) = (_cursor.At(container, page.Next), page.CaughtUp);
            await see(page.Changes);
        }
    }

    // The id of each of these is {kind}/{customer}/...
    private TimelineNews? NewsIn(Change change)
    {
        if (change.Deleted || change.Key.Kind is not ("interaction" or "transaction" or "recommendation" or "consent"))
        {
            return null;
        }

        var customerId = change.Key.Id.Split('/')[1];
        return isHeard(customerId) && Read(change) is { } what ? new TimelineNews(customerId, what) : null;
    }

    private static object? Read(Change change)
    {
        try
        {
            return change.Key.Kind switch
            {
                "interaction" => change.Read<Interaction>(),
                "transaction" => change.Read<Transaction>(),
                "recommendation" => change.Read<RecommendationRecord>(),
                _ => change.Read<Consent>(),
            };
        }
        catch (JsonException)
        {
            // The worker reports it where operators look; the others are told all the same.
            return null;
        }
    }
}
