using System.Text.Json;
using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>One stored item of the self-written gateway.</summary>
public sealed record GatewayItem(string Id, string PartitionKey, JsonObject Json, long Lsn, DateTimeOffset? ExpiresAt)
{
    private byte[]? _text;

    public string ETag => $"\"{Lsn:x8}-{Id.Length}\"";

    /// <summary>As it goes over the wire.</summary>
    public byte[] Text => _text ??= JsonSerializer.SerializeToUtf8Bytes(Json);
}

/// <summary>
/// A container of the self-written gateway: items by partition key and id, stamped anew by each write.
/// </summary>
public sealed class GatewayContainer(JsonObject definition, TimeProvider clock)
{
    private readonly Dictionary<string, GatewayPartition> _partitions = new(StringComparer.Ordinal);
    private readonly GatewayFeed _feed = new();

    public JsonObject Definition => definition;

    public Lock Gate { get; } = new();

    public long Lsn { get; private set; } = 1;

    /// <summary>
    /// A replica that has come no further answers reads whose session does not ask for more; null for none.
    /// </summary>
    public long? LaggingAt { get; set; }

    public GatewayItem? Find(string partitionKey, string id) =>
        PartitionOf(partitionKey).Items.GetValueOrDefault(id) is { } item && IsAlive(item) ? item : null;

    /// <summary>Everything of a partition, of every one for null; only ids that begin so.</summary>
    public IEnumerable<GatewayItem> In(string? partitionKey, string idPrefix = "") =>
        (partitionKey is null ? _partitions.Values : Enumerable.Repeat(PartitionOf(partitionKey), 1))
            .SelectMany(partition => partition.StartingWith(idPrefix)).Where(IsAlive);

    /// <summary>What was written after a number, in the order of writes; of every partition for null.</summary>
    public IEnumerable<GatewayItem> Since(string? partitionKey, long lsn) =>
        (partitionKey is null ? _feed : PartitionOf(partitionKey).Feed).After(lsn).Where(IsAlive);

    /// <summary>Carries all out under one number, or none. The statuses are what each would have got.</summary>
    public IReadOnlyList<(int Status, GatewayItem? Item)> Write(
        string partitionKey, IReadOnlyList<GatewayWrite> writes)
    {
        var (lsn, before) = (Lsn + 1, new List<(string Id, GatewayItem? Item)>());
        var results = new List<(int Status, GatewayItem? Item)>();
        foreach (var write in writes)
        {
            var id = write.Id ?? (string)write.Json!["id"]!;
            before.Add((id, PartitionOf(partitionKey).Items.GetValueOrDefault(id)));
            var result = Apply(partitionKey, id, write, lsn);
            results.Add(result);
            if (result.Status >= 400)
            {
                before.Reverse();
                before.ForEach(one => Put(partitionKey, one.Id, one.Item));
                return [.. writes.Select((_, at) => at == results.Count - 1 ? result : (424, null))];
            }
        }

        Lsn = lsn;
        return results;
    }

    private (int Status, GatewayItem? Item) Apply(string partitionKey, string id, GatewayWrite write, long lsn)
    {
        var found = Find(partitionKey, id);
        switch (write.Kind)
        {
            case GatewayWriteKind.Create when found is not null:
                return (409, null);
            case GatewayWriteKind.Replace or GatewayWriteKind.Delete when found is null:
                return (404, null);
            case GatewayWriteKind.Replace or GatewayWriteKind.Delete
                when write.IfMatch is { } etag && etag != found!.ETag:
                return (412, null);
            case GatewayWriteKind.Delete:
                Put(partitionKey, id, null);
                return (204, null);
            default:
                var item = Stamp(partitionKey, id, write.Json!, lsn);
                Put(partitionKey, id, item);
                return (write.Kind == GatewayWriteKind.Create ? 201 : 200, item);
        }
    }

    private void Put(string partitionKey, string id, GatewayItem? item)
    {
        var partition = PartitionOf(partitionKey);
        var before = partition.Items.GetValueOrDefault(id);
        foreach (var feed in new[] { _feed, partition.Feed })
        {
            feed.Replace(before, item);
        }

        partition.Put(id, item);
    }

    private GatewayPartition PartitionOf(string partitionKey) =>
        _partitions.TryGetValue(partitionKey, out var found) ? found : _partitions[partitionKey] = new();

    private bool IsAlive(GatewayItem item) => !(item.ExpiresAt <= clock.GetUtcNow());

    private GatewayItem Stamp(string partitionKey, string id, JsonObject json, long lsn)
    {
        var ttl = definition["defaultTtl"] is null ? null : (int?)json["ttl"];
        var expires = ttl is { } life ? clock.GetUtcNow().AddSeconds(life) : (DateTimeOffset?)null;
        var item = new GatewayItem(id, partitionKey, json, lsn, expires);
        json["_etag"] = item.ETag;
        json["_lsn"] = lsn;
        json["_ts"] = clock.GetUtcNow().ToUnixTimeSeconds();
        json["_rid"] = Gateway.Rid(lsn);
        return item;
    }
}

/// <summary>The items of one partition key, found by id and by the beginning of ids.</summary>
internal sealed class GatewayPartition
{
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);

    public Dictionary<string, GatewayItem> Items { get; } = new(StringComparer.Ordinal);

    public GatewayFeed Feed { get; } = new();

    public IEnumerable<GatewayItem> StartingWith(string prefix) => prefix.Length == 0
        ? Items.Values
        : _ids.GetViewBetween(prefix, prefix + '\uffff').Select(id => Items[id]);

    public void Put(string id, GatewayItem? item)
    {
        if (item is null)
        {
            Items.Remove(id);
            _ids.Remove(id);
        }
        else
        {
            Items[id] = item;
            _ids.Add(id);
        }
    }
}

/// <summary>The latest version of each item, in the order of writes.</summary>
internal sealed class GatewayFeed
{
    private static readonly GatewayItem Last = new("\uffff", "\uffff", [], long.MaxValue, null);

    private readonly SortedSet<GatewayItem> _items = new(Comparer<GatewayItem>.Create((one, other) =>
        one.Lsn != other.Lsn ? one.Lsn.CompareTo(other.Lsn)
        : one.PartitionKey != other.PartitionKey ? string.CompareOrdinal(one.PartitionKey, other.PartitionKey)
        : string.CompareOrdinal(one.Id, other.Id)));

    public IEnumerable<GatewayItem> After(long lsn) => _items.GetViewBetween(new("", "", [], lsn + 1, null), Last);

    public void Replace(GatewayItem? before, GatewayItem? now)
    {
        if (before is not null)
        {
            _items.Remove(before);
        }

        if (now is not null)
        {
            _items.Add(now);
        }
    }
}

public enum GatewayWriteKind
{
    Create,
    Replace,
    Delete,
}

public sealed record GatewayWrite(GatewayWriteKind Kind, string? Id, JsonObject? Json, string? IfMatch);
