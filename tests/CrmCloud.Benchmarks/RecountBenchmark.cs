using System.Diagnostics;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Benchmarks;

/// <summary>
/// A full recount against DuckDB on the same events and the same question: per customer last order, frequency and net
/// amount; 36-month cohorts; RFM ranks; segments. Then everything we recount, and the cost of one change.
/// </summary>
/// <remarks>Neither side's loading is timed. Segments and cohort checksum show that both computed the same.</remarks>
public static class RecountBenchmark
{
    private const int Runs = 7;

    // The compiler's second, better version comes from a background thread, late on a busy machine.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private static readonly Definitions Definitions = new(PeriodCalendar.Of(CalendarSettings.Utc))
    {
        Rfm = new RfmSettings { Monetary = RfmMonetary.Net },
    };

    private static readonly RecountScope PeersWork = new() { Parts = FigureParts.Cohorts, Grains = [Grain.Month] };

    private static readonly long Now =
        RecountEvents.Start.AddMonths(RecountEvents.Months).ToUnixTimeMilliseconds() - 1;

    /// <param name="args">
    /// Numbers of events (default 1000000 10000000), and optionally --peer with a folder that holds duckdb.mjs and its
    /// node_modules.
    /// </param>
    public static async Task RunAsync(string[] args)
    {
        var at = Array.IndexOf(args, "--peer");
        var peer = at >= 0 ? args[at + 1] : null;
        var counts = args.Where(a => int.TryParse(a, out _)).Select(int.Parse).ToList();
        foreach (var count in counts.Count > 0 ? counts : [1_000_000, 10_000_000])
        {
            await CompareAsync(RecountEvents.Make(count), peer);
        }

        OneChange();
    }

    private static async Task CompareAsync(RecountEvents events, string? peer)
    {
        var clock = Stopwatch.StartNew();
        var columns = new Columns(events.Second.Length);
        var packedBytes = 0L;
        for (var customer = 0; customer < events.Customers; customer++)
        {
            var packed = events.History(customer).Encode();
            packedBytes += packed.Sum(chunk => chunk.Length);
            columns.Add(customer, packed);
        }

        Console.WriteLine(
            $"{events.Second.Length} events of {events.Customers} customers, packed {packedBytes >> 20} MiB "
            + $"({(double)packedBytes / events.Second.Length:0.0} bytes each); "
            + $"packed and unpacked in {clock.Elapsed.TotalSeconds:0.0} s");
        Ours(columns);
        Yardstick(events);
        if (peer is not null)
        {
            await PeerAsync(events, peer);
        }
    }

    private static void Ours(Columns columns)
    {
        Print("crmcloud", columns.Facts, Median(() => Summary(Recount.Run([columns], Definitions, Now, PeersWork))));
        Print("crmcloud, all grains and figures", columns.Facts, Median(() =>
        {
            var result = Recount.Run([columns], Definitions, Now);
            return ($"{result.Total().Cells().Count()} totals", "");
        }));
    }

    private static void Yardstick(RecountEvents events)
    {
        var plain = new PlainRecount(events);
        Print("plain arrays", events.Second.Length, Median(() =>
        {
            var (segments, checksum) = plain.Run();
            return (Segments(segments.Select(n => (long)n)), $"{checksum}");
        }));
    }

    private static async Task PeerAsync(RecountEvents events, string folder)
    {
        var csv = Path.Combine(Path.GetTempPath(), $"crmcloud-recount-{events.Second.Length}.csv");
        try
        {
            events.WriteCsv(csv);
            var start = new ProcessStartInfo("node", ["duckdb.mjs", csv, "--threads", "2"])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
            };
            using var node = Process.Start(start)!;
            Console.Write(await node.StandardOutput.ReadToEndAsync());
            await node.WaitForExitAsync();
        }
        finally
        {
            File.Delete(csv);
        }
    }

    private sealed record Measured(
        double Median, double Best, double Processor, string Segments, string Checksum);

    private static (string Segments, string Checksum) Summary(RecountResult result)
    {
        var groups = result.Overview().Groups.Where(g => g.Group != RfmGroup.Prospect).Select(g => g.Customers);
        var first = Definitions.Calendar.PeriodOf(Grain.Month, RecountEvents.Start.ToUnixTimeMilliseconds());
        var checksum = result.Buckets[0].Cells()
            .Where(cell => cell.Key.Metric == Metric.Cohort)
            .Sum(cell => cell.Value * (((cell.Key.Period - first) * RecountEvents.Months) + cell.Key.Offset + 1));
        return (Segments(groups), $"{checksum}");
    }

    private static string Segments(IEnumerable<long> customers) =>
        string.Join(' ', customers.Select((n, i) => (n, i)).Where(s => s.n > 0).Select(s => $"{s.i}:{s.n}"));

    // What one change costs in memory: the fact replaced, the customer rebuilt, the difference for the totals.
    private static void OneChange()
    {
        const int Changes = 200_000;
        var history = new CustomerHistory();
        var at = RecountEvents.Start.ToUnixTimeMilliseconds();
        for (var id = 1; id <= 20; id++)
        {
            history.Replace(new Fact(id, 1, FactKind.Purchase, at + (id * 40L * 86_400_000)) { Amount = 1_000 + id });
        }

        var figures = new CustomerFigures(Definitions);
        figures.Load(history, Now);
        var (counted, cells) = (figures.Contribution(), 0L);
        var best = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < Changes; i++)
            {
                var version = 2L + (round * Changes) + i;
                history.Replace(new Fact(10, version, FactKind.Purchase, at + 30_000_000_000) { Amount = version });
                figures.Load(history, Now);
                var contribution = figures.Contribution();
                cells += contribution.Minus(counted).Count;
                counted = contribution;
            }

            best = Math.Min(best, clock.Elapsed.TotalMicroseconds / Changes);
        }

        Console.WriteLine(
            $"one change of a customer of 20 facts ({counted.Count} cells, {cells / (5.0 * Changes):0.0} changed): "
            + $"{best:0.00} us");
    }

    // Processor time tells more than the clock where others use the machine too.
    private static Measured Median(Func<(string Segments, string Checksum)> run)
    {
        var times = new List<double>();
        var answer = run();
        for (var warming = Stopwatch.StartNew(); warming.Elapsed < WarmUp;)
        {
            run();
        }

        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (var i = 0; i < Runs; i++)
        {
            var clock = Stopwatch.StartNew();
            answer = run();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        var processor = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / Runs;
        times.Sort();
        return new Measured(times[Runs / 2], times[0], processor, answer.Segments, answer.Checksum);
    }

    private static void Print(string engine, int events, Measured result) =>
        Console.WriteLine(
            $"{{\"engine\":\"{engine}\",\"events\":{events},"
            + $"\"medianMs\":{result.Median:0.0},\"bestMs\":{result.Best:0.0},\"processorMs\":{result.Processor:0.0},"
            + $"\"segments\":\"{result.Segments}\",\"cohortChecksum\":\"{result.Checksum}\"}}");
}
