using System.Text.Json;
using CrmCloud.Core.Personalization.Deciding;

namespace CrmCloud.Tests.Personalization;

/// <summary>What holds of every decision, whatever is believed.</summary>
public sealed class DecidingTests
{
    private const int Seed = 20_261_122;

    [Fact]
    public void Propensities_are_how_often_sampling_would_choose()
    {
        ScoredBelief[][] worlds =
        [
            [new(new(3, 40), 1, 0), new(new(5, 50), 1, 0), new(new(1, 30), 1, 0)],
            [new(new(0.3, 30), 1, 0), new(new(0.6, 20), 1, 0)],
            [new(new(900, 9_000), 20, 0.5), new(new(30, 400), 30, 0.8), new(new(2, 60), 50, 0), new(new(20, 20), 3, 0)],
            [new(new(50_000, 900_000), 1, 0), new(new(50_400, 900_000), 1, 0)],
        ];
        var random = new Random(Seed);

        foreach (var world in worlds)
        {
            var ours = Propensities.Of(world, floor: 0);
            var wins = new int[world.Length];
            for (var i = 0; i < 40_000; i++)
            {
                var scores = world.Select(one => (Beta(random, one.Belief) * one.Value) - one.Cost).ToArray();
                wins[Array.IndexOf(scores, scores.Max())]++;
            }

            // Four standard errors of the sampling, and what 128 points leave open.
            Assert.All(wins.Index(), win => Assert.Equal(win.Item / 40_000.0, ours[win.Index] / 1e6, 0.013));
        }
    }

