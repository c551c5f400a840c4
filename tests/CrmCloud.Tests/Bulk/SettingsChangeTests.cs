using System.Text;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Tests.Customers;

namespace CrmCloud.Tests.Bulk;

/// <summary>What an import was begun with holds to its end, or it ends.</summary>
public sealed class SettingsChangeTests
{
    private static readonly BulkImportInput Orders = ImportRulesTests.Input(ImportTarget.Transactions,
        ("externalId.source", "=s"), ("externalId.id", "id"), ("customer.externalId.source", "=s"),
        ("customer.externalId.id", "who"), ("kind", "=PURCHASE"), ("at", "at"), ("amount", "amount")) with
    {
        ErrorPolicy = ErrorPolicy.RejectAll,
    };

    private static readonly string File = "id,who,at,amount\n"
        + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},K{i},2026-01-05 10:00,9.00\n"));

    [Theory]
    [InlineData("EUR", "Europe/London", "GBP to EUR")]
    [InlineData("GBP", "Asia/Tokyo", "Europe/London to Asia/Tokyo")]
    public async Task Another_currency_or_zone_during_an_import_ends_it_and_nothing_more_is_stored(
        string currency, string zone, string said)
    {
        await using var bench = new ImportBench();
        var operation = await bench.QueueAsync(new MemoryStream(Encoding.UTF8.GetBytes(File)), Orders);
        var paused = new PausedChecks();
        var setting = new ImportSetting(bench.Store, bench.Files, bench.Clock, "worker", () => { })
        {
            RecordsPerChunk = 4, OthersWait = () => true, Paused = paused,
        };
        await new ImportRun(setting).RunAsync(await bench.ReloadAsync(operation), ImportBench.Stop);
        var tenant = (await bench.Store.FindAsync<Tenant>(Tenant.KeyOf(), ImportBench.Stop))!;
        await bench.Store.SaveAsync(Batch.Of(tenant with { Currency = currency, TimeZone = zone }), ImportBench.Stop);

        await new ImportRun(setting).RunAsync(await bench.ReloadAsync(operation), ImportBench.Stop);
        var done = await bench.ReloadAsync(operation);

        Assert.Equal(JobStatus.Failed, done.Status);
        Assert.Contains(said, done.Failure, StringComparison.Ordinal);
        Assert.Empty(await bench.TransactionsAsync());
        Assert.Equal(0, done.Progress.Records.Created);
    }

    [Theory]
    [InlineData(ImportTarget.Transactions, JobStatus.Queued, false)]
    [InlineData(ImportTarget.Measurements, JobStatus.Running, false)]
    [InlineData(ImportTarget.Transactions, JobStatus.Succeeded, true)]
    [InlineData(ImportTarget.Customers, JobStatus.Running, true)]
    public async Task The_currency_stays_while_an_import_of_amounts_is_open(
        ImportTarget target, JobStatus status, bool changes)
    {
        await using var desk = new Desk();
        await desk.Caller.Store.SaveAsync(Batch.Of(desk.Tenant), default);
        await desk.Caller.Store.SaveAsync(Batch.Of(new BulkOperation
        {
            OperationId = BulkOperation.NewId(Guid.NewGuid(), desk.Clock.Now),
            Status = status,
            CreatedAt = desk.Clock.Now,
            RequestedBy = new(Core.Audit.ActorKind.App, null, "test"),
            Input = Orders with { Target = target, UploadId = "u" },
        }), default);

        var answer = await desk.AskAsync(
            "mutation { tenantUpdate(input: {currency: \"EUR\"}) { tenant { currency } userErrors { code field } } }");
        var refused = answer.GetRawText().Contains("WRONG_STATE", StringComparison.Ordinal);

        Assert.Equal(!changes, refused);
    }
}
