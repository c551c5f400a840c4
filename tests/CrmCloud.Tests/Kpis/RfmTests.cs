using CrmCloud.Core.Kpis;

namespace CrmCloud.Tests.Kpis;

public sealed class RfmTests
{
    private static readonly PeriodCalendar Calendar = PeriodCalendar.Of(CalendarSettings.Utc);

    [Fact]
    public void Scores_by_cuts_equal_the_strict_rank_of_the_definition()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var settings = new RfmSettings { Scale = 2 + random.Next(9) };
            var customers = Customers(random, 1 + random.Next(seed % 20 == 0 ? 6_000 : 60));
            var cuts = Cuts(customers, settings);

            foreach (var customer in customers.Take(200))
            {
                var score = cuts.Score(customer, 0)!;
                Assert.Equal(Rank(customers, settings.Scale, c => c.LastOrderDay!.Value, customer), score.Recency);
                Assert.Equal(Rank(customers, settings.Scale, c => c.Orders, customer), score.Frequency);
                Assert.Equal(Rank(customers, settings.Scale, c => c.Gross, customer), score.Monetary);
            }
        }
    }

    [Fact]
    public void Cuts_are_found_among_values_of_every_spread()
    {
        long[][] shapes =
        [
            [.. Enumerable.Repeat(7L, 9_000)],
            [.. Enumerable.Range(0, 9_000).Select(i => (long)i * i * i)],
            [long.MinValue / 2, long.MaxValue / 2, .. Enumerable.Range(0, 8_998).Select(i => i % 5L)],
            [.. Enumerable.Range(0, 9_000).Select(i => 1L << (i % 60))],
        ];
        foreach (var amounts in shapes)
        {
            var customers = amounts.Select(a => Customer(1, 1, a)).ToList();
            var sorted = amounts.Order().ToList();

            var cuts = Cuts(customers, RfmSettings.Default);

            long[] expected = [sorted[1_799], sorted[3_599], sorted[5_399], sorted[7_199]];
            Assert.Equal(expected, cuts.Monetary.Values);
        }
    }

    [Fact]
    public void Ntile_splits_customers_evenly_and_ties_by_key()
    {
        for (var count = 1; count < 40; count++)
        {
            var settings = new RfmSettings { Method = RfmMethod.Ntile };
            var customers = Enumerable.Range(0, count).Select(i => Customer(5, 1, 100)).ToList();
            var cuts = Cuts(customers, settings);

            var scores = customers.Select((c, key) => cuts.Score(c, key)!.Monetary).ToList();

            // SQL: NTILE(5) OVER (ORDER BY amount, key)
            var expected = Enumerable.Range(1, 5)
                .SelectMany(s => Enumerable.Repeat(s, (count / 5) + (s <= count % 5 ? 1 : 0)));
            Assert.Equal(expected, scores);
        }
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(30, 5)]
    [InlineData(31, 4)]
    [InlineData(365, 2)]
    [InlineData(366, 1)]
    public void Fixed_thresholds_score_a_last_order_at_most_so_many_days_ago(int days, int expected)
    {
        var settings = new RfmSettings
        {
            Method = RfmMethod.FixedThresholds,
            Thresholds = new RfmThresholds([365, 180, 90, 30], [2, 3, 5, 10], [1_000, 5_000, 10_000, 50_000]),
        };
        var today = Calendar.DayOf(new DateOnly(2026, 11, 21));
        var customer = Customer(today - days, 3, 5_000);

        var score = Cuts([customer], settings, Calendar.StartOfDay(today)).Score(customer, 0)!;

        Assert.Equal((expected, 3, 3), (score.Recency, score.Frequency, score.Monetary));
    }

    [Theory]
    [InlineData(5, 5, 5, RfmGroup.Champions)]
    [InlineData(5, 5, 4, RfmGroup.PotentialLoyalist)]
    [InlineData(2, 2, 2, RfmGroup.Loyal)]
    [InlineData(3, 1, 5, RfmGroup.Promising)]
    [InlineData(4, 1, 1, RfmGroup.New)]
    [InlineData(1, 3, 4, RfmGroup.CantLose)]
    [InlineData(1, 2, 5, RfmGroup.AtRisk)]
    [InlineData(1, 5, 3, RfmGroup.NeedsAttention)]
    [InlineData(3, 1, 1, RfmGroup.AboutToSleep)]
    [InlineData(1, 1, 1, RfmGroup.Lost)]
    [InlineData(2, 1, 5, RfmGroup.Other)]
    public void The_first_box_that_holds_the_scores_names_the_group(int r, int f, int m, RfmGroup expected)
    {
        Assert.Equal(expected, Cuts([Customer(1, 1, 1)], RfmSettings.Default).GroupOf(r, f, m));
    }

    [Fact]
    public void A_tenant_may_replace_the_boxes()
    {
        var settings = new RfmSettings
        {
            Boxes = [new RfmBox(RfmGroup.Loyal, ScoreRange.Any, new ScoreRange(4, 5), ScoreRange.Any)],
        };
        var cuts = Cuts([Customer(1, 1, 1)], settings);

        Assert.Equal(RfmGroup.Loyal, cuts.GroupOf(1, 4, 1));
        Assert.Equal(RfmGroup.Other, cuts.GroupOf(5, 3, 5));
    }

    [Fact]
    public void Who_has_no_qualifying_order_is_a_prospect_and_is_not_ranked()
    {
        var history = new CustomerHistory();
        history.Replace(new Fact(1, 1, FactKind.Quote, 0) { Amount = 500 });
        var columns = new Columns();
        columns.Add(1, history);

        var result = Recount.Run([columns], new Definitions(Calendar), 10);

        Assert.Equal(RfmGroup.Prospect, result.Profiles[0].GroupOf(0));
        Assert.Null(result.Profiles[0].ScoreOf(0, result.Cuts));
        Assert.Equal(0, result.Cuts.Customers);
        Assert.Equal(1, result.Overview().Groups.Single(g => g.Group == RfmGroup.Prospect).Customers);
    }

    [Fact]
    public void Frozen_cuts_keep_scores_until_the_drift_is_worth_new_ones()
    {
        var random = new Random(1);
        var customers = Customers(random, 1_000);
        var (old, grown) = (Cuts(customers, RfmSettings.Default), customers.ToList());
        Assert.Equal(0, old.Drift(RanksOf(customers), old));

        grown.AddRange(Enumerable.Repeat(Customer(20_000, 40, 5_000_000), 200));
        var fresh = Cuts(grown, RfmSettings.Default);

        Assert.True(old.Drift(RanksOf(grown), fresh) > RfmCuts.DriftLimit);
        var moved = grown.Count(c => Scores(old, c) != Scores(fresh, c));
        Assert.Equal((decimal)moved / grown.Count, old.Drift(RanksOf(grown), fresh));
    }

    [Fact]
    public void A_recount_scores_as_single_profiles_are_scored()
    {
        var world = new RandomWorld(new Random(4));
        var columns = new List<Columns> { new(), new() };
        var histories = new Dictionary<long, CustomerHistory>();
        for (var key = 1; key <= 400; key++)
        {
            var history = histories[key] = new CustomerHistory();
            for (var id = 1; id <= 12; id++)
            {
                history.Replace(world.Fact(id, 1));
            }

            columns[key % 2].Add(key, history.Encode());
        }

        var result = Recount.Run(columns, world.Definitions, world.End);

        foreach (var bucket in result.Profiles)
        {
            for (var i = 0; i < bucket.Customers; i++)
            {
                var profile = CustomerProfile.Of(histories[bucket.Key(i)], world.Definitions, world.End);
                Assert.Equal(result.Cuts.Score(profile, bucket.Key(i)), bucket.ScoreOf(i, result.Cuts));
                Assert.Equal(profile.Net, bucket.NetOf(i));
            }
        }

        Assert.Equal(400, result.Overview().Groups.Sum(g => g.Customers));
        Assert.Equal(result.Cuts.Customers, result.Overview().Cells.Sum(c => c.Customers));
    }

    private static int Rank(
        List<CustomerProfile> all, int scale, Func<CustomerProfile, long> value, CustomerProfile one)
    {
        var worse = all.Count(c => value(c) < value(one));
        return 1 + (scale * worse / all.Count);
    }

    private static (int, int, int) Scores(RfmCuts cuts, CustomerProfile customer)
    {
        var score = cuts.Score(customer, 0)!;
        return (score.Recency, score.Frequency, score.Monetary);
    }

    private static List<CustomerProfile> Customers(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ =>
            Customer(random.Next(20, 400), 1 + random.Next(random.Next(1, 30)), random.Next(1, 1_000_000)))];

    private static CustomerProfile Customer(int lastDay, int orders, long gross) =>
        new() { LastOrderDay = lastDay, LastOrderAt = 1, FirstOrderAt = 1, Orders = orders, Gross = gross };

    private static RfmRanks RanksOf(List<CustomerProfile> customers)
    {
        var ranks = new RfmRanks();
        for (var i = 0; i < customers.Count; i++)
        {
            ranks.Add(i, customers[i], RfmMonetary.Gross);
        }

        return ranks;
    }

    private static RfmCuts Cuts(List<CustomerProfile> customers, RfmSettings settings, long asOf = 0) =>
        RfmCuts.Compute(RanksOf(customers), new Definitions(Calendar) { Rfm = settings }, asOf, 1);
}
