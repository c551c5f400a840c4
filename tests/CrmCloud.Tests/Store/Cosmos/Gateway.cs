using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>What goes wrong with one request to the gateway.</summary>
public enum Fault
{
    None,

    /// <summary>429 with a wait of 5 ms; nothing is done.</summary>
    Throttle,

    /// <summary>503 that names no wait, as Cosmos DB's do; nothing is done.</summary>
    Unavailable,

    /// <summary>404 with substatus 1002: the copy that was asked is behind what the client has seen.</summary>
    Behind,

    /// <summary>The connection breaks before anything is done.</summary>
    Drop,

    /// <summary>Everything is done; the connection breaks instead of an answer.</summary>
    LoseAnswer,

    /// <summary>Everything is done; no answer ever comes.</summary>
    NeverAnswer,

    /// <summary>Nothing is done; no answer ever comes.</summary>
    Silent,

    /// <summary>Everything is done; half of the answer comes, and then nothing more.</summary>
    Stall,

    /// <summary>Everything is done; the answer comes byte by byte, 20 ms each.</summary>
    Trickle,

    /// <summary>Everything is done; the answer is 503.</summary>
    DoneButUnavailable,

    /// <summary>Nothing is done until <see cref="Gateway.Release"/>; then everything is.</summary>
    Held,
}

/// <summary>
/// SELF-WRITTEN. A small server that speaks as much of Cosmos DB's protocol as our adapter needs, written by us from
/// what the client sends. It shows that the adapter keeps its promises over a store that behaves so, and makes faults
/// on demand; it does not show that Cosmos DB behaves so.
/// </summary>
public sealed class Gateway : IAsyncDisposable
{
    public const string Key = "Z2F0ZXdheS1rZXktZm9yLXRlc3RzLW9ubHk=";

    private readonly Dictionary<string, GatewayContainer> _containers = [];
    // The client names a database by its name or by its resource id.
    private readonly HashSet<string> _databases = ["AQAAAA=="];

    private readonly WebApplication _app;
    private readonly TimeProvider _clock;

