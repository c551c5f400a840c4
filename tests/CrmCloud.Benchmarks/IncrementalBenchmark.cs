using System.Diagnostics;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Benchmarks;

/// <summary>
/// From a saved order to the figure that shows it: a shop the size of Online Retail is caught up, then one order after
/// the other is saved, counted and read back, on disk with the product's own indexes.
/// </summary>
internal static class IncrementalBenchmark
{
    private const int ItemsPerOrder = 24;

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <param name="args">Optionally customers and orders; default 4,372 and 22,000.</param>
    public static async Task RunAsync(string[] args)
    {
        var customers = args.Length > 0 ? int.Parse(args[0]) : 4_372;
        var orders = args.Length > 1 ? int.Parse(args[1]) : 22_000;
        var folder = Directory.CreateTempSubdirectory("crmcloud-figures-").FullName;
        var indexes = FigureIndexes.All.Concat(JobIndexes.All).Append(new(Container.Interactions, "transaction", "at"))
            .ToList();
        var options = new SqliteStoreOptions { DataDirectory = folder, Indexes = indexes };
        await using (var stores = new SqliteDocumentStore(options, TimeProvider.System))
        {
            var store = stores.Open("shop", DataMode.Live);
            var tenant = new Tenant { Slug = "shop", Name = "Shop", TimeZone = "Europe/London", Currency = "GBP" };
            await store.SaveAsync(Batch.Of(tenant), default);
            var people = await FillAsync(store, customers, orders);
            await TimeAsync($"catch up: {customers:n0} customers, {orders:n0} orders",
                () => FigureVisit.RunAsync(store, Now, default));
            await SinglesAsync(store, new FigureReader(store, tenant), people);
            await TimeAsync(
                "recount from histories", () => RecountWorker.RunAsync(store, Now, JobTrigger.Manual, default));
            await TimeAsync("rebuild from the facts",
                () => RecountWorker.RunAsync(store, Now, JobTrigger.Manual, default, rebuild: true));
            await TimeAsync("read all totals", () => new FigureReader(store, tenant).SourceAsync(null, default));
            await TimeAsync(
                "read the totals of months", () => new FigureReader(store, tenant).SourceAsync(Grain.Month, default));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<List<string>> FillAsync(ITenantStore store, int customers, int orders)
    {
        var random = new Random(7);
        var people = Enumerable.Range(0, customers).Select(n => Buckets.NewCustomerId(GuidOf(n), 4)).ToList();
        await SaveAsync(store, people.Select(id => new Customer
        {
            CustomerId = id, DisplayName = "Somebody", CreatedAt = Now, UpdatedAt = Now,
        }));
        await SaveAsync(
            store, Enumerable.Range(0, orders).Select(n => Order(people[random.Next(customers)], n, random)));
        return people;
    }

    private static Task SaveAsync(ITenantStore store, IEnumerable<IDocument> documents) =>
        Parallel.ForEachAsync(
            documents.GroupBy(d => d.Key.Partition).SelectMany(bucket => bucket.Chunk(100)),
            async (batch, stop) => await store.SaveAsync(Batch.Of(batch), stop));

    private static async Task SinglesAsync(ITenantStore store, FigureReader reader, List<string> people)
    {
        var random = new Random(8);
        var times = new List<double>();
        for (var n = 0; n < 300; n++)
        {
            var person = people[random.Next(people.Count)];
            var before = await reader.ProfileAsync(person, default);
            var order = Order(person, 1_000_000 + n, random) with { Kind = TransactionKind.Purchase };
            var clock = Stopwatch.StartNew();
            await store.SaveAsync(Batch.Of(order), default);
            await FigureVisit.RunAsync(store, Now, default);
            var after = await reader.ProfileAsync(person, default);
            times.Add(clock.Elapsed.TotalMilliseconds);
            if (after!.MonetaryMinor != (before?.MonetaryMinor ?? 0) + order.AmountMinor)
            {
                throw new InvalidOperationException("The order is not in the customer's figures.");
            }
        }

        times.Sort();
        Console.WriteLine(
            $"{"one order, saved, counted and read",-55} p50 {times[150]:f1} ms, p99 {times[296]:f1} ms");
    }

    private static Transaction Order(string customer, int number, Random random)
    {
        var external = new ExternalId("shop", $"order-{number}");
        return new Transaction
        {
            FactId = Transaction.FactIdOf(external), CustomerId = customer, ExternalId = external,
            Kind = random.Next(12) == 0 ? TransactionKind.Refund : TransactionKind.Purchase,
            AmountMinor = random.Next(1, 90_000), Currency = "GBP", ReceivedAt = Now,
            At = Now.AddMinutes(-random.Next(2 * 365 * 24 * 60)),
            StoredItems =
                [.. Enumerable.Range(0, ItemsPerOrder).Select(i => new StoredItem($"SKU{i:d5}", 2, 399, "Gifts"))],
        };
    }

    private static Guid GuidOf(int number) =>
        new([.. BitConverter.GetBytes(number), .. new byte[11], (byte)(number % 256)]);

    private static async Task TimeAsync(string what, Func<Task> act)
    {
        var clock = Stopwatch.StartNew();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await act();
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        Console.WriteLine($"{what,-55} {clock.Elapsed.TotalSeconds,7:f2} s, processor {cpu.TotalSeconds:f2} s");
    }
}
