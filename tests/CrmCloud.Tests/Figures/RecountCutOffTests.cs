using CrmCloud.Core.Kpis;
using CrmCloud.Core.Tenants;
using RfmMethod = CrmCloud.Core.Kpis.RfmMethod;

namespace CrmCloud.Tests.Figures;

public sealed class RecountCutOffTests
{
    [Fact]
    public async Task Cut_off_at_any_save_a_recount_leaves_no_scores_of_former_settings_that_pass_for_fresh()
    {
        // With seed 0 the process dies before the save, with seed 1 after it.
        foreach (var seed in (int[])[0, 1])
        {
            var died = true;
            for (var save = 0; died; save++)
            {
                await using var world = await FigureWorld.StartAsync();
                await HaveOrdersAsync(world);
                await world.SetAsync(tenant => tenant with { Settings = Fixed(tenant.Settings) });

                died = await DiesAsync(new TroubledStore(world.Store, new Random(seed)) { DiesAtSave = save }, world);
                await CheckAsync(world);
                await world.VisitAsync();
                await CheckAsync(world);
                Assert.False((await world.Reader.FreshnessAsync(world.Clock.Now, FigureWorld.Stop)).Stale);
            }
        }
    }

    private static async Task CheckAsync(FigureWorld world)
    {
        if ((await world.Reader.FreshnessAsync(world.Clock.Now, FigureWorld.Stop)).Stale)
        {
            return;
        }

        var overview = (await world.Reader.RfmAsync(FigureWorld.Stop))!;
        Assert.Equal(RfmMethod.FixedThresholds, overview.Cuts.Settings.Method);

        // Nobody ordered as lately as the thresholds ask for, so nobody has more than the least recency.
        Assert.All(overview.Cells, cell => Assert.Equal(1, cell.Recency));
        Assert.Equal(20, overview.Cells.Sum(cell => cell.Customers));
    }

    private static async Task<bool> DiesAsync(TroubledStore mortal, FigureWorld world)
    {
        try
        {
            await FigureVisit.RunAsync(mortal, world.Clock.Now, FigureWorld.Stop);
            return false;
        }
        catch (DiedException)
        {
            return true;
        }
    }

    private static async Task HaveOrdersAsync(FigureWorld world)
    {
        var random = new Random(7);
        for (var i = 0; i < 20; i++)
        {
            var customer = await world.AddCustomerAsync(new Guid(i + 1, 0, 0, new byte[8]));
            await world.OrderAsync(customer, $"order-{i}", random.Next(100, 9_000), world.Clock.Now.AddDays(-30 - i));
        }

        await world.VisitAsync();
    }

    private static TenantSettings Fixed(TenantSettings settings) => settings with
    {
        RfmMethod = Core.Tenants.RfmMethod.FixedThresholds,
        RfmThresholds = new([4, 3, 2, 1], [5, 10, 12, 15], [10, 20, 30, 40]),
    };
}
