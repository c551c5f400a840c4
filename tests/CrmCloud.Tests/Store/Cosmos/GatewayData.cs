using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>One stored item of the self-written gateway.</summary>
public sealed record GatewayItem(string Id, string PartitionKey, JsonObject Json, long Lsn, DateTimeOffset? ExpiresAt)
{
    public string ETag => $"\"{Lsn:x8}-{Id.Length}\"";
}

/// <summary>
/// A container of the self-written gateway: items by partition key and id, stamped anew by each write.
/// </summary>
public sealed class GatewayContainer(JsonObject definition, TimeProvider clock)
{
    private Dictionary<(string PartitionKey, string Id), GatewayItem> _items = [];

    public JsonObject Definition => definition;

    public Lock Gate { get; } = new();

    public long Lsn { get; private set; } = 1;

    public GatewayItem? Find(string partitionKey, string id) =>
        _items.TryGetValue((partitionKey, id), out var item) && !(item.ExpiresAt <= clock.GetUtcNow()) ? item : null;

    public IEnumerable<GatewayItem> In(string partitionKey) =>
        _items.Values.Where(item => item.PartitionKey == partitionKey && !(item.ExpiresAt <= clock.GetUtcNow()));

    /// <summary>Carries all out under one number, or none. The statuses are what each would have got.</summary>
    public IReadOnlyList<(int Status, GatewayItem? Item)> Write(
        string partitionKey, IReadOnlyList<GatewayWrite> writes)
    {
        var (before, lsn) = (_items, Lsn + 1);
        _items = new(_items);
        var results = new List<(int Status, GatewayItem? Item)>();
        foreach (var write in writes)
        {
            var result = Apply(partitionKey, write, lsn);
            results.Add(result);
            if (result.Status >= 400)
            {
                _items = before;
                return [.. writes.Select((_, at) => at == results.Count - 1 ? result : (424, null))];
            }
        }

        Lsn = lsn;
        return results;
    }

    private (int Status, GatewayItem? Item) Apply(string partitionKey, GatewayWrite write, long lsn)
    {
        var id = write.Id ?? (string)write.Json!["id"]!;
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
                _items.Remove((partitionKey, id));
                return (204, null);
            default:
                var item = _items[(partitionKey, id)] = Stamp(partitionKey, id, write.Json!, lsn);
                return (write.Kind == GatewayWriteKind.Create ? 201 : 200, item);
        }
    }

    private GatewayItem Stamp(string partitionKey, string id, JsonObject json, long lsn)
    {
        var ttl = definition["defaultTtl"] is null ? null : (int?)json["ttl"];
        var item = new GatewayItem(id, partitionKey, json, lsn, ttl is { } life ? clock.GetUtcNow().AddSeconds(life) : null);
        json["_etag"] = item.ETag;
        json["_lsn"] = lsn;
        json["_ts"] = clock.GetUtcNow().ToUnixTimeSeconds();
        json["_rid"] = Gateway.Rid(lsn);
        return item;
    }
}

public enum GatewayWriteKind
{
    Create,
    Replace,
    Delete,
}

public sealed record GatewayWrite(GatewayWriteKind Kind, string? Id, JsonObject? Json, string? IfMatch);
