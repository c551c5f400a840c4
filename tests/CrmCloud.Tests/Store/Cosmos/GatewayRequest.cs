using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>One request on the documents of a container of the self-written gateway.</summary>
internal sealed class GatewayRequest(HttpContext http, byte[] body, GatewayContainer container, int maxPage)
{
    /// <summary>Whether this read is to be told that no replica is new enough.</summary>
    public required Func<bool> TakeBehind { get; init; }

    private long AskedLsn => http.Request.Headers["x-ms-session-token"].ToString().Split('#') is [_, var lsn, ..]
        ? long.Parse(lsn, CultureInfo.InvariantCulture)
        : 0;

    private string? PartitionKey =>
        http.Request.Headers["x-ms-documentdb-partitionkey"].ToString() is { Length: > 0 } key
            ? (string?)JsonNode.Parse(key)![0]
            : null;

    private string Id => Uri.UnescapeDataString(http.Request.Path.Value!.Split('/')[^1]);

    private string Operation =>
        (http.Request.Method, Has("x-ms-documentdb-isquery"), Has("x-ms-cosmos-is-batch-request")) switch
        {
            ("POST", true, _) => "query",
            ("POST", _, true) => "batch",
            ("POST", _, _) => "create",
            ("PUT", _, _) => "replace",
            ("DELETE", _, _) => "delete",
            ("GET", _, _) when http.Request.Headers.ContainsKey("A-IM") => "feed",
            _ => "read",
        };

    private int PageSize => int.TryParse(http.Request.Headers["x-ms-max-item-count"], out var most) && most > 0
        ? Math.Min(most, maxPage)
        : maxPage;

    // Of what the replica has that answers.
    private long _newest = long.MaxValue;

    public async Task RunAsync(Func<string, Fault> faultFor, Func<Task> hold)
    {
        var fault = faultFor(Operation);
        if (fault == Fault.Drop)
        {
            http.Abort();
            return;
        }

        if (fault is Fault.Throttle or Fault.Unavailable or Fault.Behind)
        {
            var (refusal, header, value) = fault switch
            {
                Fault.Throttle => (429, "x-ms-retry-after-ms", "5"),
                Fault.Behind => (404, "x-ms-substatus", "1002"),
                _ => (503, "x-ms-substatus", "0"),
            };
            http.Response.Headers[header] = value;
            await Gateway.SendAsync(http, refusal, "{}");
            return;
        }

        if (fault == Fault.Held)
        {
            await hold();
        }

        if (fault == Fault.Silent)
        {
            await UntilGivenUpAsync();
            return;
        }

        var (status, answer) = Carry();
        switch (fault)
        {
            case Fault.LoseAnswer:
                http.Abort();
                return;
            case Fault.NeverAnswer:
            case Fault.Stall or Fault.Trickle when answer.Length == 0:
                await UntilGivenUpAsync();
                return;
            case Fault.Stall or Fault.Trickle:
                http.Response.StatusCode = status;
                await DripAsync(answer, fault == Fault.Stall ? answer.Length / 2 : 1);
                return;
            case Fault.DoneButUnavailable:
                await Gateway.SendAsync(http, 503, "{}");
                return;
        }

        http.Response.StatusCode = status;
        if (status != 304 && answer.Length > 0)
        {
            await http.Response.Body.WriteAsync(answer);
        }
    }

    private async Task UntilGivenUpAsync()
    {
        var gone = new TaskCompletionSource();
        await using (http.RequestAborted.Register(gone.SetResult))
        {
            await gone.Task;
        }
    }

    /// <summary>
    /// So many bytes, then one after the other with a pause before each, or none where half was sent.
    /// </summary>
    private async Task DripAsync(byte[] answer, int first)
    {
        await http.Response.Body.WriteAsync(answer.AsMemory(0, first));
        await http.Response.Body.FlushAsync();
        if (first > 1)
        {
            await UntilGivenUpAsync();
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var at = 1; at < answer.Length && !http.RequestAborted.IsCancellationRequested; at++)
        {
            await timer.WaitForNextTickAsync();
            await http.Response.Body.WriteAsync(answer.AsMemory(at, 1));
            await http.Response.Body.FlushAsync();
        }
    }

    private (int Status, byte[] Answer) Carry()
    {
        lock (container.Gate)
        {
            var lags = Operation is "read" or "query" && container.LaggingAt is not null;
            if (lags && AskedLsn > container.LaggingAt && TakeBehind())
            {
                http.Response.Headers["x-ms-substatus"] = "1002";
                return (404, "{}"u8.ToArray());
            }

            _newest = lags && AskedLsn <= container.LaggingAt ? container.LaggingAt!.Value : long.MaxValue;
            var result = Operation switch
            {
                "query" => Query(),
                "batch" => GatewayBatch.Run(container, PartitionKey!, body),
                "create" => WriteOne(GatewayWriteKind.Create, null, Json()),
                "replace" => WriteOne(GatewayWriteKind.Replace, Id, Json()),
                "delete" => WriteOne(GatewayWriteKind.Delete, Id, null),
                "feed" => Feed(),
                _ => Read(),
            };
            var lsn = Math.Min(_newest, container.Lsn);
            http.Response.Headers["x-ms-session-token"] = $"0:-1#{lsn}";
            http.Response.Headers["x-ms-content-path"] = (string)container.Definition["_rid"]!;
            http.Response.Headers["x-ms-alt-content-path"] = string.Join(
                '/', http.Request.Path.Value!.Split('/')[1..5]);
            http.Response.Headers["lsn"] = lsn.ToString(CultureInfo.InvariantCulture);
            return result;
        }
    }

