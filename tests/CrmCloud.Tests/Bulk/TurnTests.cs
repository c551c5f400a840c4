using System.Text;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Tests.Bulk;

/// <summary>Imports of several tenants, and imports that cannot get on.</summary>
public sealed class TurnTests
{
    private const int Rows = 400;

    private static readonly BulkImportInput People = ImportRulesTests.Input(ImportTarget.Customers,
        ("externalId.source", "=s"), ("externalId.id", "id"), ("displayName", "name"));

    [Theory]
    [InlineData(false, ErrorPolicy.SkipFailedRows)]
    [InlineData(true, ErrorPolicy.SkipFailedRows)]
    [InlineData(false, ErrorPolicy.RejectAll)]
    public async Task A_long_import_gives_up_its_turn_and_comes_to_the_same_end(bool dryRun, ErrorPolicy policy)
    {
        await using var own = new ImportBench();
        await using var other = new ImportBench();
        var queue = new ImportQueue(own.Clock) { RecordsPerChunk = 10 };
        var signals = new TurnSignals(() => { }, () => true);
        var longer = await own.QueueAsync(File(Rows), People with { DryRun = dryRun, ErrorPolicy = policy });
        var small = await other.QueueAsync(File(3), People);

        var more = await queue.RunTurnAsync(own.Store, own.Files, "w", signals, default);
        var paused = await own.ReloadAsync(longer);
        await queue.RunTurnAsync(other.Store, other.Files, "w", signals, default);
        var turns = 1;
        for (; await queue.RunTurnAsync(own.Store, own.Files, "w", signals, default); turns++)
        {
        }

        var done = await own.ReloadAsync(longer);
        Assert.Equal((true, true, 80L), (more, paused.IsOpen, paused.Progress.Records.Read));
        Assert.Equal(JobStatus.Succeeded, (await other.ReloadAsync(small)).Status);
        Assert.Equal((JobStatus.Succeeded, (long)Rows), (done.Status, done.Progress.Records.Created));
        Assert.InRange(turns, 5, 11);
        Assert.Equal(dryRun ? 0 : Rows, (await own.CustomersAsync()).Count);
        ImportBench.AssertTrue(done);
    }

    [Fact]
    public async Task What_fails_again_and_again_at_one_place_ends_as_failed_and_is_shown_as_a_job_that_failed()
    {
        await using var bench = new ImportBench();
        var operation = await bench.QueueAsync(File(40), People);
        var broken = new BrokenStore(bench.Store);
        var thrown = 0;
        while ((await bench.ReloadAsync(operation)).IsOpen)
        {
            thrown += await Record.ExceptionAsync(() => bench.RunAsync(operation, broken, 10)) is null ? 0 : 1;
            Assert.True(thrown < 10, "It is repeated for ever.");
        }

        var done = await bench.ReloadAsync(operation);
        var run = Assert.Single(await bench.AllAsync<JobRun>(Container.Figures, "jobrun"));

        Assert.Equal((4, JobStatus.Failed), (thrown, done.Status));
        Assert.Equal(
            (JobKind.Bulk, JobStatus.Failed, done.Id, done.Failure), (run.Kind, run.Status, run.TargetId, run.Error));
        Assert.DoesNotContain("secret", done.Failure, StringComparison.Ordinal);
        Assert.Contains("after 10 rows", done.Failure, StringComparison.Ordinal);
    }

    private static MemoryStream File(int rows) => new(Encoding.UTF8.GetBytes(
        "id,name\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i},Ann {i}\n"))));

    /// <summary>Cannot write the customer of the fifteenth row.</summary>
    private sealed class BrokenStore(ITenantStore store) : ITenantStore
    {
        public Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop) where T : class, IDocument =>
            store.FindAsync<T>(key, stop);

        public Task<IReadOnlyList<T>> FindManyAsync<T>(IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
            where T : class, IDocument => store.FindManyAsync<T>(keys, stop);

        public Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop) where T : class, IDocument =>
            store.QueryAsync<T>(query, stop);

        public Task<ChangePage> ReadChangesAsync(
            Container container, string? since, int take, CancellationToken stop) =>
            store.ReadChangesAsync(container, since, take, stop);

        public Task SaveAsync(Batch batch, CancellationToken stop) =>
            batch.Writes.Any(w => w.Document is Core.Customers.Customer { DisplayName: "Ann 14" })
                ? throw new InvalidDataException("secret of Ann 14")
                : store.SaveAsync(batch, stop);
    }
}
