using System.Text.Json;
using CrmCloud.Core.Personalization.Deciding;

namespace CrmCloud.Tests.Personalization;

/// <summary>The product's own decisions on a real randomised experiment of 64,000 customers.</summary>
public sealed class HillstromTests
{
    private static IReadOnlyList<Hillstrom.Customer> Customers() =>
        Hillstrom.Read(Repository.SharedFile("data", "hillstrom", "hillstrom.csv"));

    [SkippableFact]
    public void Thompson_sampling_brings_more_visits_than_chance_in_at_least_19_of_20_runs()
    {
        var customers = Customers();

        var runs = Enumerable.Range(0, 20).AsParallel().Select(seed =>
        {
            var salt = $"run {seed}";
            var order = HillstromReplay.Shuffle(salt, customers).Take(20_000).ToList();
            var thompson = new HillstromReplay(salt, c => c.Bought).Run(order);
            var uniform = HillstromReplay.RunUniform(salt, order);
            return (
                Ours: (double)thompson.Visits / thompson.Decisions,
                Chance: (double)uniform.Visits / uniform.Decisions);
        }).ToList();

        Assert.Equal(64_000, customers.Count);
        Assert.True(runs.Count(run => run.Ours > run.Chance) >= 19, string.Join("; ", runs));
    }

    [SkippableFact]
    public void A_policy_that_always_sends_the_same_is_worth_what_those_who_got_it_did()
    {
        var customers = Customers();

        foreach (var arm in Hillstrom.Arms)
        {
            var worth = OffPolicy.Evaluate([.. customers.Select(c =>
                new LoggedOutcome(1.0 / 3, c.Arm == arm ? 1 : 0, c.Visited ? 1 : 0))]);

            var mean = customers.Rate(arm);
            var count = customers.Count(c => c.Arm == arm);
            Assert.Equal(mean, worth.Snips!.Value, 1e-12);
            Assert.Equal(mean, worth.Ips, 0.002);
            Assert.Equal(count, worth.EffectiveDecisions, 1e-6);
            Assert.Equal(Math.Sqrt(mean * (1 - mean) / count), worth.StandardError!.Value, 1e-9);
        }
    }

    [SkippableFact]
    public void A_policy_is_worth_the_same_by_the_lot_and_by_the_log_of_its_own_decisions()
    {
        var order = HillstromReplay.Shuffle("log", Customers());
        var log = new List<Decision>();
        new HillstromReplay("log", c => c.Bought).Run(order, log);
        var visited = order.ToDictionary(c => $"{c.Id}", c => c.Visited ? 1.0 : 0);

        // The log of a policy that learns and prefers, read for one that never would have: women's e-mail for all.
        var outcomes = log.Select(decision => (
            Candidate: decision.Candidates.Single(one => one.Action == decision.Chosen[0]), Of: decision.Id));
        var worth = OffPolicy.Evaluate([.. outcomes.Select(one => new LoggedOutcome(
            one.Candidate.Propensity!.Value, one.Candidate.Action == Hillstrom.Womens ? 1 : 0, visited[one.Of]))]);

        Assert.InRange(
            Math.Abs(worth.Snips!.Value - order.Rate(Hillstrom.Womens)) / worth.StandardError!.Value, 0, 3);
    }

    [SkippableFact]
    public void Of_two_groups_that_got_the_same_a_difference_is_reported_about_once_in_twenty()
    {
        var control = Customers().Where(c => c.Arm == Hillstrom.None).Take(8_000)
            .Select(c => (Name: $"{c.Id}", c.Visited)).ToList();

        var alarms = Enumerable.Range(0, 300).Select(trial => $"trial {trial}").AsParallel().Count(salt =>
        {
            var first = control.Where(c => Holdout.Contains(salt, "a/a", c.Name, 0.5)).ToList();
            var one = new Group(first.Count, first.Count(c => c.Visited));
            var other = new Group(control.Count - one.Customers, control.Count(c => c.Visited) - one.Successes);
            return Uplift.Of(one, other)!.Verdict is UpliftVerdict.Better or UpliftVerdict.Worse;
        });

        // 300 trials at 5 %: 15 expected, standard deviation 3.8; three of them each way.
        Assert.InRange(alarms, 4, 26);
    }

    [SkippableFact]
    public void Both_emails_are_found_to_bring_visits_and_purchases()
    {
        var groups = Customers().ToLookup(c => c.Arm);

        foreach (var arm in new[] { Hillstrom.Mens, Hillstrom.Womens })
        {
            Assert.Equal(UpliftVerdict.Better, Uplift.Of(Of(groups[arm]), Of(groups[Hillstrom.None]))!.Verdict);
            var bought = Uplift.Of(
                new(groups[arm].Count(), groups[arm].Count(c => c.Converted)),
                new(groups[Hillstrom.None].Count(), groups[Hillstrom.None].Count(c => c.Converted)))!;
            Assert.Equal(UpliftVerdict.Better, bought.Verdict);
            Assert.InRange(bought.NeededPerGroup!.Value, 270_000, 290_000);
        }
    }

    [SkippableFact]
    public void Every_logged_decision_replays_bit_for_bit_from_its_log_alone()
    {
        var order = HillstromReplay.Shuffle("replay", Customers()).Take(8_000).ToList();
        var log = new List<Decision>();
        new HillstromReplay("replay", c => c.Fine).Run(order, log);

        Assert.InRange(log.Count, 2_000, 4_000);
        Assert.All(log.Where((_, i) => i % 20 == 0), decision =>
        {
            var text = JsonSerializer.Serialize(decision);
            var again = Decider.Replay(JsonSerializer.Deserialize<Decision>(text)!);
            Assert.Equal(text, JsonSerializer.Serialize(again));
        });
    }

    private static Group Of(IEnumerable<Hillstrom.Customer> customers) =>
        new(customers.Count(), customers.Count(c => c.Visited));
}
