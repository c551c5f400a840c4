using System.Diagnostics;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Benchmarks;

/// <summary>What the embedded store does in a second, on this machine's own disk.</summary>
public static class StoreBenchmark
{
    private const int BatchSize = 100;
    private const int Clients = 16;

    private static readonly StoreIndex[] Indexes =
    [
        new(Container.Master, "row", "email"),
        new(Container.Interactions, "row", "at"),
    ];

    /// <param name="args">Optionally the folder to work in; default a new temporary one. It is removed.</param>
    public static async Task RunAsync(string[] args)
    {
        var folder = args.Length > 0 ? args[0] : Directory.CreateTempSubdirectory("crmcloud-bench-").FullName;
        try
        {
            await using var store = new SqliteDocumentStore(
                new() { DataDirectory = folder, Indexes = Indexes }, TimeProvider.System);
            await SinglesAsync(store.Open("singles", DataMode.Live), clients: 1, each: 2_000);
            await SinglesAsync(store.Open("group", DataMode.Live), Clients, each: 2_000);
            await BurstsAsync(store.Open("bursts", DataMode.Live), bursts: 60);
            await ReadsAsync(store.Open("bursts", DataMode.Live));
            await CycleAsync(store, tenants: 500);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task SinglesAsync(ITenantStore store, int clients, int each)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            for (var n = 0; n < each; n++)
            {
                await store.SaveAsync(Batch.Of(Row.Make(Container.Master, client, n)), default);
            }
        })));
        Print($"durable saves of one document, {clients} client(s)", clients * each, clock);
    }

    // As the bulk import works: look for claims, then write both containers at once.
    private static async Task BurstsAsync(ITenantStore store, int bursts)
    {
        var (reading, writing, next) = (new Stopwatch(), new Stopwatch(), 0);
        for (var burst = 0; burst < bursts; burst++)
        {
            reading.Start();
            await store.FindManyAsync<Row>([.. Enumerable.Range(next, 1_000).Select(KeyOf)], default);
            reading.Stop();
            writing.Start();
            await Task.WhenAll(Enumerable.Range(0, 32).Select(part => store.SaveAsync(
                Rows(part < 16 ? Container.Master : Container.Interactions, next + (part % 16 * BatchSize)), default)));
            writing.Stop();
            next += 16 * BatchSize;
        }

        Print("documents of 1.5 KB in bursts of 32 batches of 100, one tenant", bursts * 32 * BatchSize, writing);
        Print("absent keys looked up in thousands", bursts * 1_000, reading);
    }

    private static DocumentKey KeyOf(int number) => Row.KeyOf(Container.Master, 0, number);

    private static Batch Rows(Container container, int first) =>
        Batch.Of(Enumerable.Range(first, BatchSize).Select(n => Row.Make(container, 0, n)));

    private static async Task ReadsAsync(ITenantStore store)
    {
        var random = new Random(7);
        var clock = Stopwatch.StartNew();
        for (var n = 0; n < 50_000; n++)
        {
            await store.FindAsync<Row>(KeyOf(random.Next(90_000)), default);
        }

        Print("point reads, 1 client", 50_000, clock);

        clock.Restart();
        for (var n = 0; n < 30; n++)
        {
            await store.FindManyAsync<Row>(
                [.. Enumerable.Range(0, 1_000).Select(_ => KeyOf(random.Next(90_000)))], default);
        }

        Print("documents found in thousands", 30_000, clock);

        clock.Restart();
        var query = new Query(Container.Interactions, "0", "row") { OrderBy = "at", Descending = true };
        for (var n = 0; n < 300; n++)
        {
            query = query with { After = (await store.QueryAsync<Row>(query, default)).Positions[^1] };
        }

        Print("documents queried in order, pages of 100", 30_000, clock);

        clock.Restart();
        string? since = null;
        for (var n = 0; n < 90; n++)
        {
            since = (await store.ReadChangesAsync(Container.Master, since, 1_000, default)).Next;
        }

        Print("changes read", 90_000, clock);
    }

    private static async Task CycleAsync(SqliteDocumentStore store, int tenants)
    {
        foreach (var round in new[] { "made and saved to", "opened and saved to again" })
        {
            var clock = Stopwatch.StartNew();
            for (var tenant = 0; tenant < tenants; tenant++)
            {
                await store.Open($"tenant-{tenant}", DataMode.Live).SaveAsync(
                    Batch.Of(Row.Make(Container.Master, round.Length, tenant)), default);
            }

            Print($"tenants {round}, 64 open at most", tenants, clock);
        }
    }

    private static void Print(string what, int count, Stopwatch clock) =>
        Console.WriteLine($"{count / clock.Elapsed.TotalSeconds,12:N0}/s  {what}");

    private sealed record Row : IDocument
    {
        private static readonly string Filler = new('x', 1_300);

        public required Container Place { get; init; }

        public required int Client { get; init; }

        public required int Number { get; init; }

        public required string Email { get; init; }

        public required string At { get; init; }

        public required string Text { get; init; }

        public long Version { get; init; }

        public DocumentKey Key => KeyOf(Place, Client, Number);

        // Ids as they come in life: no order.
        public static DocumentKey KeyOf(Container place, int client, int number) =>
            new(place, $"{client}", $"row/{unchecked((uint)number * 2_654_435_761u):x8}-{number}");

        public static Row Make(Container place, int client, int number) => new()
        {
            Place = place,
            Client = client,
            Number = number,
            Email = $"person{number}@example.org",
            At = $"2026-01-01T00:{number:d8}Z",
            Text = Filler,
        };
    }
}
