using System.Text.Json;
using Microsoft.Azure.Cosmos;
using CosmosContainer = Microsoft.Azure.Cosmos.Container;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// A tenant's changes: those of each of his partitions, in turn, each from its own place. Cosmos DB's feed of everybody
/// would make one tenant's reader pay for all the others' changes.
/// </summary>
internal static class CosmosFeed
{
    /// <remarks>
    /// A page may exceed <paramref name="take"/> by what one batch wrote, which Cosmos DB does not split.
    /// </remarks>
    public static async Task<ChangePage> ReadAsync(
        CosmosSpace space, Container container, string? since, int take, CancellationToken stop)
    {
        var place = FeedPlace.Read(since, space, container);
        var changes = new List<Change>();
        var caughtUp = true;
        foreach (var partition in place.InTurn(await UsedPartitions.ListAsync(space, container, stop)))
        {
            if (changes.Count >= take)
            {
                // The next call begins here, so that a busy partition does not keep the others waiting for ever.
                (place.First, caughtUp) = (partition, false);
                break;
            }

            if (!await ReadPartitionAsync(space, container, partition, place, take, changes, stop))
            {
                (place.First, caughtUp) = (partition, false);
            }
        }

        return new(changes, place.Write(), caughtUp);
    }

    /// <returns>Whether its end was reached.</returns>
    private static async Task<bool> ReadPartitionAsync(
        CosmosSpace space, Container from, string partition, FeedPlace place, int take, List<Change> changes,
        CancellationToken stop)
    {
        var (container, partitionKey) = (space.Of(from), space.KeyOf(partition));
        while (changes.Count < take)
        {
            var start = StartOf(place, partition, partitionKey);
            var answer = await space.Calls.ReadAsync(
                "changes", bounded => ReadPageAsync(container, start, take - changes.Count, bounded), stop);
            answer.ThrowIfMissing(container.Id);
            if (answer.IsOtherContinuation && place.At.Remove(partition))
            {
                // Whatever was read before comes again: at least once is what a reader of the feed is promised.
                continue;
            }

            place.At[partition] = answer.Continuation
                ?? throw new StoreUnavailableException("Cosmos DB gave no place to continue the change feed from.");
            if (answer.Status == System.Net.HttpStatusCode.NotModified)
            {
                return true;
            }

            using var json = JsonDocument.Parse(answer.Body);
            foreach (var item in json.RootElement.GetProperty("Documents").EnumerateArray())
            {
                Add(changes, from, partition, item);
            }
        }

        return false;
    }

    private static ChangeFeedStartFrom StartOf(FeedPlace place, string partition, string partitionKey) =>
        place.At.TryGetValue(partition, out var token)
            ? ChangeFeedStartFrom.ContinuationToken(FeedPlace.Checked(token, partitionKey))
            : ChangeFeedStartFrom.Beginning(FeedRange.FromPartitionKey(new(partitionKey)));

    private static async Task<ResponseMessage> ReadPageAsync(
        CosmosContainer container, ChangeFeedStartFrom start, int atMost, CancellationToken stop)
    {
        var options = new ChangeFeedRequestOptions { PageSizeHint = atMost };
        using var pages = container.GetChangeFeedStreamIterator(start, ChangeFeedMode.LatestVersion, options);
        return await pages.ReadNextAsync(stop);
    }

    private static void Add(List<Change> changes, Container container, string partition, JsonElement json)
    {
        if (json.GetProperty("id").GetString()![0] == CosmosId.Own)
        {
            return;
        }

        var item = CosmosItem.Read(json);
        var body = item.Deleted ? [] : CosmosItem.Body(json).ToArray();
        changes.Add(new(new(container, partition, item.Id), item.Version, item.Deleted, body)
        {
            ExpiresAt = CosmosItem.ExpiryOf(json),
        });
    }
}
