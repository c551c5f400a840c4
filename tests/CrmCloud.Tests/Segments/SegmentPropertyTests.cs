using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Segments;
using CrmCloud.Store;
using CrmCloud.Tests.Figures;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Segments;

/// <summary>More of it: CRMCLOUD_TEST_EFFORT=20 runs twenty times as many seeds.</summary>
public sealed class SegmentPropertyTests(ITestOutputHelper output)
{
    private static readonly (string Key, string[] Rules)[] Known =
    [
        ("loyal", ["count(order within 60d) >= 2", "count(order within 3w) >= 1"]),
        ("silent", ["no visit within 30d", "no call"]),
        ("lapsed", ["age_of_last(order) > 45d and not in segment loyal", "age_of_first(order) > 10d"]),
        ("rich", ["monetary >= 300 GBP", "sum(order.amount within 100d) > 200 GBP"]),
        ("mail", ["consent(news)", "consent(news, email)"]),
        ("month", ["count(order in this month) >= 1", "count(order in last week) >= 1"]),
        ("known", ["email is not null", "email is null and recency <= 20"]),
        ("mixed",
            ["in segment loyal and in segment mail or lifecycle = 'churned'", "in segment rich or in segment named"]),
    ];

    [Fact]
    public async Task Whatever_happens_memberships_equal_what_the_rules_say_of_everybody()
    {
        for (var seed = 1; seed <= 3 * FigurePropertyTests.Effort; seed++)
        {
            output.WriteLine($"seed {seed}");
            await RunAsync(new Random(seed), dies: false);
        }
    }

    [Fact]
    public async Task A_worker_that_dies_at_any_save_and_reads_again_what_it_read_loses_and_invents_nobody()
    {
        for (var seed = 101; seed <= 100 + (3 * FigurePropertyTests.Effort); seed++)
        {
            output.WriteLine($"seed {seed}");
            await RunAsync(new Random(seed), dies: true);
        }
    }

    private static async Task RunAsync(Random random, bool dies)
    {
        await using var world = await SegmentWorld.StartAsync(1 + random.Next(3));
        await world.DefineAsync("named", null, SegmentKind.Manual);
        foreach (var (key, rules) in Known)
        {
            await world.DefineAsync(key, rules[0]);
        }

        var changes = new RandomChanges(world.Figures, random);
        var store = new TroubledStore(world.Figures.Store, random, world.Figures.Clock) { MixesFeed = dies };
        for (var step = 0; step < 25; step++)
        {
            for (var count = random.Next(5); count > 0; count--)
            {
                await changes.HappenAsync();
            }

            await DecideAsync(world, random);
            await VisitAsync(world, store, random, dies);
            await world.CheckAsync();
            world.Figures.Clock.Advance(
                TimeSpan.FromMinutes(random.Next(4) == 0 ? random.Next(60 * 24 * 25) : random.Next(60 * 24)));
            await VisitAsync(world, store, random, dies);
            await world.CheckAsync();
        }

        await world.CheckMovesAsync();
        Assert.Equal(0, await world.RecomputeAsync());
    }

    private static async Task DecideAsync(SegmentWorld world, Random random)
    {
        var (key, rules) = Known[random.Next(Known.Length)];
        switch (random.Next(8))
        {
            case 0:
                await world.SetRuleAsync(key, rules[random.Next(rules.Length)]);
                break;
            case 1:
                var status = random.Next(2) == 0 ? DefinitionStatus.Active : DefinitionStatus.Retired;
                await world.ChangeAsync(key, segment => segment with { Status = status });
                break;
            case 2 or 3 when world.Figures.Customers.Count > 0:
                var customer = world.Figures.Customers.Keys.ElementAt(random.Next(world.Figures.Customers.Count));
                await world.NameAsync(customer, "named", random.Next(3) > 0);
                break;
        }
    }

    /// <summary>Visits until one of them lives to the end.</summary>
    private static async Task VisitAsync(SegmentWorld world, TroubledStore store, Random random, bool dies)
    {
        await FigureVisitAsync(world);
        for (var alive = false; !alive;)
        {
            store.DiesAtSave = dies && random.Next(2) == 0 ? random.Next(12) : null;
            try
            {
                await SegmentVisit.RunAsync(store, world.Figures.Clock.Now, SegmentWorld.Stop);
                alive = true;
            }
            catch (DiedException)
            {
            }
        }
    }

    private static Task FigureVisitAsync(SegmentWorld world) => world.Figures.VisitAsync();
}