    private Gateway(TimeProvider clock)
    {
        _clock = clock;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Endpoint => new(_app.Urls.Single() + "/");

    /// <summary>
    /// Asked once for each request on documents: create, read, replace, delete, query, batch or feed.
    /// </summary>
    public Func<string, Fault> FaultFor { get; set; } = _ => Fault.None;

    /// <summary>401 or 403 for everything, as an account answers a wrong key or an identity without a role.</summary>
    public int? Refusal { get; set; }

    public string Consistency { get; set; } = "Session";

    /// <summary>
    /// So many reads whose session asks for more than the lagging replica has are told that no newer one is found.
    /// </summary>
    public int Behind { get; set; }

    /// <summary>Items in one page of a query at most, so that pages have to be followed.</summary>
    public int MaxPage { get; set; } = 7;

    /// <summary>Requests on documents so far, by operation, and faults made, by kind.</summary>
    public ConcurrentDictionary<string, int> Counted { get; } = new();

    public IDictionary<string, GatewayContainer> Containers => _containers;

    /// <summary>Ends when a request is held, so that others can come between what it read and what it writes.</summary>
    public TaskCompletionSource Holding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets held requests go on.</summary>
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<Gateway> StartAsync(TimeProvider? clock = null)
    {
        var gateway = new Gateway(clock ?? TimeProvider.System);
        await gateway._app.StartAsync();
        return gateway;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>16 bytes as the client decodes them: database, container, item.</summary>
    public static string Rid(long item) =>
        Convert.ToBase64String([1, 0, 0, 0, 0x80, 0, 0, 1, .. BitConverter.GetBytes(item)]).Replace('/', '-');

    private static string ContainerRid(int number) => Convert.ToBase64String([1, 0, 0, 0, 0x80, 0, 0, (byte)number]);

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var path = http.Request.Path.Value!.Trim('/').Split('/');
        http.Response.Headers["x-ms-request-charge"] = "1.5";
        http.Response.Headers["x-ms-activity-id"] = Guid.NewGuid().ToString();
        if (Refusal is { } refusal)
        {
            await SendAsync(http, refusal, """{"code":"Forbidden","message":"Refused."}""");
            return;
        }

        var container = path.Length > 3 ? Find(Uri.UnescapeDataString(path[3])) : null;
        var (status, answer) = path switch
        {
            [""] => (200, Account()),
            ["dbs"] when http.Request.Method == "POST" => (201, MakeDatabase(body)),
            ["dbs", var other, ..] when !_databases.Contains(other) => (404, new()),
            ["dbs", var db] => (200, new JsonObject { ["id"] = db, ["_rid"] = "AQAAAA==" }),
            ["dbs", _, "colls"] => (201, Make(body)),
            ["dbs", _, "colls", ..] when container is null => NoContainer(http),
            ["dbs", _, "colls", _] => (200, container!.Definition),
            ["dbs", _, "colls", _, "pkranges"] => PartitionKeyRanges(http),
            ["dbs", _, "colls", _, "docs", ..] => (0, new()),
            _ => (404, new JsonObject()),
        };
        if (status == 0)
        {
            await new GatewayRequest(http, body.ToArray(), container!, MaxPage) { TakeBehind = TakeBehind }
                .RunAsync(FaultOf, HoldAsync);
            return;
        }

        await SendAsync(http, status, answer.ToJsonString());
    }

    private bool TakeBehind()
    {
        lock (_containers)
        {
            return Behind-- > 0;
        }
    }

    private Task HoldAsync()
    {
        Holding.TrySetResult();
        return Release.Task;
    }

    private Fault FaultOf(string operation)
    {
        var fault = FaultFor(operation);
        Counted.AddOrUpdate(operation, 1, (_, count) => count + 1);
        if (fault != Fault.None)
        {
            Counted.AddOrUpdate(fault.ToString(), 1, (_, count) => count + 1);
        }

        return fault;
    }

    public static async Task SendAsync(HttpContext http, int status, string json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        if (status != 304)
        {
            await http.Response.WriteAsync(json);
        }
    }

    // The client names a container by its name or, in queries, by its resource id.
    private GatewayContainer? Find(string name) => _containers.GetValueOrDefault(name)
        ?? _containers.Values.FirstOrDefault(one => (string)one.Definition["_rid"]! == name);

    private static JsonObject Named(MemoryStream body) => JsonNode.Parse(body.ToArray())!.AsObject();

    private static (int Status, JsonObject Answer) NoContainer(HttpContext http)
    {
        http.Response.Headers["x-ms-substatus"] = "1003";
        return (404, []);
    }

    private JsonObject MakeDatabase(MemoryStream body)
    {
        var definition = Named(body);
        _databases.Add((string)definition["id"]!);
        return definition;
    }

    private JsonObject Make(MemoryStream body)
    {
        var definition = Named(body);
        var rid = ContainerRid(_containers.Count + 1);
        definition["_rid"] = rid;
        definition["_etag"] = "\"1\"";
        definition["_self"] = $"dbs/AQAAAA==/colls/{rid}/";
        _containers[(string)definition["id"]!] = new(definition, _clock);
        return definition;
    }

    private static (int Status, JsonObject Answer) PartitionKeyRanges(HttpContext http)
    {
        http.Response.Headers.ETag = "\"1\"";
        if (http.Request.Headers.IfNoneMatch == "\"1\"")
        {
            return (304, []);
        }

        var range = new JsonObject
        {
            ["_rid"] = Rid(1), ["id"] = "0", ["_etag"] = "\"1\"", ["minInclusive"] = "", ["maxExclusive"] = "FF",
            ["ridPrefix"] = 0, ["throughputFraction"] = 1, ["status"] = "online", ["parents"] = new JsonArray(),
            ["_ts"] = 1, ["_lsn"] = 1, ["_self"] = "",
        };
        return (200, new()
        {
            ["_rid"] = ContainerRid(1), ["PartitionKeyRanges"] = new JsonArray(range), ["_count"] = 1,
        });
    }

    private JsonObject Account()
    {
        JsonArray Here() =>
            [new JsonObject { ["name"] = "Here", ["databaseAccountEndpoint"] = Endpoint.AbsoluteUri }];
        return new()
        {
            ["_self"] = "", ["id"] = "gateway", ["_rid"] = "gateway", ["media"] = "//media/",
            ["addresses"] = "//addresses/", ["_dbs"] = "//dbs/",
            ["writableLocations"] = Here(), ["readableLocations"] = Here(),
            ["enableMultipleWriteLocations"] = false,
            ["userConsistencyPolicy"] = new JsonObject { ["defaultConsistencyLevel"] = Consistency },
            ["userReplicationPolicy"] = new JsonObject
            {
                ["asyncReplication"] = false, ["minReplicaSetSize"] = 3, ["maxReplicasetSize"] = 4,
            },
            ["systemReplicationPolicy"] = new JsonObject { ["minReplicaSetSize"] = 3, ["maxReplicasetSize"] = 4 },
            ["readPolicy"] = new JsonObject
            {
                ["primaryReadCoefficient"] = 1, ["secondaryReadCoefficient"] = 1,
            },
            ["queryEngineConfiguration"] = QueryEngine,
        };
    }

    // As accounts describe their query engine to the client's planner.
    private const string QueryEngine = """
        {"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":5,"maxLogicalAndPerSqlQuery":500,
        "maxLogicalOrPerSqlQuery":500,"maxUdfRefPerSqlQuery":10,"maxInExpressionItemsCount":16000,
        "queryMaxInMemorySortDocumentCount":500,"maxQueryRequestTimeoutFraction":0.9,
        "sqlAllowNonFiniteNumbers":false,"sqlAllowAggregateFunctions":true,"sqlAllowSubQuery":true,
        "sqlAllowScalarSubQuery":true,"allowNewKeywords":true,"sqlAllowLike":true,"sqlAllowGroupByClause":true,
        "maxSpatialQueryCells":12,"spatialMaxGeometryPointCount":256,"sqlDisableOptimizationFlags":0,
        "sqlAllowTop":true,"enableSpatialIndexing":true}
        """;
}
