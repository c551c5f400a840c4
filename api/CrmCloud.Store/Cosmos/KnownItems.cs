using System.Collections.Concurrent;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// The guards of documents read or written lately, so that a write after a read needs no second read. A remembered one
/// that is no longer true costs a refused write, never a wrong one.
/// </summary>
/// <remarks>Two generations: what was not used while one filled up is forgotten.</remarks>
internal sealed class KnownItems(int capacity)
{
    private readonly Lock _turning = new();
    private ConcurrentDictionary<(string Container, string PartitionKey, string Id), CosmosItem> _new = new();
    private ConcurrentDictionary<(string Container, string PartitionKey, string Id), CosmosItem> _old = new();

    public CosmosItem? Find(string container, string partitionKey, string id)
    {
        var key = (container, partitionKey, id);
        return _new.TryGetValue(key, out var item) || _old.TryGetValue(key, out item) ? item : null;
    }

    public void Remember(string container, string partitionKey, CosmosItem item)
    {
        if (capacity == 0)
        {
            return;
        }

        _new[(container, partitionKey, item.Id)] = item;
        if (_new.Count > capacity / 2)
        {
            lock (_turning)
            {
                if (_new.Count > capacity / 2)
                {
                    (_old, _new) = (_new, new());
                }
            }
        }
    }

    public void Forget(string container, string partitionKey, string id)
    {
        _new.TryRemove((container, partitionKey, id), out _);
        _old.TryRemove((container, partitionKey, id), out _);
    }
}
