using System.Text;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Tests.Bulk;

/// <summary>A tenant on a real store in a folder of its own, and imports into it.</summary>
public sealed class ImportBench : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crmcloud-import-").FullName;
    private readonly SqliteDocumentStore _stores;

    public ImportBench(string currency = "GBP", string zone = "Europe/London")
    {
        _stores = new(new() { DataDirectory = Path.Combine(_folder, "data") }, Clock);
        Store = _stores.Open("shop", DataMode.Live);
        Files = new UploadStore(_folder).Open("shop", DataMode.Live);
        Tenant = new() { Slug = "shop", Name = "Shop", TimeZone = zone, Currency = currency };
    }

    public static CancellationToken Stop => CancellationToken.None;

    public FakeClock Clock { get; } = new();

    public ITenantStore Store { get; }

    public UploadFolder Files { get; }

    public Tenant Tenant { get; }

    /// <summary>A mapping in few words: field, then column, or =constant; `#` is the row number.</summary>
    public static List<ColumnMapping> Map(params (string Field, string From)[] fields) =>
        [.. fields.Select(f => f.From switch
        {
            "#" => new ColumnMapping { Field = f.Field, RowNumberAsId = true },
            ['=', .. var constant] => new() { Field = f.Field, Constant = constant },
            ['*', .. var column] => new() { Field = f.Field, Column = column, GroupBy = true },
            _ => new() { Field = f.Field, Column = f.From },
        })];

    public Task<BulkOperation> ImportAsync(string text, BulkImportInput input) =>
        ImportAsync(Encoding.UTF8.GetBytes(text), input);

    public async Task<BulkOperation> ImportAsync(byte[] file, BulkImportInput input) =>
        await RunAsync(await QueueAsync(new MemoryStream(file), input), Store);

    /// <summary>Uploads and queues; nothing runs yet.</summary>
    public async Task<BulkOperation> QueueAsync(Stream file, BulkImportInput input)
    {
        if (await Store.FindAsync<Tenant>(Tenant.KeyOf(), Stop) is null)
        {
            await Store.SaveAsync(Batch.Of(Tenant), Stop);
        }

        Clock.Advance(TimeSpan.FromSeconds(1));
        var uploadId = Guid.NewGuid().ToString("N");
        Assert.NotNull(await Files.ReceiveAsync(uploadId, file, (file.Length, null), Stop));
        var operation = new BulkOperation
        {
            OperationId = BulkOperation.NewId(Guid.NewGuid(), Clock.Now),
            Status = JobStatus.Queued,
            CreatedAt = Clock.Now,
            RequestedBy = new(ActorKind.App, null, "test"),
            Input = input with { UploadId = uploadId },
            Stage = input.DryRun || input.ErrorPolicy == ErrorPolicy.RejectAll
                ? ImportStage.Checking
                : ImportStage.Writing,
        };
        await Store.SaveAsync(Batch.Of(operation), Stop);
        return operation;
    }

    /// <summary>Lets a worker run on some store, which may break.</summary>
    public async Task<BulkOperation> RunAsync(
        BulkOperation operation, ITenantStore store, int recordsPerChunk = BulkLimits.RecordsPerChunk)
    {
        var setting = new ImportSetting(store, Files, Clock, "worker", () => { }) { RecordsPerChunk = recordsPerChunk };
        await new ImportRun(setting).RunAsync(await ReloadAsync(operation), Stop);
        return await ReloadAsync(operation);
    }

    public async Task<BulkOperation> ReloadAsync(BulkOperation operation) =>
        (await Store.FindAsync<BulkOperation>(operation.Key, Stop))!;

    public string Rejected(BulkOperation operation) =>
        Files.OpenRejected(operation.OperationId) is { } file ? new StreamReader(file).ReadToEnd() : "";

    public Task<List<Transaction>> TransactionsAsync() => AllAsync<Transaction>(Container.Interactions, "transaction");

    public Task<List<Customer>> CustomersAsync() => AllAsync<Customer>(Container.Master, "customer");

    public async Task<List<T>> AllAsync<T>(Container container, string kind)
        where T : class, IDocument
    {
        var all = new List<T>();
        foreach (var partition in Buckets.Partitions.Append(""))
        {
            var query = new Query(container, partition, kind) { Take = 1_000 };
            Page<T> page;
            do
            {
                page = await Store.QueryAsync<T>(query, Stop);
                all.AddRange(page.Items);
                query = query with { After = page.Items.Count > 0 ? new(null, page.Items[^1].Key.Id) : null };
            }
            while (page.HasMore);
        }

        return all;
    }

    /// <summary>The promise of every import, whatever happened: nothing read is unaccounted for.</summary>
    public static void AssertTrue(BulkOperation operation)
    {
        foreach (var counts in new[] { operation.Progress.Records, operation.Progress.Rows })
        {
            Assert.Equal(
                counts.Read, counts.Created + counts.Updated + counts.Unchanged + counts.Rejected + counts.Skipped);
        }

        Assert.Equal(operation.RowsTotal, operation.Progress.Rows.Read);
    }

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
