using System.Diagnostics;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Benchmarks;

/// <summary>
/// From a saved rule to its members: profiles and histories of made-up customers lie in a store on disk, segments are
/// defined one after the other, and single customers change.
/// </summary>
internal static class SegmentsBenchmark
{
    private const int Changes = 200;

    private static readonly DateTimeOffset Now = RecountEvents.Start.AddMonths(RecountEvents.Months);

    private static readonly (string Key, string Rule)[] Rules =
    [
        ("worthy", "frequency >= 3 and monetary > 200 GBP"),
        ("busy", "count(order within 90d) >= 2 and sum(order.amount within 1y) > 250 GBP"),
        ("fresh", "age_of_last(order) <= 30d"),
        ("mixed", "in segment busy and not in segment fresh"),
    ];

    /// <param name="args">
    /// Customers, default 100,000; a folder that is filled the first time and kept; and optionally --peer with a folder
    /// that holds the node package @duckdb/node-api.
    /// </param>
    public static async Task RunAsync(string[] args)
    {
        var peerAt = Array.IndexOf(args, "--peer");
        var peer = peerAt < 0 ? null : args[peerAt + 1];
        args = peerAt < 0 ? args : args[..peerAt];
        var customers = args.Length > 0 ? int.Parse(args[0]) : 100_000;
        var folder = args.Length > 1 ? args[1] : Directory.CreateTempSubdirectory("crmcloud-segments-").FullName;
        var options = new SqliteStoreOptions
        {
            DataDirectory = folder,
            Indexes = [.. FigureIndexes.All, .. JobIndexes.All, .. SegmentsFeature.Indexes],
        };
        await using (var stores = new SqliteDocumentStore(options, TimeProvider.System))
        {
            var store = stores.Open("shop", DataMode.Live);
            var world = new SegmentsWorld(store, customers, Now);
            if (await store.FindAsync<Tenant>(Tenant.KeyOf(), default) is null)
            {
                await TimeAsync($"write {customers:n0} profiles and histories", world.FillAsync);
            }

            if (peer is not null)
            {
                await AskPeerAsync(world, peer);
            }

            await TimeAsync("first visit: built-in segments", () => SegmentVisit.RunAsync(store, Now, default));
            foreach (var (key, rule) in Rules)
            {
                await MaterialiseAsync(world, key, rule);
            }

            await ReadAsync(world);
            await ChangeAsync(world);
            Compute(world);
            await TimeAsync("evaluate everybody anew", () => RecomputeAsync(store));
        }

        if (args.Length < 2)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task AskPeerAsync(SegmentsWorld world, string peer)
    {
        var (csv, script) = (Path.GetTempFileName(), Path.Combine(peer, "segments.mjs"));
        try
        {
            world.WriteCsv(csv);
            File.Copy(Path.Combine(AppContext.BaseDirectory, "segments.mjs"), script, overwrite: true);
            var start = new ProcessStartInfo("node", [script, csv, $"{Now.ToUnixTimeSeconds()}"]);
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
        }
        finally
        {
            File.Delete(csv);
        }
    }

    private static async Task MaterialiseAsync(SegmentsWorld world, string key, string rule)
    {
        var id = $"{key}{DateTime.UnixEpoch.Ticks + Stopwatch.GetTimestamp():x}";
        await world.Store.SaveAsync(
            Batch.Of(new SegmentDefinition
            {
                SegmentId = id, SegmentKey = key + id[^6..], Name = key, Kind = SegmentKind.Dynamic,
                RuleText = world.Translate(key, rule, id[^6..]),
            }),
            default);
        await TimeAsync($"materialise {rule}", () => SegmentVisit.RunAsync(world.Store, Now, default));
        Console.WriteLine($"    {await world.Reader.SizeAsync(id, default):n0} members");
        world.Last = id;
    }

    private static async Task ReadAsync(SegmentsWorld world)
    {
        await TimeAsync("sizes of all segments", () => world.Reader.SizesAsync(default));
        await TimeAsync("first 50 members", () => world.Reader.MembersAsync(world.Last!, null, 50, default));
        await TimeAsync(
            "value of a segment",
            () => new SegmentStatistics(world.Store, world.Tenant).OfAsync(world.Last!, Now, default));
        var rule = world.Compile("count(order within 90d) >= 2");
        await TimeAsync(
            "preview",
            () => new SegmentPreviewer(world.Store, world.Tenant).RunAsync(rule, world.Last, 5, Now, default));
    }

    private static async Task ChangeAsync(SegmentsWorld world)
    {
        var times = new List<double>();
        for (var n = 0; n < Changes; n++)
        {
            await world.OrderAsync(n * 7, Now.AddMinutes(-n));
            var clock = Stopwatch.StartNew();
            await SegmentVisit.RunAsync(world.Store, Now.AddSeconds(n), default);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(
            $"{"one changed customer, one visit",-70} p50 {times[Changes / 2]:f1} ms, p99 {times[^2]:f1} ms");
    }

    private static void Compute(SegmentsWorld world)
    {
        var rules = Rules.Take(3).Select(rule => world.Compile(rule.Rule)).ToList();
        var (facts, cache, profiles) = (new RuleFacts(), new LeafCache(), Math.Min(20_000, world.Customers));
        var people = Enumerable.Range(0, profiles).Select(world.Person).ToList();
        var (clock, hits) = (Stopwatch.StartNew(), 0);
        foreach (var (profile, history) in people)
        {
            facts.Load(history);
            var subject = new RuleSubject(facts) { Profile = profile };
            foreach (var rule in rules)
            {
                hits += rule.Evaluate(subject, Now, cache) ? 1 : 0;
                hits += rule.NextChange(subject, Now, cache) is null ? 0 : 1;
            }
        }

        Console.WriteLine($"{"compute: one customer, three rules, result and next change",-70} "
            + $"{clock.Elapsed.TotalMicroseconds / profiles:f2} microseconds ({hits:n0})");
    }

    private static async Task RecomputeAsync(ITenantStore store)
    {
        await store.SaveAsync(
            Batch.Of(new SegmentRequest { RunId = $"bench-{Stopwatch.GetTimestamp()}", RequestedAt = Now }), default);
        await SegmentVisit.RunAsync(store, Now, default);
    }

    private static async Task TimeAsync(string what, Func<Task> act)
    {
        var clock = Stopwatch.StartNew();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var (bytes, pause) = (GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration());
        await act();
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        Console.WriteLine($"{what,-70} {clock.Elapsed.TotalSeconds,7:f3} s, processor {cpu.TotalSeconds:f2} s, "
            + $"{(GC.GetTotalAllocatedBytes() - bytes) / 1_000_000:n0} MB allocated, "
            + $"paused {(GC.GetTotalPauseDuration() - pause).TotalSeconds:f2} s");
    }
}

/// <summary>Made-up customers as the figures' worker would have stored them.</summary>
internal sealed class SegmentsWorld(ITenantStore store, int customers, DateTimeOffset now)
{
    private readonly RecountEvents _events = RecountEvents.Make(customers * 10);

    public ITenantStore Store => store;

    public int Customers => _events.Customers;

    public Tenant Tenant { get; } = new() { Slug = "shop", Name = "Shop", TimeZone = "UTC", Currency = "GBP" };

    public MembershipReader Reader => new(store, Tenant);

    public string? Last { get; set; }

    private Definitions Definitions => TenantDefinitions.Of(Tenant, 1);

    public async Task FillAsync()
    {
        foreach (var bucket in Buckets.Partitions.Take(Tenant.Buckets))
        {
            var counts = new Dictionary<string, long> { [Standing.Customers] = _events.Customers / Tenant.Buckets };
            await store.SaveAsync(Batch.Of(new BucketLedger { Bucket = bucket, Counts = counts }), default);
        }

        var partitions = Enumerable.Range(0, _events.Customers).GroupBy(number => number % Tenant.Buckets);
        await Parallel.ForEachAsync(
            partitions.SelectMany(one => one.Chunk(50)), new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (some, stop) => await store.SaveAsync(Batch.Of(some.SelectMany(Documents)), stop));

        // Says that the folder is full.
        await store.SaveAsync(Batch.Of(Tenant), default);
    }

    public void WriteCsv(string path) => _events.WriteCsv(path);

    public (StoredProfile Profile, CustomerHistory History) Person(int number)
    {
        var history = _events.History(number);
        return (Profile(number, history), history);
    }

    public async Task OrderAsync(int number, DateTimeOffset at)
    {
        var history = _events.History(number);
        history.Replace(new Fact(at.Ticks, 1, FactKind.Purchase, at.ToUnixTimeMilliseconds()) { Amount = 50_000 });
        var id = IdOf(number);
        var profile = await store.FindAsync<StoredProfile>(StoredProfile.KeyOf(id), default);
        var chunk = await store.FindAsync<HistoryChunk>(HistoryChunk.KeyOf(id, 0), default);
        await store.SaveAsync(
            Batch.Of(
                Profile(number, history) with { Version = profile!.Version },
                chunk! with { Packed = history.Encode()[0] }),
            default);
    }

    public CompiledRule Compile(string rule) =>
        new RuleCompiler(new RuleVocabulary(TenantDefinitions.CalendarOf(Tenant), Tenant.Money)).Compile(rule).Value;

    /// <summary>The rule with the other segments' keys of this run.</summary>
    public string Translate(string key, string rule, string suffix)
    {
        _keys[key] = key + suffix;
        return _keys.Aggregate(
            rule,
            (text, pair) => text.Replace("segment " + pair.Key, "segment " + pair.Value, StringComparison.Ordinal));
    }

    private readonly Dictionary<string, string> _keys = [];

    private IEnumerable<IDocument> Documents(int number)
    {
        var (profile, history) = Person(number);
        yield return profile;
        yield return new HistoryChunk { CustomerId = profile.CustomerId, Number = 0, Packed = history.Encode()[0] };
    }

    private StoredProfile Profile(int number, CustomerHistory history)
    {
        var value = CustomerProfile.Of(history, Definitions, now.ToUnixTimeMilliseconds());
        return new StoredProfile
        {
            CustomerId = IdOf(number), Value = value, LastOrderAt = value.LastOrderAt ?? 0, Frequency = value.Orders,
            MonetaryMinor = value.Gross, NetMinor = value.Net,
            Lifecycle = value.Lifecycle, Exists = true, IsKnown = true,
            CustomerVersion = 1, CountedAt = now.ToUnixTimeMilliseconds(), Chunks = 1,
            RfmGroup = value.Orders == 0 ? RfmGroup.Prospect : (RfmGroup)(number % 11),
        };
    }

    private string IdOf(int number) => Buckets.NewCustomerId(
        new Guid(number, 7, 7, [1, 2, 3, 4, 5, 6, 7, (byte)(number % Tenant.Buckets)]), Tenant.Buckets);
}
