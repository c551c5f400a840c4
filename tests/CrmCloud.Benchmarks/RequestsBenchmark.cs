using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CrmCloud.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CrmCloud.Benchmarks;

/// <summary>
/// Requests a second over loopback against the demo shop, with client and server in one process. In the same run a
/// plain ASP.NET endpoint takes the same request and answers the same bytes: what is left for us to win or lose.
/// </summary>
internal static class RequestsBenchmark
{
    private const string Key = "requests-benchmark-demo-key-0123456789";
    private const int Connections = 8;
    private const int MostRequests = 200_000;

    // By time and not by number: a fresh process runs unoptimized code for that long, and would be measured doing so.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);

    private static readonly (string Name, string Query)[] Reads =
    [
        ("50 customers with value", """
            { customers(first: 50) { nodes { id displayName country email
                value { recencyDays frequency monetary { amount currency } rfm { group } } lifecycle }
                pageInfo { hasNextPage endCursor } } }
            """),
        ("kpi by month, 2 years", """
            { kpi(ref: {key: "revenue"}) { key name unit values(grain: MONTH,
                range: {from: "2024-12-01", to: "2026-12-01"}, compare: SAME_PERIOD_LAST_YEAR) {
                  label value numerator denominator complete
                  compared { previous change changePercent better } freshness { stale } } } }
            """),
        ("single view, timeline", """
            { customer(ref: {externalId: {source: "shop", id: "C-000017"}}) { id displayName email country
                value { recencyDays frequency monetary { amount currency } } consents { purpose channel status }
                timeline(first: 20) { nodes { kind at title channel } pageInfo { hasNextPage } } } }
            """),
    ];

    /// <param name="args">Optionally the seconds of each measurement, 1 to 60; default 8.</param>
    public static async Task RunAsync(string[] args)
    {
        var span = TimeSpan.FromSeconds(
            args.Length > 0 ? Math.Clamp(int.Parse(args[0], CultureInfo.InvariantCulture), 1, 60) : 8);
        var folder = Directory.CreateTempSubdirectory("crmcloud-requests-").FullName;
        try
        {
            await using var product = await StartProductAsync(folder);
            using var http = Client(product);
            await MakeReadyAsync(http);
            Console.WriteLine(
                "request                    | answer B |   our req/s | p50 ms | p99 ms | plain req/s | "
                    + "p50 ms | p99 ms | plain/ours");
            foreach (var (name, query) in Reads)
            {
                var body = Body(query);
                await CompareAsync(name, http, _ => body, span);
            }

            await CompareAsync("transactionRecord", http, Order, span);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<WebApplication> StartProductAsync(string folder)
    {
        string[] args = ["--urls", "http://127.0.0.1:0", "--CrmCloud:DataDirectory", folder, "--CrmCloud:DemoKey", Key];
        var app = CrmCloudHost.Build(args, builder => builder.Logging.ClearProviders());
        await app.StartAsync();
        return app;
    }

    private static HttpClient Client(WebApplication app)
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Connections };
        var client = new HttpClient(handler) { BaseAddress = new(app.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return client;
    }

    /// <summary>The demo is made and its figures are counted.</summary>
    private static async Task MakeReadyAsync(HttpClient http)
    {
        var fresh = Body("{ kpi(ref: {key: \"orders\"}) { value(grain: YEAR) { freshness { stale } } } }");
        for (var attempt = 0; attempt < 1_200; attempt++)
        {
            using var ready = await http.GetAsync("/readyz");
            if (ready.IsSuccessStatusCode
                && (await SendAsync(http, fresh)).Contains("\"stale\":false", StringComparison.Ordinal))
            {
                return;
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException("The demo shop was not ready within a minute.");
    }

    private static async Task CompareAsync(string name, HttpClient http, Func<int, byte[]> body, TimeSpan span)
    {
        // Numbers below zero are the warm-up's, so that no order is recorded twice.
        var answer = await SendAsync(http, body(-1));
        if (answer.Contains("\"errors\":", StringComparison.Ordinal)
            || answer.Contains("\"message\"", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{name}: {answer}");
        }

        await using var plain = await StartPlainAsync(Encoding.UTF8.GetBytes(answer));
        using var plainHttp = Client(plain);
        var (ours, theirs) = (await MeasureAsync(http, body, span), await MeasureAsync(plainHttp, body, span));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-26} | {answer.Length,8} | {ours} | {theirs} | {theirs.PerSecond / ours.PerSecond,10:F1}"));
    }

    /// <summary>Reads the body, parses its JSON and answers: what no server of such documents is spared.</summary>
    private static async Task<WebApplication> StartPlainAsync(byte[] answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/graphql", async (HttpContext http) =>
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = answer.Length;
            await http.Response.Body.WriteAsync(answer, http.RequestAborted);
        });
        await app.StartAsync();
        return app;
    }

    private static async Task<Measured> MeasureAsync(HttpClient http, Func<int, byte[]> body, TimeSpan span)
    {
        var warm = Stopwatch.StartNew();
        for (var first = -2; warm.Elapsed < WarmUp; first -= Connections)
        {
            var next = first;
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(n => SendAsync(http, body(next - n))));
        }

        var sent = -1;
        var watch = Stopwatch.StartNew();
        var clients = Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            var milliseconds = new List<double>();
            while (watch.Elapsed < span && Interlocked.Increment(ref sent) is var number and < MostRequests)
            {
                var begun = Stopwatch.GetTimestamp();
                await SendAsync(http, body(number));
                milliseconds.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }

            return milliseconds;
        }));
        var all = (await Task.WhenAll(clients)).SelectMany(one => one).Order().ToArray();
        return new(all.Length / watch.Elapsed.TotalSeconds, all[all.Length / 2], all[all.Length * 99 / 100]);
    }

    private static async Task<string> SendAsync(HttpClient http, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var answer = await http.PostAsync("/graphql", content);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    private static byte[] Body(string query) => JsonSerializer.SerializeToUtf8Bytes(new { query });

    private static byte[] Order(int number) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        query = "mutation ($i: TransactionInput!) { transactionRecord(input: $i) { transaction { id } "
            + "userErrors { message } } }",
        variables = new
        {
            i = new
            {
                externalId = new { source = "benchmark", id = $"B{number}" },
                customer = new { externalId = new { source = "shop", id = $"C-{1 + (Math.Abs(number) % 2_000):D6}" } },
                kind = "PURCHASE",
                amount = new { amount = "12.50", currency = "GBP" },
                at = "2026-06-01T12:00:00Z",
            },
        },
    });

    private sealed record Measured(double PerSecond, double Median, double P99)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{PerSecond,11:F0} | {Median,6:F2} | {P99,6:F2}");
    }
}
