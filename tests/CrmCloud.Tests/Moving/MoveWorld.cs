using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using CrmCloud.Core;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Moving;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;
using CrmCloud.Tests.Promises;
using CrmCloud.Tests.Store;
using CrmCloud.Tests.Store.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Moving;

/// <summary>Several installations at one moment, and a folder for the files between them.</summary>
internal sealed class MoveWorld : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<IAsyncDisposable> _open = [];
    private int _disposed;

    public FakeClock Clock { get; } = new();

    public string File(string name) => Path.Combine(_folder.Path, name);

    /// <param name="stores">What stands between the product and its store; null for nothing.</param>
    public async Task<TestCloud> EmbeddedAsync(Func<IDocumentStore, IDocumentStore>? stores = null)
    {
        var cloud = await TestCloud.StartAsync(Clock, services =>
        {
            AtOnce(services);
            if (stores is not null)
            {
                var inner = services.Last(one => one.ServiceType == typeof(IDocumentStore)).ImplementationFactory!;
                services.AddSingleton(provider => stores((IDocumentStore)inner(provider)));
            }
        });
        _open.Insert(0, cloud);
        return cloud;
    }

    /// <summary>The product on the Cosmos DB adapter, over the self-written gateway.</summary>
    public async Task<TestCloud> CosmosAsync()
    {
        var gateway = await Gateway.StartAsync(Clock);
        gateway.MaxPage = 1_000;
        var store = await CosmosTesting.OpenAsync(new()
        {
            Endpoint = gateway.Endpoint, Key = Gateway.Key, SingleEndpoint = true,
            Indexes = new ServiceCollection().AddCrmCloud().Indexes,
        });
        var cloud = await TestCloud.StartAsync(Clock, services =>
        {
            AtOnce(services);
            services.AddSingleton<IDocumentStore>(store);
        });
        _open.InsertRange(0, [cloud, store, gateway]);
        return cloud;
    }

    public static Task<MoveReport> ExportAsync(TestCloud from, string slug, string path, bool stayReadOnly = true) =>
        from.Services.GetRequiredService<TenantExport>().RunAsync(slug, path, stayReadOnly, default);

    public static Task<MoveReport> ImportAsync(TestCloud to, string path, bool stayReadOnly = true) =>
        to.Services.GetRequiredService<TenantImport>().RunAsync(path, stayReadOnly, default);

    public static Task<MoveReport> CompareAsync(TestCloud cloud, string path) =>
        cloud.Services.GetRequiredService<TenantComparison>().RunAsync(path, default);

    public static Task UnfreezeAsync(TestCloud cloud, string slug) =>
        cloud.Services.GetRequiredService<TenantFreeze>().UnfreezeAsync(slug, default);

    /// <summary>
    /// A shop of some customers with orders by import, one refused row, a deleted order, a segment, and a sandbox.
    /// </summary>
    public static async Task<TestKey> ShopAsync(TestCloud cloud, string slug, int orders = 60)
    {
        var shop = await cloud.TenantAsync(slug);
        var csv = new StringBuilder("order,customer,at,total\n");
        for (var n = 0; n < orders; n++)
        {
            var at = cloud.Time.GetUtcNow().AddDays(-n * 3).UtcDateTime.ToString("s", CultureInfo.InvariantCulture);
            csv.AppendLine(CultureInfo.InvariantCulture, $"{slug}-{n},{slug}-c{n % 17},{at}Z,{10 + n}.50");
        }

        csv.AppendLine($"{slug}-bad,{slug}-c1,not a date,1");
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString()));
        await shop.DoAsync("bulkImport", "BulkImportInput", new
        {
            target = "TRANSACTIONS", uploadId = await shop.UploadAsync("orders.csv", content), format = "CSV",
            mapping = new object[]
            {
                new { field = "externalId.source", constant = "till" },
                new { field = "externalId.id", column = "order" },
                new { field = "customer.externalId.source", constant = "till" },
                new { field = "customer.externalId.id", column = "customer" },
                new { field = "kind", constant = "PURCHASE" },
                new { field = "at", column = "at" }, new { field = "currency", constant = "GBP" },
                new { field = "amount", column = "total" },
            },
        }, "operation { id }");
        await shop.WorkAsync();
        await shop.DoAsync("transactionDelete", "IdInput", new { id = await OrderAsync(shop) }, "deletedId",
            new { idempotencyKey = $"{slug}-delete" });
        var sandbox = await cloud.SandboxAsync(shop);
        await Texts.MakeAsync(sandbox, $"try-{slug}");
        await shop.WorkAsync();
        await sandbox.WorkAsync();
        return shop;
    }

    /// <summary>The id of some customer's newest order.</summary>
    public static async Task<string> OrderAsync(TestKey key)
    {
        var found = await key.GetAsync("{ customers(first: 1) { nodes { transactions(first: 1) { nodes { id } } } } }");
        return found["customers"]!["nodes"]![0]!["transactions"]!["nodes"]![0]!["id"]!.GetValue<string>();
    }

    /// <summary>What a client sees of the tenant, as one text.</summary>
    public static async Task<string> AnswersAsync(TestCloud cloud, TestKey key)
    {
        var answer = await cloud.Key(key.Text).GetAsync(
            """
            {
              viewer { mode tenant { slug currency } actor { label } }
              kpis(first: 30) {
                nodes { key values(grain: YEAR, range: { from: "2009-01-01", to: "2028-01-01" }) { label value } }
              }
              rfm { customers groups { group customers revenue { amount } } }
              customers(first: 20) {
                nodes {
                  id version displayName country
                  transactions(first: 5) { nodes { id at version amount { amount } } }
                }
              }
              segments(first: 20) { nodes { key size { value } } }
            }
            """);
        return answer.ToJsonString();
    }

    /// <summary>
    /// Every document of a tenant's files, by address, as version, deleted and body; without reading places.
    /// </summary>
    /// <remarks>Read past the store and compared by other means than the product's own comparison.</remarks>
    public static SortedDictionary<string, string> Documents(TestCloud cloud, string slug)
    {
        var documents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (address, text) in cloud.Documents())
        {
            var parts = text.Split('|', 4);
            if (address.StartsWith(slug + ".", StringComparison.Ordinal)
                && !address.Contains("|cursor/", StringComparison.Ordinal))
            {
                documents.Add(address, $"{parts[0]} {parts[2]} {Sorted(parts[3])}");
            }
        }

        return documents;
    }

    public static async Task<string> TextOfAsync(string path)
    {
        await using var packed = new GZipStream(System.IO.File.OpenRead(path), CompressionMode.Decompress);
        using var reader = new StreamReader(packed);
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // A test's end is announced in two ways.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        foreach (var one in _open)
        {
            await one.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static string Sorted(string body) => body.Length == 0 ? "" : Sorted(JsonNode.Parse(body))!.ToJsonString();

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => KeyValuePair.Create(one.Key, Sorted(one.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    // Nobody else holds a key of these installations, so nobody has to be waited for.
    private static void AtOnce(IServiceCollection services) => services.AddSingleton(provider => new TenantFreeze(
        provider.GetRequiredService<IDocumentStore>(), provider.GetRequiredService<KeyRing>(),
        provider.GetRequiredService<ChangeSignal>(), provider.GetRequiredService<TimeProvider>())
    {
        Settled = TimeSpan.Zero,
    });
}
