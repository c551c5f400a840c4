using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Tests.Figures;

public sealed class FigureVisitTests
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    [Fact]
    public async Task Somebody_without_orders_has_a_profile_and_gets_its_values_with_his_first()
    {
        await using var world = await FigureWorld.StartAsync();
        var ada = await world.AddCustomerAsync(Guid.NewGuid(), c => c with { Email = "ada@example.org" });
        await world.VisitAsync();
        var before = await world.Reader.ProfileAsync(ada, Stop);

        await world.OrderAsync(ada, "1", 1_250, world.Clock.Now);
        await world.VisitAsync();

        Assert.Equal((Lifecycle.Prospect, IdicStage.Identified, RfmGroup.Prospect),
            (before!.Lifecycle, before.IdicStage, before.RfmGroup));
        var after = await world.Reader.ProfileAsync(ada, Stop);
        Assert.Equal((Lifecycle.Active, IdicStage.Differentiated, 1, 1_250L),
            (after!.Lifecycle, after.IdicStage, after.Frequency, after.MonetaryMinor));
        Assert.NotNull(after.Rfm);
        Assert.Equal(1, (await world.Reader.RfmAsync(Stop))!.Cells.Sum(cell => cell.Customers));
    }

    [Fact]
    public async Task Time_alone_makes_a_customer_lapse_and_churn_at_the_instant_and_not_before()
    {
        await using var world = await FigureWorld.StartAsync();
        var ada = await world.AddCustomerAsync(Guid.NewGuid());
        await world.OrderAsync(ada, "1", 100, world.Clock.Now);
        var next = await world.VisitAsync();
        Assert.Equal(world.Clock.Now.AddDays(45), await DueWorker.NextDueAsync(world.Store, Stop));
        Assert.True(next <= world.Clock.Now.AddDays(45));

        world.Clock.Advance(TimeSpan.FromDays(90) - TimeSpan.FromMilliseconds(1));
        await world.VisitAsync();
        Assert.Equal(Lifecycle.Lapsing, (await world.Reader.ProfileAsync(ada, Stop))!.Lifecycle);

        world.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await world.VisitAsync();
        Assert.Equal(Lifecycle.Churned, (await world.Reader.ProfileAsync(ada, Stop))!.Lifecycle);
        Assert.Null(await DueWorker.NextDueAsync(world.Store, Stop));
    }

    [Fact]
    public async Task A_document_that_cannot_be_read_blocks_nobody_is_visible_and_counts_once_it_is_repaired()
    {
        await using var world = await FigureWorld.StartAsync(1);
        var ada = await world.AddCustomerAsync(Guid.NewGuid());
        var at = Transaction.KeyOf(ada, "00112233445566778899aabbccddeeff");
        var broken = new BrokenOrder(at) { AmountMinor = "a lot" };
        await world.SaveAsync(broken);
        await world.OrderAsync(ada, "good", 500, world.Clock.Now);
        await world.VisitAsync();
        await FigureTruth.CheckAsync(world);

        var letter = Assert.Single(await new DeadLetters(world.Store, "figures").ListAsync(Stop));
        Assert.Equal((broken.Key, 1L, "The document is not readable as its kind."),
            (letter.Source, letter.SourceVersion, letter.Reason));
        var stale = await world.Reader.FreshnessAsync(world.Clock.Now, Stop);
        Assert.Equal((StaleReason.RunFailed, JobStatus.PartiallyFailed, 1),
            (stale.StaleReason, stale.LastRun!.Status, stale.LastRun.Failed));

        var repaired = new Transaction
        {
            FactId = "00112233445566778899aabbccddeeff", CustomerId = ada, ExternalId = new("shop", "x"),
            Kind = TransactionKind.Purchase,
            AmountMinor = 700, Currency = "GBP", At = world.Clock.Now, Version = 1,
        };
        await world.PutAsync(world.Transactions, repaired, (t, version) => t with { Version = version });
        await world.VisitAsync();
        Assert.Equal(0, await DeadLetterRetry.RunAsync(world.Store, world.Clock.Now, Stop));

        await FigureTruth.CheckAsync(world);
        Assert.Null((await world.Reader.FreshnessAsync(world.Clock.Now, Stop)).StaleReason);
    }

    [Fact]
    public async Task An_amount_that_sums_cannot_hold_is_left_out_and_named()
    {
        await using var world = await FigureWorld.StartAsync(1);
        var ada = await world.AddCustomerAsync(Guid.NewGuid());
        var good = await world.OrderAsync(ada, "good", 500, world.Clock.Now);
        await world.OrderAsync(ada, "absurd", long.MaxValue, world.Clock.Now);

        await world.VisitAsync();

        Assert.Equal(500, (await world.Reader.ProfileAsync(ada, Stop))!.MonetaryMinor);
        var letter = Assert.Single(await new DeadLetters(world.Store, "figures").ListAsync(Stop));
        Assert.NotEqual(good.Key, letter.Source);
        var rebuild = await RecountWorker.RunAsync(
            world.Store, world.Clock.Now, JobTrigger.Manual, Stop, rebuild: true);
        Assert.Equal(JobStatus.PartiallyFailed, rebuild!.Status);
        Assert.Equal(500, (await world.Reader.ProfileAsync(ada, Stop))!.MonetaryMinor);
    }

    [Fact]
    public async Task Changed_settings_start_a_recount_and_until_then_figures_say_that_they_are_old()
    {
        await using var world = await FigureWorld.StartAsync();
        var ada = await world.AddCustomerAsync(Guid.NewGuid());
        await world.OrderAsync(ada, "1", 100, world.Clock.Now.AddDays(-20));
        await world.VisitAsync();

        await world.SetAsync(t => t with { Settings = t.Settings with { ChurnWindow = TimeSpan.FromDays(10) } });
        Assert.Equal(
            StaleReason.DefinitionChanged, (await world.Reader.FreshnessAsync(world.Clock.Now, Stop)).StaleReason);
        await Assert.ThrowsAsync<RecountNeededException>(
            () => FigureWorker.ProcessAsync(world.Store, world.Clock.Now, Stop));
        await world.VisitAsync();

        await FigureTruth.CheckAsync(world);
        var fresh = await world.Reader.FreshnessAsync(world.Clock.Now, Stop);
        Assert.Equal((null, JobTrigger.DefinitionChange), (fresh.StaleReason, fresh.LastRun!.Trigger));
        Assert.Equal(2, (await world.Reader.SourceAsync(Grain.Day, Stop)).Definitions.Revision);
    }

    [Fact]
    public async Task Figures_are_recounted_every_night_at_a_quarter_past_two_of_the_tenants_clock()
    {
        await using var world = await FigureWorld.StartAsync(with: t => t with { TimeZone = "America/New_York" });
        await world.VisitAsync();
        world.Clock.Now = new DateTimeOffset(2026, 3, 3, 7, 14, 59, TimeSpan.Zero);
        await world.VisitAsync();
        Assert.Null((await world.Reader.FreshnessAsync(world.Clock.Now, Stop)).LastRun);

        world.Clock.Now = new DateTimeOffset(2026, 3, 3, 7, 15, 0, TimeSpan.Zero);
        await world.VisitAsync();

        var run = (await world.Reader.FreshnessAsync(world.Clock.Now, Stop)).LastRun!;
        Assert.Equal((JobTrigger.Timer, JobStatus.Succeeded, 0), (run.Trigger, run.Status, run.Differences));
        // 02:15 does not exist in New York on March 8; the clock goes from 02:00 to 03:00.
        Assert.Equal(
            new DateTimeOffset(2026, 3, 8, 7, 15, 0, TimeSpan.Zero),
            RecountWorker.NextNightly("America/New_York", new DateTimeOffset(2026, 3, 8, 3, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task A_requested_rebuild_finds_and_repairs_whatever_was_damaged()
    {
        await using var world = await FigureWorld.StartAsync(1);
        var changes = new RandomChanges(world, new Random(7));
        for (var i = 0; i < 80; i++)
        {
            await changes.HappenAsync();
        }

        await world.VisitAsync();
        var chunk = (await FigureTruth.StoredAsync<HistoryChunk>(world, "history"))[0];
        var totals = (await FigureTruth.StoredAsync<BucketTotals>(world, "totals"))[0];
        await world.Store.SaveAsync(Batch.Of(chunk with { Packed = [1, 2, 3] }, totals with { Cells = [] }), Stop);
        var request = new RecountRequest { RunId = "asked-for", Rebuild = true, RequestedAt = world.Clock.Now };
        await world.SaveAsync(request);
        await world.VisitAsync();

        await FigureTruth.CheckAsync(world);
        var run = await world.Store.FindAsync<JobRun>(JobRun.KeyOf("asked-for"), Stop);
        Assert.Equal((JobStatus.Succeeded, JobTrigger.Manual), (run!.Status, run.Trigger));
        Assert.True(run.Differences >= 2);
        Assert.Null(await world.Store.FindAsync<RecountRequest>(request.Key, Stop));
    }

    [Fact]
    public async Task Figures_are_stale_from_a_change_until_the_worker_has_seen_it()
    {
        await using var world = await FigureWorld.StartAsync();
        var ada = await world.AddCustomerAsync(Guid.NewGuid());
        await world.VisitAsync();
        Assert.False((await world.Reader.FreshnessAsync(world.Clock.Now, Stop)).Stale);

        await world.OrderAsync(ada, "1", 100, world.Clock.Now);
        Assert.Equal(
            StaleReason.SourceDataChanged, (await world.Reader.FreshnessAsync(world.Clock.Now, Stop)).StaleReason);
        await world.VisitAsync();

        Assert.False((await world.Reader.FreshnessAsync(world.Clock.Now, Stop)).Stale);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_customer_who_is_gone_and_an_old_message_does_not_bring_him_back()
    {
        await using var world = await FigureWorld.StartAsync(1);
        var ada = await world.AddCustomerAsync(Guid.NewGuid());
        var order = await world.OrderAsync(ada, "1", 100, world.Clock.Now);
        await world.VisitAsync();
        var feed = new TroubledStore(world.Store, new Random(3)) { MixesFeed = true };
        await feed.ReadChangesAsync(Container.Interactions, null, 10, Stop);
        await feed.ReadChangesAsync(Container.Master, null, 10, Stop);

        await world.Store.SaveAsync(new Batch().Delete(world.Customers[ada]), Stop);
        world.Customers.Clear();
        await world.DeleteAsync(world.Transactions, order);
        for (var i = 0; i < 10; i++)
        {
            await world.SaveAsync(new Consent
            {
                CustomerId = ada, Purpose = $"p{i}", Channel = Channel.Email, Recorded = ConsentStatus.Denied,
                Evidence = new("form", null, world.Clock.Now, null),
            });
            await FigureVisit.RunAsync(feed, world.Clock.Now, Stop);
            Assert.Null(await world.Reader.ProfileAsync(ada, Stop));
        }

        Assert.Empty(await FigureTruth.StoredAsync<HistoryChunk>(world, "history"));
        Assert.Empty(await FigureTruth.StoredAsync<DueRow>(world, "due"));
        Assert.Empty((await world.Reader.TotalsAsync(null, Stop)).Cells());
    }

    [Fact]
    public async Task A_past_moment_is_recounted_from_the_same_histories()
    {
        await using var world = await FigureWorld.StartAsync();
        var ada = await world.AddCustomerAsync(Guid.NewGuid());
        await world.OrderAsync(ada, "1", 100, world.Clock.Now.AddDays(-40));
        await world.OrderAsync(ada, "2", 900, world.Clock.Now.AddDays(-2));
        await world.VisitAsync();

        var past = await ColumnsReader.RecountAsync(world.Store, world.Tenant, world.Clock.Now.AddDays(-10), Stop);

        Assert.Equal(1, past.Profiles.Sum(bucket => Enumerable.Range(0, bucket.Customers).Sum(bucket.OrdersOf)));
    }

    /// <summary>Stored where an order should be, with text for a number.</summary>
    private sealed record BrokenOrder([property: System.Text.Json.Serialization.JsonIgnore] DocumentKey At) : IDocument
    {
        public long Version { get; init; }

        public required string AmountMinor { get; init; }

        [System.Text.Json.Serialization.JsonIgnore]
        public DocumentKey Key => At;
    }
}
