using System.Text.Json;
using Microsoft.Azure.Cosmos;
using CosmosContainer = Microsoft.Azure.Cosmos.Container;

namespace CrmCloud.Store.Cosmos;

/// <summary>One tenant's part of the account: makes his partition keys and reads items from them.</summary>
/// <param name="Prefix">What his partition keys begin with: <c>{tenant}.{mode}</c>, or <c>directory</c>.</param>
internal sealed record CosmosSpace(string Prefix, Database Database, CosmosCalls Calls, KnownItems Known)
{
    // The note of the partition without a name, which is never made.
    private static readonly string Nowhere = $"{CosmosId.Own}";

    /// <summary>Where a request notes how new what it reads and writes is; null for who needs no notes.</summary>
    public SeenPlaces? Seen { get; init; }

    /// <summary>As <see cref="CloudPartition.Of"/> makes it.</summary>
    public string KeyOf(string partition) => partition.Length == 0 ? Prefix : $"{Prefix}~{partition}";

    public CosmosContainer Of(Container container) => Database.GetContainer(ContainerPlan.NameOf(container));

    /// <returns>
    /// The item and the answer that holds its JSON, which lives only as long as <paramref name="use"/>.
    /// </returns>
    public async Task<T?> FindAsync<T>(
        DocumentKey key, string operation, Func<CosmosItem, JsonElement, T?> use, CancellationToken stop,
        RetryBudget? whole = null)
        where T : class
    {
        var (container, partitionKey) = (Of(key.Container), KeyOf(key.Partition));
        var id = CosmosId.Of(key.Id);
        var answer = await Calls.ReadAsync(
            operation,
            bounded => container.ReadItemStreamAsync(id, new(partitionKey), cancellationToken: bounded),
            stop,
            whole);
        Seen?.Note(key.Container, partitionKey, answer.Session);
        if (answer.IsNoContainer)
        {
            answer.ThrowIfMissing(container.Id);
        }

        if (answer.Kind == AnswerKind.Changed)
        {
            Known.Forget(container.Id, partitionKey, key.Id);
            return null;
        }

        using var json = JsonDocument.Parse(answer.Body);
        return use(Meet(container.Id, partitionKey, json.RootElement), json.RootElement);
    }

    /// <summary>
    /// Runs a query within one partition until its end or until <paramref name="take"/> wants no more.
    /// </summary>
    /// <param name="take">Returns false to stop.</param>
    public async Task QueryAsync(
        Container from, string partitionKey, CosmosSql sql, int atMost, string operation, Func<JsonElement, bool> take,
        CancellationToken stop)
    {
        var (container, budget) = (Of(from), Calls.NewBudget());
        string? continuation = null;
        do
        {
            var answer = await Calls.ReadAsync(
                operation,
                bounded => ReadPageAsync(container, sql, partitionKey, continuation, atMost, bounded),
                stop,
                budget);
            Seen?.Note(from, partitionKey, answer.Session);
            answer.ThrowIfMissing(container.Id);
            continuation = answer.Continuation;
            using var json = JsonDocument.Parse(answer.Body);
            foreach (var item in json.RootElement.GetProperty("Documents").EnumerateArray())
            {
                if (!take(item))
                {
                    return;
                }
            }
        }
        while (continuation is not null);
    }

    /// <summary>
    /// Asks for an item that is nowhere of a replica at least as new as a session; the client then asks for no older
    /// one.
    /// </summary>
    public async Task CatchUpAsync(Container container, string partition, string session, CancellationToken stop)
    {
        var options = new ItemRequestOptions { SessionToken = session };
        var (from, key) = (Of(container), new PartitionKey(KeyOf(partition)));
        await Calls.ReadAsync(
            "catch_up",
            bounded => from.ReadItemStreamAsync(Nowhere, key, options, bounded),
            stop);
    }

    /// <summary>Notes an item's guard.</summary>
    public CosmosItem Meet(string container, string partitionKey, JsonElement json)
    {
        var item = CosmosItem.Read(json);
        Known.Remember(container, partitionKey, item);
        return item;
    }

    // An iterator that failed is not asked again: the next attempt makes a new one at the same place.
    private static async Task<ResponseMessage> ReadPageAsync(
        CosmosContainer container, CosmosSql sql, string partitionKey, string? continuation, int atMost,
        CancellationToken stop)
    {
        var options = new QueryRequestOptions { PartitionKey = new(partitionKey), MaxItemCount = atMost };
        using var pages = container.GetItemQueryStreamIterator(sql.Definition, continuation, options);
        return await pages.ReadNextAsync(stop);
    }
}