    private (int Status, byte[] Answer) Read() => container.Find(PartitionKey!, Id) is { } item && item.Lsn <= _newest
        ? Stamped(200, item)
        : (404, "{}"u8.ToArray());

    private (int Status, byte[] Answer) WriteOne(GatewayWriteKind kind, string? id, JsonObject? json)
    {
        var ifMatch = http.Request.Headers.IfMatch.ToString() is { Length: > 0 } etag ? etag : null;
        var (status, item) = container.Write(PartitionKey!, [new(kind, id, json, ifMatch)]).Single();
        return item is null ? (status, status >= 400 ? "{}"u8.ToArray() : []) : Stamped(status, item);
    }

    private (int Status, byte[] Answer) Stamped(int status, GatewayItem item)
    {
        http.Response.Headers.ETag = item.ETag;
        return (status, item.Text);
    }

    private (int Status, byte[] Answer) Query()
    {
        if (Has("x-ms-cosmos-is-query-plan-request"))
        {
            throw new InvalidOperationException("The planner inside the client should have planned this query.");
        }

        var request = Json();
        var parameters = (request["parameters"]?.AsArray() ?? [])
            .ToDictionary(one => (string)one!["name"]!, one => one!["value"]);
        var query = GatewaySql.Parse((string)request["query"]!, parameters);
        if (query.Order.Count > 1 && !HasIndex(query))
        {
            return (400, """{"message":"The order by query has no corresponding composite index."}"""u8.ToArray());
        }

        var all = query.Run(Candidates(query).Where(item => item.Lsn <= _newest)).ToList();
        _ = int.TryParse(http.Request.Headers["x-ms-continuation"], out var from);
        if (from + PageSize < all.Count)
        {
            http.Response.Headers["x-ms-continuation"] = (from + PageSize).ToString(CultureInfo.InvariantCulture);
        }

        return (200, Documents(all.Skip(from).Take(PageSize)));
    }

    // Only to be fast: the query itself decides.
    private IEnumerable<GatewayItem> Candidates(GatewaySql query) => query.Ids is { } ids && PartitionKey is { } key
        ? ids.Distinct().Select(id => container.Find(key, id)).OfType<GatewayItem>()
        : container.In(PartitionKey, query.Kind is { } kind ? kind + ".~" : "");

    private bool HasIndex(GatewaySql query)
    {
        var path = "/" + string.Join('/', query.Order[0].Path);
        return container.Definition["indexingPolicy"]?["compositeIndexes"]?.AsArray().Any(
            index => (string)index![0]!["path"]! == path && (string)index[1]!["path"]! == "/id") == true;
    }

    // Documents written together have one number and come together, even beyond what was asked for.
    private (int Status, byte[] Answer) Feed()
    {
        // No place means the beginning, and "*" means now.
        var place = http.Request.Headers.IfNoneMatch.ToString().Trim('"');
        var since = long.TryParse(place, out var lsn) ? lsn : place == "*" ? container.Lsn : 0;
        var from = place.Length == 0 ? http.Request.GetTypedHeaders().IfModifiedSince?.ToUnixTimeSeconds() ?? 0 : 0;
        var all = container.Since(PartitionKey, since).Where(item => (long)item.Json["_ts"]! >= from);
        var head = all.Take(PageSize).ToList();
        var last = head.Count == 0 ? container.Lsn : head[^1].Lsn;
        var page = head.Count == 0
            ? []
            : all.TakeWhile(item => item.Lsn <= last).ToList();
        http.Response.Headers.ETag = $"\"{last}\"";
        http.Response.Headers["x-ms-item-count"] = page.Count.ToString(CultureInfo.InvariantCulture);
        return page.Count == 0 ? (304, []) : (200, Documents(page));
    }

    private byte[] Documents(IEnumerable<GatewayItem> items)
    {
        using var answer = new MemoryStream();
        answer.Write(Encoding.UTF8.GetBytes($"{{\"_rid\":\"{(string)container.Definition["_rid"]!}\",\"Documents\":["));
        var count = 0;
        foreach (var item in items)
        {
            answer.Write(count++ == 0 ? [] : ","u8);
            answer.Write(item.Text);
        }

        http.Response.Headers["x-ms-item-count"] = count.ToString(CultureInfo.InvariantCulture);
        answer.Write(Encoding.UTF8.GetBytes($"],\"_count\":{count}}}"));
        return answer.ToArray();
    }

    private JsonObject Json() => JsonNode.Parse(body)!.AsObject();

    private bool Has(string header) =>
        string.Equals(http.Request.Headers[header], "true", StringComparison.OrdinalIgnoreCase);
}
