using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using CrmCloud.Core.Bulk;
using CrmCloud.Tests.RealData;
using CrmCloud.Tests.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// The beginning of the Online Retail file, imported over GraphQL, and what the product says of it afterwards.
/// </summary>
internal static class RetailOrders
{
    /// <summary>Those of the file, days of its first quarter only: more would cost more than one request may.</summary>
    public static readonly (string Grain, string From, string To)[] Periods =
    [
        ("YEAR", "2010-12-01", "2012-01-01"), ("QUARTER", "2010-12-01", "2012-01-01"),
        ("MONTH", "2010-12-01", "2012-01-01"), ("WEEK", "2010-12-01", "2012-01-01"),
        ("DAY", "2010-12-01", "2011-03-01"),
    ];

    private static readonly (string Key, string Rule)[] Segments =
    [
        ("often", "frequency >= 3"),
        ("big", "monetary >= 500.00 GBP"),
        ("german", "country = 'Germany' or in segment often and in segment big"),
    ];

    /// <summary>Sends the first lines of the file and runs the import; nothing else is worked on.</summary>
    /// <param name="lines">At most; the whole file has 541,909.</param>
    /// <returns>The operation's rows.</returns>
    public static async Task<JsonNode> ImportAsync(TestKey key, int lines)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "orders.csv");
        await CopyAsync(Repository.SharedFile("data", "online-retail", "online_retail.csv.gz"), file, lines);
        foreach (var (name, rule) in Segments)
        {
            await key.DoAsync("segmentCreate", "SegmentInput",
                new { key = name, name, kind = "DYNAMIC", rule = new { expression = rule } }, "segment { id }");
        }

        await using var content = File.OpenRead(file);
        var uploadId = await key.UploadAsync("orders.csv", content);
        var started = await key.DoAsync("bulkImport", "BulkImportInput",
            new { target = "TRANSACTIONS", uploadId, format = "CSV", mapping = OnlineRetailTests.Mapping },
            "operation { id }");
        var services = key.Cloud.Services;
        await services.GetRequiredService<ImportQueue>().RunPendingAsync(
            key.Store, services.GetRequiredService<UploadStore>().Open(key.Tenant, key.Mode), "test", () => { },
            default);
        var done = await key.GetAsync(
            "query($id: ID!) { bulkOperation(id: $id) "
            + "{ status summary { created customersCreated rows { read rejected } } } }",
            new { id = started["operation"]!["id"]!.GetValue<string>() });
        Assert.Equal("SUCCEEDED", done["bulkOperation"]!["status"]!.GetValue<string>());
        return done["bulkOperation"]!["summary"]!;
    }

    /// <summary>
    /// Every indicator of these periods, by name; cohorts; RFM; segments; and every customer's own figures.
    /// </summary>
    public static async Task<SortedDictionary<string, string>> FiguresAsync(
        TestKey key, params (string Grain, string From, string To)[] periods)
    {
        var figures = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (grain, from, to) in periods)
        {
            var kpis = (await key.GetAsync($$"""
                { kpis(first: 50) { nodes { key
                  values(grain: {{grain}}, range: { from: "{{from}}", to: "{{to}}" }) { label value currency }
                } } }
                """))["kpis"]!["nodes"]!.AsArray();
            foreach (var kpi in kpis)
            {
                foreach (var value in kpi!["values"]!.AsArray())
                {
                    figures.Add($"kpi {kpi["key"]} {grain} {value!["label"]}", $"{value["value"]} {value["currency"]}");
                }
            }
        }

        await AddOverviewsAsync(key, figures);
        await AddCustomersAsync(key, figures);
        return figures;
    }

    private static async Task AddOverviewsAsync(TestKey key, SortedDictionary<string, string> figures)
    {
        var overviews = await key.GetAsync("""
            {
              cohorts(grain: MONTH, range: { from: "2010-12-01", to: "2012-01-01" }, asOf: "2011-12-10T00:00:00Z") {
                label size cells { offset active }
              }
              rfm {
                customers
                cells { recency frequency monetary customers }
                groups { group customers revenue { amount } }
              }
              segments(first: 50) { nodes { key size { value precision } } }
            }
            """);
        foreach (var cohort in overviews["cohorts"]!.AsArray())
        {
            figures.Add($"cohort {cohort!["label"]}", cohort.ToJsonString());
        }

        foreach (var segment in overviews["segments"]!["nodes"]!.AsArray())
        {
            figures.Add($"segment {segment!["key"]}", segment.ToJsonString());
        }

        figures.Add("rfm", overviews["rfm"]!.ToJsonString());
    }

    private static async Task AddCustomersAsync(TestKey key, SortedDictionary<string, string> figures)
    {
        string? after = null;
        do
        {
            var page = (await key.GetAsync("""
                query($after: String) {
                  customers(first: 50, after: $after) {
                    nodes { externalIds { id } lifecycle value { frequency monetary { amount } rfm { cell group } } }
                    pageInfo { hasNextPage endCursor }
                  }
                }
                """, new { after }))["customers"]!;
            foreach (var customer in page["nodes"]!.AsArray())
            {
                var (name, value) = (customer!["externalIds"]![0]!["id"], customer["value"]!);
                figures.Add($"customer {name}",
                    $"{customer["lifecycle"]} {value["frequency"]} {value["monetary"]!["amount"]}");
                figures.Add($"rfm of {name}", $"{value["rfm"]?.ToJsonString()}");
            }

            after = page["pageInfo"]!["hasNextPage"]!.GetValue<bool>()
                ? page["pageInfo"]!["endCursor"]!.GetValue<string>()
                : null;
        }
        while (after is not null);
    }

    private static async Task CopyAsync(string from, string to, int lines)
    {
        await using var packed = new GZipStream(File.OpenRead(from), CompressionMode.Decompress);
        using var reader = new StreamReader(packed);
        await using var writer = new StreamWriter(to);
        for (var line = 0; line <= lines && await reader.ReadLineAsync() is { } text; line++)
        {
            await writer.WriteLineAsync(text);
        }
    }
}
