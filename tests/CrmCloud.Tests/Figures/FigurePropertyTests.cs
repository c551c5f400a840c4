using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Tests.Kpis;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Figures;

/// <summary>More of it: CRMCLOUD_TEST_EFFORT=20 runs twenty times as many seeds.</summary>
public sealed class FigurePropertyTests(ITestOutputHelper output)
{
    private const int Steps = 60;

    private static readonly string[] Compared =
        ["orders", "net_revenue", "retention_rate", "churn_rate", "conversion_rate", "recency"];

    internal static int Effort { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("CRMCLOUD_TEST_EFFORT"), out var effort)
            ? Math.Max(1, effort)
            : 1;

    [Fact]
    public async Task Whatever_happens_in_whatever_order_figures_equal_what_the_documents_say()
    {
        for (var seed = 1; seed <= 4 * Effort; seed++)
        {
            output.WriteLine($"seed {seed}");
            await RunAsync(new Random(seed));
        }
    }

    private static async Task RunAsync(Random random)
    {
        await using var world = await FigureWorld.StartAsync(1 + random.Next(3));
        var changes = new RandomChanges(world, random);
        for (var step = 0; step < Steps; step++)
        {
            for (var count = random.Next(6); count > 0; count--)
            {
                await changes.HappenAsync();
            }

            if (random.Next(40) == 0)
            {
                await world.SetAsync(tenant => OtherSettings(tenant, random));
            }

            await world.VisitAsync();
            await FigureTruth.CheckAsync(world);
            world.Clock.Advance(
                TimeSpan.FromMinutes(random.Next(4) == 0 ? random.Next(60 * 24 * 25) : random.Next(60 * 24)));
            await world.VisitAsync();
            await FigureTruth.CheckAsync(world);
        }

        await CheckIndicatorsAsync(world);
        await CheckRecountFindsNothingAsync(world);
    }

    private static Core.Tenants.Tenant OtherSettings(Core.Tenants.Tenant tenant, Random random) => tenant with
    {
        TimeZone = new[] { "Europe/London", "Asia/Kolkata", "America/New_York" }[random.Next(3)],
        WeekStart = 1 + random.Next(7),
        Settings = tenant.Settings with
        {
            ChurnWindow = TimeSpan.FromDays(new[] { 10, 30, 90 }[random.Next(3)]),
            RetentionWindow = random.Next(2) == 0 ? null : TimeSpan.FromDays(20),
        },
    };

    // The definitions a second time, as sets over raw facts.
    private static async Task CheckIndicatorsAsync(FigureWorld world)
    {
        var source = await world.Reader.SourceAsync(null, FigureWorld.Stop);
        var naive = new NaiveFigures([.. world.Everybody().Select(world.FactsOf)], world.Definitions, world.Now);
        foreach (var grain in Grains.All)
        {
            foreach (var key in Compared)
            {
                var period = source.Definitions.Calendar.PeriodOf(grain, world.Now);
                var value = IndicatorCatalog.Evaluate(IndicatorCatalog.Find(key)!, source, grain, period, world.Now)!;
                Assert.Equal(naive.Answer(key, grain, naive.DateOf(world.Now)), (value.Numerator, value.Denominator));
            }
        }
    }

    private static async Task CheckRecountFindsNothingAsync(FigureWorld world)
    {
        var recount = await RecountWorker.RunAsync(world.Store, world.Clock.Now, JobTrigger.Manual, FigureWorld.Stop);
        Assert.Equal((JobStatus.Succeeded, 0), (recount!.Status, recount.Differences));
        var rebuild = await RecountWorker.RunAsync(
            world.Store, world.Clock.Now, JobTrigger.Manual, FigureWorld.Stop, rebuild: true);
        Assert.Equal((JobStatus.Succeeded, 0, world.Everybody().Count),
            (rebuild!.Status, rebuild.Differences, rebuild.Processed));
        await FigureTruth.CheckAsync(world);
    }
}
