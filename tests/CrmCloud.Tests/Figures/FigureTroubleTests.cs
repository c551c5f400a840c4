using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Figures;

public sealed class FigureTroubleTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_worker_that_dies_at_any_save_ends_in_the_same_figures_when_it_is_started_again()
    {
        for (var seed = 1; seed <= 3 * FigurePropertyTests.Effort; seed++)
        {
            output.WriteLine($"seed {seed}");
            await DieOftenAsync(new Random(seed));
        }
    }

    [Fact]
    public async Task Repeated_reordered_and_old_messages_of_the_feed_change_nothing()
    {
        for (var seed = 1; seed <= 3 * FigurePropertyTests.Effort; seed++)
        {
            output.WriteLine($"seed {seed}");
            var random = new Random(seed);
            await using var world = await FigureWorld.StartAsync(2);
            var changes = new RandomChanges(world, random);
            var feed = new TroubledStore(world.Store, random, world.Clock) { MixesFeed = true };
            for (var step = 0; step < 40; step++)
            {
                await HappenAsync(changes, random.Next(8));
                await FigureVisit.RunAsync(feed, world.Clock.Now, FigureWorld.Stop);
                await FigureTruth.CheckAsync(world);
                world.Clock.Advance(TimeSpan.FromHours(random.Next(60)));
            }
        }
    }

    [Fact]
    public async Task Two_workers_at_once_on_one_tenant_count_nothing_twice()
    {
        for (var seed = 1; seed <= 2 * FigurePropertyTests.Effort; seed++)
        {
            output.WriteLine($"seed {seed}");
            var random = new Random(seed);
            await using var world = await FigureWorld.StartAsync(1);
            var changes = new RandomChanges(world, random);
            for (var step = 0; step < 15; step++)
            {
                await HappenAsync(changes, 20);
                await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => TryVisitAsync(world))));
                await world.VisitAsync();
                await FigureTruth.CheckAsync(world);
                world.Clock.Advance(TimeSpan.FromDays(random.Next(20)));
            }
        }
    }

    [Fact]
    public async Task What_is_known_already_is_not_written_again()
    {
        await using var world = await FigureWorld.StartAsync();
        await HappenAsync(new RandomChanges(world, new Random(5)), 60);
        await world.VisitAsync();
        var counting = new TroubledStore(world.Store, new Random(1)) { MixesFeed = false };

        await FigureVisit.RunAsync(counting, world.Clock.Now, FigureWorld.Stop);

        Assert.Equal(0, counting.Saves);
    }

    private static async Task DieOftenAsync(Random random)
    {
        await using var world = await FigureWorld.StartAsync(1 + random.Next(3));
        var changes = new RandomChanges(world, random);
        for (var step = 0; step < 40; step++)
        {
            await HappenAsync(changes, random.Next(15));
            if (random.Next(12) == 0)
            {
                var window = TimeSpan.FromDays(1 + random.Next(99));
                await world.SetAsync(t => t with { Settings = t.Settings with { ChurnWindow = window } });
            }

            var mortal = new TroubledStore(world.Store, random);
            for (var deaths = random.Next(6); deaths > 0; deaths--)
            {
                mortal.DiesAtSave = random.Next(7);
                await TryAsync(() => FigureVisit.RunAsync(mortal, world.Clock.Now, FigureWorld.Stop));
            }

            mortal.DiesAtSave = null;
            await FigureVisit.RunAsync(mortal, world.Clock.Now, FigureWorld.Stop);
            await FigureTruth.CheckAsync(world);
            world.Clock.Advance(TimeSpan.FromHours(random.Next(200)));
        }

        var rebuild = await RecountWorker.RunAsync(
            world.Store, world.Clock.Now, JobTrigger.Manual, FigureWorld.Stop, rebuild: true);
        await FigureTruth.CheckAsync(world);
        Assert.Equal(JobStatus.Succeeded, rebuild!.Status);
    }

    private static async Task HappenAsync(RandomChanges changes, int count)
    {
        for (; count > 0; count--)
        {
            await changes.HappenAsync();
        }
    }

    private static async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (DiedException)
        {
            // As kill -9 would end it.
        }
    }

    private static async Task TryVisitAsync(FigureWorld world)
    {
        try
        {
            await world.VisitAsync();
        }
        catch (CrmCloud.Store.VersionConflictException)
        {
            // The other one was faster; hosts come again.
        }
        catch (RecountNeededException)
        {
            // The other one is recounting.
        }
    }
}
