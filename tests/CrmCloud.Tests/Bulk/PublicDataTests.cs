using CrmCloud.Core.Bulk;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;

namespace CrmCloud.Tests.Bulk;

public sealed class PublicDataTests
{
    public static BulkImportInput OnlineRetail { get; } = new()
    {
        Target = ImportTarget.Transactions,
        UploadId = "",
        Format = BulkFormat.Csv,
        Mapping =
        [
            new() { Field = "externalId.source", Constant = "online-retail" },
            new() { Field = "externalId.id", Column = "InvoiceNo", GroupBy = true },
            new() { Field = "customer.externalId.source", Constant = "online-retail" },
            new() { Field = "customer.externalId.id", Column = "CustomerID" },
            new() { Field = "customer.country", Column = "Country" },
            new() { Field = "kind", Constant = "PURCHASE", RefundWhen = new() { IdStartsWith = "C" } },
            new() { Field = "at", Column = "InvoiceDate", TimeZone = "Europe/London" },
            new() { Field = "currency", Constant = "GBP" },
            new() { Field = "items.sku", Column = "StockCode" },
            new() { Field = "items.quantity", Column = "Quantity" },
            new() { Field = "items.unitPrice", Column = "UnitPrice" },
        ],
    };

    public static BulkImportInput Cdnow { get; } = new()
    {
        Target = ImportTarget.Transactions,
        UploadId = "",
        Format = BulkFormat.Csv,
        Delimiter = "whitespace",
        Mapping =
        [
            new() { Field = "externalId.source", Constant = "cdnow" },
            new() { Field = "externalId.id", RowNumberAsId = true },
            new() { Field = "customer.externalId.source", Constant = "cdnow" },
            new() { Field = "customer.externalId.id", Column = "customer_id" },
            new() { Field = "kind", Constant = "PURCHASE" },
            new() { Field = "at", Column = "date", DateFormat = "yyyyMMdd" },
            new() { Field = "currency", Constant = "USD" },
            new() { Field = "items.sku", Constant = "CD" },
            new() { Field = "items.quantity", Column = "number_of_cds" },
            new() { Field = "items.amount", Column = "dollar_value" },
        ],
    };

    [SkippableFact]
    public async Task Online_Retail_goes_in_as_it_is_and_every_line_is_accounted_for()
    {
        await using var bench = new ImportBench();
        await using var file = Shared("online-retail/online_retail.csv.gz");

        var done = await bench.RunAsync(await bench.QueueAsync(file, OnlineRetail), bench.Store);
        var transactions = await bench.TransactionsAsync();

        ImportBench.AssertTrue(done);
        Assert.Equal(JobStatus.Succeeded, done.Status);
        Assert.Equal((541_909L, 135_080L), (done.Progress.Rows.Read, done.Progress.Rows.Skipped));
        Assert.Equal(RecordMapping.NoCustomer, Assert.Single(done.Progress.Skips).Reason);
        Assert.Equal((25_900L, 22_190L), (done.Progress.Records.Read, done.Progress.Records.Created));
        Assert.Equal(4_372, done.Progress.CustomersCreated);
        Assert.Equal(3_654, transactions.Count(t => t.Kind == TransactionKind.Refund));
        Assert.Equal(18_532, transactions.Count(t => t.Kind == TransactionKind.Purchase && t.AmountMinor > 0));
        Assert.All(transactions, t => Assert.Equal(t.AmountMinor, t.StoredItems.Sum(i => i.AmountMinor)));
    }

    [SkippableFact]
    public async Task CDNOW_goes_in_by_its_aligned_columns_and_a_second_time_changes_nothing()
    {
        await using var bench = new ImportBench("USD", "America/New_York");
        await using var file = Shared("cdnow/CDNOW_master.txt");
        var first = await bench.RunAsync(await bench.QueueAsync(file, Cdnow), bench.Store);
        file.Position = 0;

        var second = await bench.RunAsync(await bench.QueueAsync(file, Cdnow), bench.Store);

        ImportBench.AssertTrue(first);
        Assert.Equal((69_659L, 23_570L), (first.Progress.Records.Created, first.Progress.CustomersCreated));
        Assert.Equal((69_659L, 0L), (second.Progress.Records.Unchanged, second.Progress.CustomersCreated));
    }

    private static FileStream Shared(string path) => File.OpenRead(Repository.SharedFile(["data", .. path.Split('/')]));
}
