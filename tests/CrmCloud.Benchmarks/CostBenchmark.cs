using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CrmCloud.Api;
using CrmCloud.Core;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Tests.Store.Cosmos;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CrmCloud.Benchmarks;

/// <summary>
/// Round trips and bytes of the public API's operations on the Cosmos DB adapter, over our own gateway, what they would
/// cost by <see cref="RequestUnits"/>, and what a month would. An ESTIMATE: nobody has measured an account.
/// </summary>
internal static class CostBenchmark
{
    private const int Customers = 1_000;
    private const int OrdersEach = 3;
    private const int Repeats = 20;

    // List price of serverless Cosmos DB per million request units, US dollars; regions differ.
    private const double DollarsPerMillion = 0.25;

    public static async Task RunAsync()
    {
        await using var gateway = await Gateway.StartAsync();
        gateway.MaxPage = 1_000;
        var meter = new WireMeter();
        await using var store = new MeteredStore(await CosmosTesting.OpenAsync(new()
        {
            Endpoint = gateway.Endpoint, Key = Gateway.Key, SingleEndpoint = true, Wire = meter.NewHandler,
            Indexes = new ServiceCollection().AddCrmCloud().Indexes,
        }), meter);
        var folder = Directory.CreateTempSubdirectory("crmcloud-cost-").FullName;
        try
        {
            await using var app = await StartAsync(folder, store);
            using var shop = new Shop(app, meter);
            await shop.RunAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<WebApplication> StartAsync(string folder, IDocumentStore store)
    {
        string[] args = ["--urls", "http://127.0.0.1:0", $"--CrmCloud:DataDirectory={folder}", "--CrmCloud:Demo=false",
            "--CrmCloud:Workers=false"];
        var app = CrmCloudHost.Build(args, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton(store);
            var imports = builder.Services.Single(s => s.ServiceType == typeof(IHostedService)
                && s.ImplementationType == typeof(EmbeddedImports));
            builder.Services.Remove(imports);
        });
        await app.StartAsync();
        return app;
    }

    private sealed class Shop(WebApplication app, WireMeter meter) : IDisposable
    {
        private static readonly TenantMode Tenant = new("shop", DataMode.Live);
        private readonly HttpClient _http = new() { BaseAddress = new(app.Urls.First()) };
        private readonly Dictionary<string, double> _units = [];
        private int _number;

        public async Task RunAsync()
        {
            var made = await app.Services.GetRequiredService<TenantDirectory>()
                .CreateAsync(new("shop", "GBP", "Europe/London"), default);
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Value.KeyText);
            Console.WriteLine($"{"operation",-36} | trips |  sent B | received B | request units (model)");
            await MeasureAsync("import, per order", Customers * OrdersEach, ImportAsync, once: true);
            await MeasureAsync("first visit, per customer", Customers, VisitAsync, once: true);
            await MeasureAsync("customerCreate", 1, () => AskAsync(Customer));
            await MeasureAsync("transactionRecord", 1, () => AskAsync(Order));
            await VisitAsync();
            await MeasureAsync("visit after one order", 1, VisitAsync, before: () => AskAsync(Order));
            await MeasureAsync("customers(first: 50) with value", 1, () => AskAsync(_ => (List, null)));
            await MeasureAsync("kpi by month, 2 years", 1, () => AskAsync(_ => (Kpi, null)));
            await MeasureAsync("customer with 20 of his timeline", 1, () => AskAsync(_ => (One, null)));
            await MeasureAsync(
                "nightly recount, per customer", Customers, VisitAsync, once: true, before: RecountAsync);
            Estimate();
        }

        public void Dispose() => _http.Dispose();

        // Of a month of a tenant of 10,000 customers; every number is an assumption, and upper where in doubt.
        private void Estimate()
        {
            (string Operation, double Times)[] month =
            [
                ("transactionRecord", 15_000), ("customerCreate", 2_000), ("visit after one order", 17_000),
                ("customers(first: 50) with value", 20_000), ("kpi by month, 2 years", 20_000),
                ("customer with 20 of his timeline", 20_000), ("nightly recount, per customer", 30 * 10_000),
            ];
            var units = month.Sum(one => one.Times * _units[one.Operation]);
            foreach (var (operation, times) in month)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {times,9:N0} x {operation,-36} {times * _units[operation] / 1e6,8:F2} million units"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                ESTIMATE for one tenant of 10,000 customers and month: {units / 1e6:F1} million request units,
                  {units / 1e6 * DollarsPerMillion:F2} US dollars
                ESTIMATE for 1,000 such tenants: {units / 1e3:N0} million,
                  {units / 1e3 * DollarsPerMillion:N0} US dollars; on average
                  {units * 1_000 / 2_592_000:N0} units a second
                Without storage, network, logs, and the processes themselves.
                """));
        }

        private async Task MeasureAsync(
            string name, int per, Func<Task> run, bool once = false, Func<Task>? before = null)
        {
            var sum = default(Spent);
            var repeats = once ? 1 : Repeats;
            for (var n = 0; n < repeats; n++)
            {
                await (before?.Invoke() ?? Task.CompletedTask);
                var start = meter.Now;
                await run();
                var spent = meter.Now - start;
                sum += spent;
            }

            double count = repeats * per;
            _units[name] = sum.Units / count;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-36} | {sum.Trips / count,5:F1} | {sum.Sent / count,7:N0} | "
                + $"{sum.Received / count,10:N0} | {sum.Units / count,9:F1}"));
        }

        private Task VisitAsync() => app.Services.GetRequiredService<TenantVisit>().RunAsync(Tenant, default);

        private Task RecountAsync() => AskAsync(_ => (
            "mutation($input: RecomputeInput!) { kpiRecompute(input: $input) { userErrors { message } } }",
            new { id = Core.Shared.GlobalId.Of("Kpi", "revenue") }));

        private async Task<JsonNode> AskAsync(Func<int, (string Query, object? Input)> ask)
        {
            var (query, input) = ask(++_number);
            using var answer = await _http.PostAsJsonAsync("/graphql", new { query, variables = new { input } });
            var json = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
            return json["errors"] is null && !json.ToJsonString().Contains("\"message\":", StringComparison.Ordinal)
                ? json["data"]!
                : throw new InvalidOperationException(json.ToJsonString());
        }

        private async Task ImportAsync()
        {
            var csv = new StringBuilder("order,customer,at,amount\n");
            for (var n = 0; n < Customers * OrdersEach; n++)
            {
                var day = DateTime.UnixEpoch.AddDays(20_000 + (n * 7 % 360));
                csv.AppendLine(CultureInfo.InvariantCulture,
                    $"o{n},c{n % Customers},{day:yyyy-MM-dd}T10:00:00Z,{5 + (n % 90)}.50");
            }

            var content = Encoding.UTF8.GetBytes(csv.ToString());
            var staged = await AskAsync(_ => (
                "mutation($input: UploadInput!) { stagedUploadCreate(input: $input) { upload { url uploadId }"
                + " userErrors { message } } }",
                new { filename = "orders.csv", bytes = content.Length, contentType = "text/csv" }));
            var upload = staged["stagedUploadCreate"]!["upload"]!;
            using var put = await _http.PutAsync(upload["url"]!.GetValue<string>(), new ByteArrayContent(content));
            put.EnsureSuccessStatusCode();
            string[][] columns =
            [
                ["externalId.id", "order"], ["customer.externalId.id", "customer"], ["at", "at"], ["amount", "amount"],
            ];
            string[][] constants =
            [
                ["externalId.source", "till"], ["customer.externalId.source", "till"], ["kind", "PURCHASE"],
                ["currency", "GBP"],
            ];
            await AskAsync(_ => (
                "mutation($input: BulkImportInput!) { bulkImport(input: $input) { userErrors { message } } }",
                new
                {
                    target = "TRANSACTIONS", uploadId = upload["uploadId"]!.GetValue<string>(), format = "CSV",
                    mapping = columns.Select(one => (object)new { field = one[0], column = one[1] })
                        .Concat(constants.Select(one => (object)new { field = one[0], constant = one[1] })),
                }));
            await app.Services.GetRequiredService<ImportQueue>().RunPendingAsync(
                app.Services.GetRequiredService<IDocumentStore>().Open(Tenant.Tenant, Tenant.Mode),
                app.Services.GetRequiredService<UploadStore>().Open(Tenant.Tenant, Tenant.Mode),
                "cost", () => { }, default);
        }

        private static (string, object?) Customer(int n) => (
            "mutation($input: CustomerInput!) { customerCreate(input: $input) { userErrors { message } } }",
            new
            {
                externalIds = new[] { new { source = "till", id = $"new{n}" } },
                displayName = "Ada Lovelace", email = $"c{n}@example.com",
            });

        private static (string, object?) Order(int n) => (
            "mutation($input: TransactionInput!) { transactionRecord(input: $input) { userErrors { message } } }",
            new
            {
                externalId = new { source = "till", id = $"single{n}" }, kind = "PURCHASE",
                customer = new { externalId = new { source = "till", id = $"c{n * 37 % Customers}" } },
                at = DateTime.UnixEpoch.AddDays(20_361).AddMinutes(n),
                amount = new { amount = "12.50", currency = "GBP" },
            });

        private const string List = """
            { customers(first: 50) { nodes { id displayName country lifecycle
                value { recencyDays frequency monetary { amount } } } } }
            """;

        private const string Kpi = """
            { kpi(ref: {key: "revenue"}) {
                values(grain: MONTH, range: {from: "2024-01-01", to: "2026-01-01"}) { label value } } }
            """;

        private const string One = """
            { customer(ref: {externalId: {source: "till", id: "c17"}}) { id displayName
                value { frequency monetary { amount } } timeline(first: 20) { nodes { kind at title } } } }
            """;
    }
}