    [Fact]
    public void Every_propensity_is_above_its_floor_and_together_they_are_exactly_one()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 60; round++)
        {
            var world = Enumerable.Range(0, random.Next(1, 21)).Select(_ => new ScoredBelief(
                new(Math.Exp(random.NextDouble() * 16) / 100, Math.Exp(random.NextDouble() * 16) / 100),
                0.1 + random.NextDouble(), random.NextDouble())).ToList();

            var parts = Propensities.Of(world, floor: 0.02);

            Assert.Equal(Propensities.Parts, parts.Sum());
            Assert.All(
                parts,
                part => Assert.True(part >= Math.Floor(20_000.0 / world.Count), $"{Seed}: {part} of {world.Count}"));
        }
    }

    [Fact]
    public void An_unknown_action_is_believed_to_do_as_others_do_and_evidence_overrules_that()
    {
        var all = new Evidence(10_000, 800, 0);
        var unknown = Belief.Of(default, default, all, 30);
        var elsewhere = Belief.Of(default, new(5_000, 1_000, 0), all, 30);
        var here = Belief.Of(new(3_000, 30, 0), new(8_000, 1_030, 0), all, 30);

        Assert.Equal(0.08, unknown.Mean, 1e-3);
        Assert.Equal(30, unknown.Alpha + unknown.Beta, 1e-9);
        Assert.Equal(0.2, elsewhere.Mean, 1e-2);
        Assert.Equal(0.012, here.Mean, 1e-3);
    }

    [Fact]
    public void Evidence_halves_in_its_half_life_and_a_late_outcome_counts_as_if_it_had_come_in_time()
    {
        var evidence = new Evidence().Add(100, 10, 0, 75).Add(40, 4, 75, 75);
        var late = new Evidence().Add(40, 4, 75, 75).Add(100, 10, 0, 75);

        Assert.Equal((90.0, 9.0, 75), (evidence.Shown, evidence.Accepted, evidence.Day));
        Assert.Equal(evidence, late);
        Assert.Equal(45, evidence.On(150, 75).Shown, 1e-9);
        Assert.Equal(evidence, evidence.On(10, 75));
        Assert.Throws<ArgumentOutOfRangeException>(() => evidence.Add(1, 2, 80, 75));
    }

    [Fact]
    public void A_customer_meets_the_same_choice_all_day_and_removed_actions_never()
    {
        var decider = new Decider(new DecidingSettings("salt"));
        var weighed = decider.Weigh(
        [
            new("a", null, default, default), new("b", "CAP_REACHED", default, default),
            new("c", null, default, default), new("d", null, default, default),
        ], default, 20_000);

        var days = Enumerable.Range(20_000, 200)
            .Select(day => decider.Draw("1", new("anna", "all", "7", day), weighed, 2, false)).ToList();

        Assert.Equal(
            JsonSerializer.Serialize(days[0]),
            JsonSerializer.Serialize(decider.Draw("1", new("anna", "all", "7", 20_000), weighed, 2, false)));
        Assert.All(days, day => Assert.Equal(2, day.Chosen.Except(["b"]).Distinct().Count()));
        Assert.Equal(["a", "c", "d"], days.Select(day => day.Chosen[0]).Distinct().Order());
        Assert.Equal("CAP_REACHED", weighed[1].Removed);
        Assert.Null(weighed[1].Propensity);
        Assert.Empty(decider.Draw("1", new("anna", "all", "7", 1), [weighed[1]], 2, false).Chosen);
    }

    [Fact]
    public void A_changed_log_does_not_replay()
    {
        var decider = new Decider(new DecidingSettings("salt"));
        var weighed = decider.Weigh([new("a", null, new(50, 9, 3), new(90, 12, 3)), new("b", null, default, default)],
            new(90, 12, 3), 3);
        var log = decider.Draw("1", new("anna", "all", "7", 3), weighed, 1, true);
        var forged = log with { Candidates = [weighed[0] with { Parts = 999_999 }, weighed[1] with { Parts = 1 }] };

        Assert.Equal(JsonSerializer.Serialize(log), JsonSerializer.Serialize(Decider.Replay(log)));
        Assert.NotEqual(JsonSerializer.Serialize(forged), JsonSerializer.Serialize(Decider.Replay(forged)));
    }

    [Fact]
    public void Random_numbers_are_the_published_ones()
    {
        // Of Vigna's reference implementation for seed 1234567.
        var chance = new Chance(1234567);

        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431],
            new[] { chance.Next(), chance.Next(), chance.Next(), chance.Next() });
    }

    [Fact]
    public void The_control_group_has_its_size_keeps_its_members_and_is_another_one_for_each_experiment()
    {
        var customers = Enumerable.Range(0, 20_000).Select(i => $"customer {i}").ToList();
        var ten = customers.Where(c => Holdout.Contains("salt", "spring", c, 0.1)).ToHashSet();

        Assert.InRange(ten.Count, 1_870, 2_130);
        Assert.All(ten, c => Assert.True(Holdout.Contains("salt", "spring", c, 0.2)));
        Assert.InRange(ten.Count(c => Holdout.Contains("salt", "autumn", c, 0.1)), 140, 260);
        Assert.DoesNotContain(customers, c => Holdout.Contains("salt", "spring", c, 0));
        Assert.All(customers, c => Assert.True(Holdout.Contains("salt", "spring", c, 1)));
    }

    [Theory]
    [InlineData(56, 70, 48, 80, 0.0524, 0.3339)]
    [InlineData(9, 10, 3, 10, 0.1705, 0.8090)]
    [InlineData(10, 10, 0, 20, 0.6791, 1)]
    public void The_interval_of_an_uplift_is_the_published_one(int a, int n, int b, int m, double from, double to)
    {
        // Newcombe (1998), table II, method 10.
        var uplift = Uplift.Of(new(n, a), new(m, b))!;

        Assert.Equal(from, uplift.From, 1e-4);
        Assert.Equal(to, uplift.To, 1e-4);
    }

    [Fact]
    public void Not_enough_data_is_an_answer()
    {
        Assert.Null(Uplift.Of(new(0, 0), new(10, 1)));
        Assert.Equal(UpliftVerdict.NotEnoughData, Uplift.Of(new(20, 20), new(20, 0))!.Verdict);
        Assert.Equal(UpliftVerdict.NotEnoughData, Uplift.Of(new(1_000, 105), new(1_000, 100))!.Verdict);
        Assert.Equal(UpliftVerdict.NoDifference, Uplift.Of(new(100_000, 10_000), new(100_000, 10_000))!.Verdict);
        Assert.Equal(UpliftVerdict.Worse, Uplift.Of(new(1_000, 50), new(1_000, 100))!.Verdict);
        Assert.InRange(Uplift.Needed(0.0057, 0.10)!.Value, 270_000, 290_000);
        Assert.Null(Uplift.Needed(0, 0.10));
    }

    // Marsaglia and Tsang (2000), with Johnk's power for shapes below 1: a sampler that shares nothing with the table.
    private static double Beta(Random random, Belief belief)
    {
        var (a, b) = (Gamma(random, belief.Alpha), Gamma(random, belief.Beta));
        return a / (a + b);
    }

    private static double Gamma(Random random, double shape)
    {
        if (shape < 1)
        {
            return Gamma(random, shape + 1) * Math.Pow(random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        while (true)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                * Math.Cos(2 * Math.PI * random.NextDouble());
            var v = Math.Pow(1 + (normal / Math.Sqrt(9 * d)), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (normal * normal / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }
}
