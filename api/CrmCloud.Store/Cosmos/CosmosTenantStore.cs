namespace CrmCloud.Store.Cosmos;

/// <summary>
/// A handle on one tenant's partitions of the shared containers; others' keys cannot be made with it.
/// </summary>
internal sealed class CosmosTenantStore(CosmosSpace space, UsedPartitions partitions, bool isDirectory) : ITenantStore
{
    private const int MaxKeys = 1_000;
    private const int MaxChanges = 1_000;

    // Of one query; texts exist for this many, and each costs little even where few are found.
    private const int IdsPerQuery = 100;

    private readonly CosmosWriter _writer = new(space, partitions);

    public async Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop) where T : class, IDocument
    {
        Check(key.Container);
        return Addresses.IsWellFormed(key)
            ? await space.FindAsync(
                key, "find", (item, json) => item.Deleted ? null : DocumentJson.Read<T>(CosmosItem.Body(json)), stop)
            : null;
    }

    public async Task<IReadOnlyList<T>> FindManyAsync<T>(IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
        where T : class, IDocument
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Count, MaxKeys, nameof(keys));
        foreach (var key in keys)
        {
            Check(key.Container);
        }

        var chunks = keys.Where(Addresses.IsWellFormed).Distinct()
            .GroupBy(key => (key.Container, key.Partition))
            .SelectMany(group => group.Chunk(IdsPerQuery));
        var found = new List<T>(keys.Count);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stop };
        await Parallel.ForEachAsync(chunks, options, async (chunk, token) =>
        {
            var some = await FindChunkAsync<T>(chunk, token);
            lock (found)
            {
                found.AddRange(some);
            }
        });
        return found;
    }

    public async Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop) where T : class, IDocument
    {
        Check(query.Container);
        var partitionKey = space.KeyOf(query.Partition);
        var container = ContainerPlan.NameOf(query.Container);
        var (items, positions, hasMore) = (new List<T>(), new List<Position>(), false);
        foreach (var sql in CosmosSql.Of(query, partitionKey))
        {
            if (hasMore)
            {
                break;
            }

            var atMost = query.Take + 1 - items.Count;
            await space.QueryAsync(query.Container, partitionKey, sql, atMost, "query", json =>
            {
                if (items.Count == query.Take)
                {
                    hasMore = true;
                    return false;
                }

                var item = space.Meet(container, partitionKey, json);
                items.Add(DocumentJson.Read<T>(CosmosItem.Body(json)));
                positions.Add(new(SortValue.Of(json, query.OrderBy), item.Id));
                return true;
            }, stop);
        }

        return new(items, hasMore) { Positions = positions };
    }

    public async Task SaveAsync(Batch batch, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (batch.Writes.Count == 0)
        {
            return;
        }

        Check(batch.Writes[0].Key.Container);
        await _writer.SaveAsync(batch, stop);
    }

    public Task<ChangePage> ReadChangesAsync(Container container, string? since, int take, CancellationToken stop)
    {
        Check(container);
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, MaxChanges);
        return CosmosFeed.ReadAsync(space, container, since, take, stop);
    }

    public ITenantStore Noting() =>
        new CosmosTenantStore(space with { Seen = new(space.Prefix) }, partitions, isDirectory);

    public string? Seen => space.Seen?.Text;

    public Task CatchUpAsync(string seen, CancellationToken stop) => Task.WhenAll(
        SeenPlaces.Read(seen).Select(one => space.CatchUpAsync(one.Container, one.Partition, one.Session, stop)));

    private async Task<List<T>> FindChunkAsync<T>(DocumentKey[] keys, CancellationToken stop) where T : class, IDocument
    {
        if (keys.Length == 1)
        {
            return await FindAsync<T>(keys[0], stop) is { } one ? [one] : [];
        }

        var (found, partitionKey) = (new List<T>(keys.Length), space.KeyOf(keys[0].Partition));
        var container = ContainerPlan.NameOf(keys[0].Container);
        var sql = CosmosSql.OfIds(partitionKey, [.. keys.Select(key => CosmosId.Of(key.Id))]);
        await space.QueryAsync(keys[0].Container, partitionKey, sql, IdsPerQuery, "find_many", json =>
        {
            if (!space.Meet(container, partitionKey, json).Deleted)
            {
                found.Add(DocumentJson.Read<T>(CosmosItem.Body(json)));
            }

            return true;
        }, stop);
        return found;
    }

    private void Check(Container container)
    {
        if (container == Container.Directory != isDirectory)
        {
            throw new ArgumentException($"Container {container} is not in this store.", nameof(container));
        }
    }
}
