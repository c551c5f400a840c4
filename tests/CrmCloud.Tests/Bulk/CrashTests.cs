using System.Text;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Tests.Bulk;

public sealed class CrashTests
{
    private const int Seed = 20261121;
    private const int ChunkSize = 40;

    private static readonly BulkImportInput Orders = ImportRulesTests.Input(ImportTarget.Transactions,
        ("externalId.source", "=shop"), ("externalId.id", "*order"), ("customer.externalId.source", "=shop"),
        ("customer.externalId.id", "customer"), ("customer.country", "country"), ("kind", "=PURCHASE"), ("at", "at"),
        ("items.sku", "sku"), ("items.unitPrice", "price"));

    [Fact]
    public async Task Killed_at_any_write_an_import_goes_on_to_the_same_result_and_true_counts()
    {
        var random = new Random(Seed);
        var file = File(random);
        await using var whole = new ImportBench();
        var expected = await whole.RunAsync(
            await whole.QueueAsync(new MemoryStream(file), Orders), whole.Store, ChunkSize);

        for (var round = 0; round < 12; round++)
        {
            await using var bench = new ImportBench();
            var operation = await bench.QueueAsync(new MemoryStream(file), Orders);
            var kills = 0;
            while ((operation = await bench.ReloadAsync(operation)).IsOpen)
            {
                kills++;
                var store = new MortalStore(bench.Store, random.Next(1, 60), random.Next(2) == 0);
                await Record.ExceptionAsync(() => bench.RunAsync(operation, store, ChunkSize));
                Assert.True(kills < 200, $"It does not get on (seed {Seed}, round {round}).");
            }

            Assert.True(kills > 1, "It was never killed.");
            ImportBench.AssertTrue(operation);
            Assert.Equal(expected.Progress.Records, operation.Progress.Records);
            Assert.Equal(expected.Progress.Rows, operation.Progress.Rows);
            Assert.Equal(expected.Progress.CustomersCreated, operation.Progress.CustomersCreated);
            Assert.Equal(expected.Progress.Errors, operation.Progress.Errors);
            Assert.Equal(whole.Rejected(expected), bench.Rejected(operation));
            Assert.Equal(await PictureAsync(whole), await PictureAsync(bench));
        }
    }

    [Fact]
    public async Task A_cancelled_import_stops_between_chunks_and_resumes_where_it_was()
    {
        var file = File(new Random(Seed));
        await using var whole = new ImportBench();
        var expected = await whole.RunAsync(
            await whole.QueueAsync(new MemoryStream(file), Orders), whole.Store, ChunkSize);
        await using var bench = new ImportBench();
        var operation = await bench.QueueAsync(new MemoryStream(file), Orders);
        var cancelling = new MortalStore(bench.Store, 30, false)
        {
            InsteadOfDying = async () =>
            {
                var stored = await bench.ReloadAsync(operation);
                await bench.Store.SaveAsync(Batch.Of(stored with { CancelRequested = true }), ImportBench.Stop);
            },
        };

        var cancelled = await bench.RunAsync(operation, cancelling, ChunkSize);
        await bench.Store.SaveAsync(
            Batch.Of(cancelled with { Status = JobStatus.Queued, CancelRequested = false }), ImportBench.Stop);
        var done = await bench.RunAsync(cancelled, bench.Store, ChunkSize);

        Assert.Equal((JobStatus.Canceled, true), (cancelled.Status, cancelled.Resumable));
        Assert.InRange(cancelled.Progress.Records.Read, 1, expected.Progress.Records.Read - 1);
        Assert.Equal(expected.Progress.Records, done.Progress.Records);
        Assert.Equal(await PictureAsync(whole), await PictureAsync(bench));
    }

    [Fact]
    public async Task One_import_of_a_tenant_runs_at_a_time_and_another_worker_waits_for_the_lease()
    {
        await using var bench = new ImportBench();
        var operation = await bench.QueueAsync(new MemoryStream(File(new Random(Seed))), Orders);
        await Record.ExceptionAsync(
            () => bench.RunAsync(operation, new MortalStore(bench.Store, 20, false), ChunkSize));
        var other = new ImportSetting(bench.Store, bench.Files, bench.Clock, "other", () => { });

        var refused = await new ImportRun(other).RunAsync(await bench.ReloadAsync(operation), ImportBench.Stop);
        bench.Clock.Advance(ImportLease.Length + TimeSpan.FromSeconds(1));
        var taken = await new ImportRun(other).RunAsync(await bench.ReloadAsync(operation), ImportBench.Stop);

        Assert.Null(refused);
        Assert.False(taken!.IsOpen);
        ImportBench.AssertTrue(taken);
    }

    // Orders of one to three lines, some scattered over the file, some without a customer, some refused, some twice.
    private static byte[] File(Random random)
    {
        var lines = new List<string>();
        for (var i = 0; i < 400; i++)
        {
            var customer = random.Next(12) == 0 ? "" : $"K{random.Next(60)}";
            for (var line = random.Next(1, 4); line > 0; line--)
            {
                var price = random.Next(40) == 0 ? "free" : $"{random.Next(1, 99)}.50";
                lines.Add($"O{i},{customer},DE,2026-01-{(i % 28) + 1:00},S{line},{price}");
            }
        }

        for (var i = 0; i < 40; i++)
        {
            (lines[random.Next(lines.Count)], lines[^(i + 1)]) = (lines[^(i + 1)], lines[random.Next(lines.Count)]);
        }

        return Encoding.UTF8.GetBytes("order,customer,country,at,sku,price\n" + string.Join('\n', lines) + "\n");
    }

    private static async Task<List<string>> PictureAsync(ImportBench bench)
    {
        var customers = (await bench.CustomersAsync()).ToDictionary(c => c.CustomerId, c => c.ExternalIds.Single().Id);
        var orders = (await bench.TransactionsAsync()).Select(t =>
            $"{t.ExternalId.Id} {customers[t.CustomerId]} {t.AmountMinor} {t.At:O} v{t.Version} "
                + $"{string.Join('+', t.StoredItems)}");
        return [.. customers.Values.Order(StringComparer.Ordinal), .. orders.Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// A store that dies with the process at one write: before it reaches the disk, or after, unheard.
    /// </summary>
    private sealed class MortalStore(ITenantStore store, int writes, bool afterwards) : ITenantStore
    {
        private int _left = writes;

        /// <summary>Something else that happens at that write, once.</summary>
        public Func<Task>? InsteadOfDying { get; init; }

        public Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop) where T : class, IDocument =>
            store.FindAsync<T>(key, stop);

        public Task<IReadOnlyList<T>> FindManyAsync<T>(IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
            where T : class, IDocument => store.FindManyAsync<T>(keys, stop);

        public Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop) where T : class, IDocument =>
            store.QueryAsync<T>(query, stop);

        public Task<ChangePage> ReadChangesAsync(
            Container container, string? since, int take, CancellationToken stop) =>
            store.ReadChangesAsync(container, since, take, stop);

        public async Task SaveAsync(Batch batch, CancellationToken stop)
        {
            var left = Interlocked.Decrement(ref _left);
            if (InsteadOfDying is not null)
            {
                await (left == 0 ? InsteadOfDying() : Task.CompletedTask);
                await store.SaveAsync(batch, stop);
                return;
            }

            if (left > 0 || (left == 0 && afterwards))
            {
                await store.SaveAsync(batch, stop);
            }

            if (left <= 0)
            {
                throw new StoreUnavailableException("The process was killed.");
            }
        }
    }
}
