using System.Diagnostics;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;

namespace CrmCloud.Benchmarks;

/// <summary>Segment rules over a million customers of ten orders each, from their packed histories.</summary>
internal static class RulesBenchmark
{
    private static readonly string[] Texts =
    [
        "count(order within 90d) >= 2",
        "sum(order.amount in this month) > 100.00 GBP and no order within 7d",
        "age_of_last(order) > 60d and avg(order.amount) >= 50.00 GBP and count(refund) = 0",
        "count(order where amount > 150.00 GBP within 6mo) between 1 and 3 or recency < 14",
    ];

    /// <param name="args">Optionally the number of customers; default 1,000,000.</param>
    public static void Run(string[] args)
    {
        var customers = args.Length > 0 ? int.Parse(args[0]) : 1_000_000;
        var events = RecountEvents.Make(10 * customers);
        var packed = Enumerable.Range(0, events.Customers).Select(c => events.History(c).Encode().ToArray()).ToArray();
        Console.WriteLine($"{packed.Length:n0} customers, {events.Second.Length:n0} events, "
            + $"{packed.Sum(c => c.Sum(chunk => (long)chunk.Length)) / 1_000_000.0:f0} MB packed");
        var vocabulary = new RuleVocabulary(
            PeriodCalendar.Of(new CalendarSettings("Europe/London")), Currency.Parse("GBP"));
        var compiler = new RuleCompiler(vocabulary);
        var rules = Texts.Select(text => compiler.Compile(text).Value).ToArray();
        var now = RecountEvents.Start.AddMonths(RecountEvents.Months).AddDays(-40);
        for (var round = 0; round < 2; round++)
        {
            Measure("unpacking alone", packed, [], now, withNext: false);
            Array.ForEach(rules, rule => Measure(rule.Text, packed, [rule], now, withNext: false));
            Measure("the four together", packed, rules, now, withNext: false);
            Measure("the four together, with the next change", packed, rules, now, withNext: true);
            Console.WriteLine();
        }
    }

    private static void Measure(string what, byte[][][] packed, CompiledRule[] rules, DateTimeOffset now, bool withNext)
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetTotalAllocatedBytes();
        var members = 0L;
        Parallel.For(
            0, Environment.ProcessorCount,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            worker =>
            {
                var share = packed.Length / Environment.ProcessorCount;
                var found = Count(packed.AsSpan(worker * share, share), rules, now, withNext);
                Interlocked.Add(ref members, found);
            });
        var bytes = (GC.GetTotalAllocatedBytes() - before) / (double)packed.Length;
        Console.WriteLine($"{watch.Elapsed.TotalMilliseconds,8:f0} ms {bytes,6:f1} bytes a customer "
            + $"{members,9:n0} members  {what}");
    }

    private static long Count(ReadOnlySpan<byte[][]> packed, CompiledRule[] rules, DateTimeOffset now, bool withNext)
    {
        var (facts, cache, members) = (new RuleFacts(), new LeafCache(), 0L);
        foreach (var chunks in packed)
        {
            facts.Load(chunks);
            var subject = new RuleSubject(facts);
            foreach (var rule in rules)
            {
                members += rule.Evaluate(subject, now, cache) ? 1 : 0;
                _ = withNext ? rule.NextChange(subject, now, cache) : null;
            }
        }

        return members;
    }
}
