using System.Diagnostics;
using System.Globalization;
using System.Text;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Benchmarks;

/// <summary>
/// Imports through the whole pipeline (read, map, decide, claims, documents, audit, progress) into SQLite on disk, with
/// the product's own indexes: Online Retail, CDNOW, and invented rows with 1 % bad ones.
/// </summary>
internal static class ImportBenchmark
{
    private static readonly Dictionary<string, (string File, BulkImportInput Input)> Shared = new()
    {
        ["Online Retail"] = ("online-retail/online_retail.csv.gz", Table([
            Constant("externalId.source", "online-retail"),
            new() { Field = "externalId.id", Column = "InvoiceNo", GroupBy = true },
            Constant("customer.externalId.source", "online-retail"), Column("customer.externalId.id", "CustomerID"),
            Column("customer.country", "Country"),
            new() { Field = "kind", Constant = "PURCHASE", RefundWhen = new() { IdStartsWith = "C" } },
            new() { Field = "at", Column = "InvoiceDate", TimeZone = "Europe/London" }, Constant("currency", "USD"),
            Column("items.sku", "StockCode"), Column("items.quantity", "Quantity"),
            Column("items.unitPrice", "UnitPrice"),
        ])),
        ["CDNOW"] = ("cdnow/CDNOW_master.txt", Table([
            Constant("externalId.source", "cdnow"), new() { Field = "externalId.id", RowNumberAsId = true },
            Constant("customer.externalId.source", "cdnow"), Column("customer.externalId.id", "customer_id"),
            Constant("kind", "PURCHASE"), new() { Field = "at", Column = "date", DateFormat = "yyyyMMdd" },
            Constant("items.sku", "CD"), Column("items.quantity", "number_of_cds"),
            Column("items.amount", "dollar_value"),
        ]) with { Delimiter = "whitespace" }),
    };

    public static async Task RunAsync(string[] arguments)
    {
        var rows = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 200_000;
        var data = Path.Combine(Environment.GetEnvironmentVariable("CRMCLOUD_SHARED") ?? "../shared", "data");
        Console.WriteLine(
            "import                     |   rows | records | rejected | seconds |   cpu s |  rows/s | peak MB");
        foreach (var (name, (file, input)) in Shared)
        {
            var path = Path.Combine(data, file);
            if (File.Exists(path))
            {
                await MeasureAsync(name, path, input);
            }
        }

        var invented = Path.GetTempFileName();
        await File.WriteAllTextAsync(invented, Orders(rows));
        await MeasureAsync("orders, 1 % bad", invented, Orders());
        File.Delete(invented);
    }

    private static async Task MeasureAsync(string name, string path, BulkImportInput input)
    {
        var folder = Directory.CreateTempSubdirectory("crmcloud-import-").FullName;
        await using (var stores = new SqliteDocumentStore(Options(folder), TimeProvider.System))
        {
            var store = stores.Open("shop", DataMode.Live);
            var files = new UploadStore(folder).Open("shop", DataMode.Live);
            await store.SaveAsync(
                Batch.Of(new Tenant { Slug = "shop", Name = "Shop", TimeZone = "Europe/London", Currency = "USD" }),
                default);
            await RoundAsync(name, (store, files), path, input);
            await RoundAsync(name + ", again", (store, files), path, input);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task RoundAsync(
        string name, (ITenantStore Store, UploadFolder Files) tenant, string path, BulkImportInput input)
    {
        var uploadId = Guid.NewGuid().ToString("N");
        await using (var file = File.OpenRead(path))
        {
            await tenant.Files.ReceiveAsync(uploadId, file, (file.Length, null), default);
        }

        var now = TimeProvider.System.GetUtcNow();
        var operation = new BulkOperation
        {
            OperationId = BulkOperation.NewId(Guid.NewGuid(), now),
            Status = JobStatus.Queued,
            CreatedAt = now,
            RequestedBy = new(ActorKind.App, null, "benchmark"),
            Input = input with { UploadId = uploadId },
            Stage = ImportStage.Writing,
        };
        await tenant.Store.SaveAsync(Batch.Of(operation), default);
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await new ImportQueue(TimeProvider.System).RunPendingAsync(
            tenant.Store, tenant.Files, "benchmark", () => { }, default);
        var seconds = watch.Elapsed.TotalSeconds;
        var done = (await tenant.Store.FindAsync<BulkOperation>(operation.Key, default))!;
        process.Refresh();
        cpu = process.TotalProcessorTime - cpu;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-26} | {done.RowsDone,6} | {done.Summary.Read,7} | {done.Summary.Rejected,8} | {seconds,7:F2} | "
                + $"{cpu.TotalSeconds,7:F2} | {done.RowsDone / seconds,7:F0} | {process.PeakWorkingSet64 >> 20,7}"));
    }

    private static SqliteStoreOptions Options(string folder) => new()
    {
        DataDirectory = Path.Combine(folder, "data"),
        Indexes =
        [
            new(Container.Interactions, "transaction", "customerId", "at"),
            new(Container.Master, "customer", "createdAt"),
        ],
    };

    private static string Orders(int rows)
    {
        var random = new Random(20261);
        var text = new StringBuilder("order,customer,country,at,total\n");
        for (var i = 0; i < rows; i++)
        {
            var total = random.Next(100) == 0
                ? "a lot"
                : (random.Next(100, 50_000) / 100m).ToString(CultureInfo.InvariantCulture);
            var at = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(random.Next(500_000));
            text.Append(
                CultureInfo.InvariantCulture, $"O{i},K{random.Next(rows / 10)},DE,{at:yyyy-MM-ddTHH:mm:ssZ},{total}\n");
        }

        return text.ToString();
    }

    private static BulkImportInput Orders() => Table([
        Constant("externalId.source", "shop"), Column("externalId.id", "order"),
        Constant("customer.externalId.source", "shop"), Column("customer.externalId.id", "customer"),
        Column("customer.country", "country"), Constant("kind", "PURCHASE"),
        Column("at", "at"), Column("amount", "total"),
    ]);

    private static BulkImportInput Table(IReadOnlyList<ColumnMapping> mapping) =>
        new() { Target = ImportTarget.Transactions, UploadId = "", Format = BulkFormat.Csv, Mapping = mapping };

    private static ColumnMapping Column(string field, string column) => new() { Field = field, Column = column };

    private static ColumnMapping Constant(string field, string constant) =>
        new() { Field = field, Constant = constant };
}
