using System.Diagnostics;
using System.Globalization;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Tests.Personalization;

namespace CrmCloud.Benchmarks;

/// <summary>
/// What the product's decisions would have brought in Hillstrom's experiment, beside the best that needs no learning:
/// the same e-mail for everybody.
/// </summary>
internal static class HillstromReport
{
    private const int Runs = 20;

    // The last quarter of a run of 40 days: what is left to learn by then is little.
    private const int LateDay = 30;

    public static void Run(string[] args)
    {
        if (args.Length == 0 || !File.Exists(args[0]))
        {
            Console.Error.WriteLine("usage: hillstrom <hillstrom.csv>");
            Environment.ExitCode = 2;
            return;
        }

        var customers = Hillstrom.Read(args[0]);
        Console.WriteLine($"{customers.Count} customers; visits of 100, mean of {Runs} orders of the rows, and spread");
        Learning(customers);
        Console.WriteLine($"learned from one half, visits of 100 in the other (SNIPS), mean of {Runs} halvings");
        Halves(customers);
        Speed();
    }

    private static void Learning(IReadOnlyList<Hillstrom.Customer> customers)
    {
        foreach (var arm in Hillstrom.Arms)
        {
            Console.WriteLine($"  always {arm,-16} {100 * customers.Rate(arm):f2}");
        }

        var orders = Enumerable.Range(0, Runs)
            .Select(run => ($"run {run}", HillstromReplay.Shuffle($"run {run}", customers))).ToList();
        var uniform = orders.Select(run => Rate(HillstromReplay.RunUniform(run.Item1, run.Item2))).ToList();
        Print("by lot", uniform);
        foreach (var (name, segmentOf) in Segmentations)
        {
            var runs = orders.AsParallel().AsOrdered().Select(run => Replay(run.Item1, run.Item2, segmentOf)).ToList();
            Print($"Thompson, {name}", [.. runs.Select(run => run.Whole)]);
            Print("  its last quarter", [.. runs.Select(run => run.Late)]);
            var better = runs.Zip(uniform).Count(pair => pair.First.Whole > pair.Second);
            Console.WriteLine($"    better than by lot in {better} of {Runs}");
        }
    }

    private static IEnumerable<(string Name, Func<Hillstrom.Customer, string> SegmentOf)> Segmentations =>
        [("one segment", _ => "all"), ("3 segments", c => c.Bought), ("42 segments", c => c.Fine)];

    private static (double Whole, double Late) Replay(
        string salt, IReadOnlyList<Hillstrom.Customer> order, Func<Hillstrom.Customer, string> segmentOf)
    {
        var log = new List<Decision>();
        var whole = new HillstromReplay(salt, segmentOf).Run(order, log);
        var visited = order.Where(c => c.Visited).Select(c => c.Id.ToString(CultureInfo.InvariantCulture)).ToHashSet();
        var late = log.Where(decision => decision.Subject.Day >= LateDay).ToList();
        return (Rate(whole), (double)late.Count(decision => visited.Contains(decision.Id)) / late.Count);
    }

    private static void Halves(IReadOnlyList<Hillstrom.Customer> customers)
    {
        var single = Trials(customers, half => Best(half, _ => "all", prior: 0));
        Print("best single e-mail", single);
        foreach (var (name, segmentOf) in Segmentations.Skip(1))
        {
            foreach (var prior in new[] { 0, 30, 1_000 })
            {
                var each = Trials(customers, half => Best(half, segmentOf, prior));
                Print($"best of {name}, prior {prior}", each);
                Print("  more than the single one", [.. each.Zip(single, (ours, theirs) => ours - theirs)]);
            }
        }
    }

    private static List<double> Trials(
        IReadOnlyList<Hillstrom.Customer> customers,
        Func<List<Hillstrom.Customer>, Func<Hillstrom.Customer, string>> learn) =>
        [.. Enumerable.Range(0, Runs).Select(trial =>
        {
            var halves = customers.ToLookup(c => Holdout.Contains($"half {trial}", "learn", $"{c.Id}", 0.5));
            var policy = learn([.. halves[true]]);
            return OffPolicy.Evaluate([.. halves[false].Select(c => new LoggedOutcome(
                1.0 / 3, policy(c) == c.Arm ? 1 : 0, c.Visited ? 1 : 0))]).Snips!.Value;
        })];

    // With a prior of nearly nothing a belief's mean is the plain share of the cell.
    private static Func<Hillstrom.Customer, string> Best(
        List<Hillstrom.Customer> customers, Func<Hillstrom.Customer, string> segmentOf, double prior)
    {
        var all = Of(customers);
        var arms = customers.GroupBy(c => c.Arm).ToDictionary(g => g.Key, Of);
        var cells = customers.GroupBy(c => (Segment: segmentOf(c), c.Arm)).ToDictionary(g => g.Key, Of);
        var best = cells.GroupBy(cell => cell.Key.Segment).ToDictionary(
            segment => segment.Key,
            segment => segment.MaxBy(cell => Belief.Of(
                cell.Value, arms[cell.Key.Arm], all, Math.Max(prior, 1e-6)).Mean).Key.Arm);
        return c => best.GetValueOrDefault(segmentOf(c), Hillstrom.Mens);
    }

    private static Evidence Of(IEnumerable<Hillstrom.Customer> customers) =>
        new(customers.Count(), customers.Count(c => c.Visited), 0);

    private static void Speed()
    {
        var decider = new Decider(new DecidingSettings("speed"));
        foreach (var count in new[] { 3, 20 })
        {
            var candidates = Enumerable.Range(0, count).Select(i => new Candidate(
                $"{i}", null, new(100 + (50 * i), 5 + i, 0), new(2_000, 120, 0), 10 + i, 0.1)).ToList();
            var weighed = decider.Weigh(candidates, new(20_000, 1_200, 0), 1);
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < 200; i++)
            {
                decider.Weigh(candidates, new(20_000, 1_200, 0), 1);
            }

            var weigh = clock.Elapsed / 200;
            clock.Restart();
            for (var i = 0; i < 100_000; i++)
            {
                decider.Draw("1", new("customer", "segment", "model", i), weighed, 3, false);
            }

            Console.WriteLine($"{count} candidates: weigh {weigh.TotalMicroseconds:f0} us, draw "
                + $"{clock.Elapsed.TotalMicroseconds / 100_000:f2} us");
        }
    }

    private static double Rate((int Decisions, int Visits) run) => (double)run.Visits / run.Decisions;

    private static void Print(string name, IReadOnlyList<double> rates)
    {
        var mean = rates.Average();
        var spread = Math.Sqrt(rates.Average(rate => (rate - mean) * (rate - mean)));
        Console.WriteLine($"  {name,-34} {100 * mean:f2}  +- {100 * spread:f2}");
    }
}
