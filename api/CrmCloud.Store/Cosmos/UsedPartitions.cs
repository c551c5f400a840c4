using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// Which partitions of a tenant hold anything, noted before the first write to each. Cosmos DB's feed knows a partition
/// key or everybody's, so a tenant's feed is that of his partitions, one by one.
/// </summary>
/// <remarks>A note is an item <c>~{partition}</c> in the tenant-wide partition of the same container.</remarks>
internal sealed class UsedPartitions
{
    private const int MaxPartitions = 1_000;

    private readonly ConcurrentDictionary<(string Container, string PartitionKey), bool> _noted = new();

    /// <exception cref="StoreUnavailableException">Nothing was written; try again later.</exception>
    public async Task NoteAsync(CosmosSpace space, DocumentKey key, RetryBudget whole, CancellationToken stop)
    {
        var container = space.Of(key.Container);
        var place = (container.Id, space.KeyOf(key.Partition));
        if (key.Partition.Length == 0 || _noted.ContainsKey(place))
        {
            return;
        }

        var note = $$"""{"id":{{Json(CosmosId.Own + CosmosId.Of(key.Partition))}},"pk":{{Json(space.Prefix)}}}""";

        // Already there is as good as made now; so is an answer that got lost, once the repeat says so.
        var answer = await space.Calls.ReadAsync(
            "note_partition",
            bounded => container.CreateItemStreamAsync(
                new MemoryStream(Encoding.UTF8.GetBytes(note)), new(space.Prefix), cancellationToken: bounded),
            stop,
            whole);
        answer.ThrowIfMissing(container.Id);
        _noted[place] = true;
    }

    /// <returns>In ordinal order, the tenant-wide one first.</returns>
    public static async Task<List<string>> ListAsync(CosmosSpace space, Container container, CancellationToken stop)
    {
        var found = new List<string> { "" };
        await space.QueryAsync(
            container,
            space.Prefix,
            CosmosSql.OfOwnNotes(space.Prefix),
            MaxPartitions,
            "changes",
            item =>
            {
                found.Add(CosmosId.Read(item.GetProperty("id").GetString()![1..]));
                return found.Count < MaxPartitions;
            },
            stop);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static string Json(string text) => JsonSerializer.Serialize(text);
}
