using CrmCloud.Api;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;
using CrmCloud.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CrmCloud.Tests.Segments;

public sealed class SegmentReadingTests
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    [Fact]
    public async Task A_preview_says_who_would_enter_and_leave_and_changes_nothing()
    {
        await using var world = await FilledAsync(9);
        await world.DefineAsync("fresh", "age_of_last(order) <= 35d");
        await world.VisitAsync();
        var compiler = new RuleCompiler(SegmentRuleSource.Vocabulary(
            world.Figures.Tenant, AttributeCatalog.Empty,
            await SegmentCatalog.LoadAsync(world.Figures.Store, world.Figures.Tenant, Stop)));
        var rule = compiler.Compile(
            "age_of_last(order) >= 25d and age_of_last(order) <= 75d and not in segment rfm-prospect").Value;

        var preview = await new SegmentPreviewer(world.Figures.Store, world.Figures.Tenant)
            .RunAsync(rule, "id-fresh", 3, world.Figures.Clock.Now, Stop);

        // Orders are 10, 20 ... 90 days old: 30 to 70 are meant, 10 to 30 are members.
        Assert.Equal(
            (5, 3, 4, 2), (preview.Size, preview.Sample.Count, preview.Entering!.Value, preview.Leaving!.Value));
        Assert.Equal(3, await world.Reader.SizeAsync("id-fresh", Stop));
    }

    [Fact]
    public async Task Statistics_and_overlaps_add_up_the_members()
    {
        await using var world = await FilledAsync(9);
        await world.DefineAsync("fresh", "age_of_last(order) <= 35d");
        await world.DefineAsync("middle", "age_of_last(order) >= 25d and age_of_last(order) <= 55d");
        await world.VisitAsync();

        var figures = await new SegmentStatistics(world.Figures.Store, world.Figures.Tenant)
            .OfAsync("id-fresh", world.Figures.Clock.Now, Stop);
        var overlap = Assert.Single(await world.Reader.OverlapAsync("id-fresh", ["id-middle"], Stop));

        Assert.Equal((3, 3, 3_000, 3L), (figures.Customers, figures.WithOrders, (int)figures.Gross, figures.Orders));
        Assert.Equal(20, figures.MeanRecencyDays);
        Assert.Equal((1, 2, 2), (overlap.Both, overlap.OnlyThis, overlap.OnlyOther));
    }

    [Fact]
    public async Task A_trace_shows_each_clause_with_what_it_saw()
    {
        await using var world = await FilledAsync(1);
        var segment = await world.DefineAsync("fresh", "age_of_last(order) <= 35d and monetary > 50 GBP");
        await world.VisitAsync();

        var trace = await new SegmentExplainer(world.Figures.Store, world.Figures.Tenant)
            .TraceAsync(segment, world.Figures.Customers.Keys.Single(), world.Figures.Clock.Now, Stop);

        Assert.Equal([true, false], trace.Select(clause => clause.Result));
    }

    [Fact]
    public async Task A_segment_is_stale_until_its_definition_and_every_change_were_followed()
    {
        await using var world = await FilledAsync(3);
        var freshness = new SegmentFreshness(world.Figures.Store, world.Figures.Tenant);
        var clock = world.Figures.Clock;
        await world.DefineAsync("fresh", "age_of_last(order) <= 35d");
        Assert.Equal(
            StaleReason.DefinitionChanged,
            (await freshness.OfAsync(world.Segments["fresh"], clock.Now, Stop)).StaleReason);

        await world.VisitAsync();
        Assert.Null((await freshness.OfAsync(world.Segments["fresh"], clock.Now, Stop)).StaleReason);

        await world.Figures.OrderAsync(world.Figures.Customers.Keys.First(), "next", 1, clock.Now);
        Assert.Equal(
            StaleReason.SourceDataChanged,
            (await freshness.OfAsync(world.Segments["fresh"], clock.Now, Stop)).StaleReason);
        await world.Figures.VisitAsync();
        Assert.Equal(
            StaleReason.SourceDataChanged,
            (await freshness.OfAsync(world.Segments["fresh"], clock.Now, Stop)).StaleReason);

        await world.VisitAsync();
        Assert.Null((await freshness.OfAsync(world.Segments["fresh"], clock.Now, Stop)).StaleReason);
        clock.Advance(TimeSpan.FromDays(40));
        Assert.Equal(
            StaleReason.RunOverdue, (await freshness.OfAsync(world.Segments["fresh"], clock.Now, Stop)).StaleReason);
    }

    [Fact]
    public async Task Groups_divide_as_customers_come_and_nobody_is_lost()
    {
        await using var world = await SegmentWorld.StartAsync(buckets: 1);
        await world.DefineAsync("all", "recency >= 0");
        await world.DefineAsync("nobody", "monetary > 1000 GBP");
        await world.VisitAsync();
        var first = await SegmentTests.BuyerAsync(world, 1, daysAgo: 1);
        await world.VisitAsync();
        for (var number = 2; number <= 400; number++)
        {
            await SegmentTests.BuyerAsync(world, number, daysAgo: 1 + (number % 50));
        }

        await world.VisitAsync();
        Assert.Equal(0, await world.RecomputeAsync());

        await world.CheckAsync();
        await world.CheckMovesAsync();
        var groups = (await world.Figures.Store.QueryAsync<AnyGroup>(
            new Query(Container.Figures, "0", "members") { Take = 1_000 }, Stop)).Items;
        Assert.True(groups.Count >= 4, $"{groups.Count} groups");
        var moves = await world.Reader.HistoryAsync(first, Stop);
        Assert.Contains(moves, move => move is { SegmentId: "id-all", Entered: true });
    }

    [Fact]
    public async Task With_the_real_workers_a_change_shows_in_a_segment_within_a_second()
    {
        using var folder = new TemporaryFolder();
        var clock = TimeProvider.System;
        var options = new SqliteStoreOptions
        {
            DataDirectory = folder.Path,
            Indexes = [.. FigureIndexes.All, .. JobIndexes.All, .. SegmentsFeature.Indexes],
        };
        await using var stores = new SqliteDocumentStore(options, clock);
        var tenants = new TenantDirectory(stores, clock);
        var tenant = (await tenants.CreateAsync(new("red", "GBP", "Europe/London"), default)).Value.Tenant;
        var store = stores.Open("red", DataMode.Live);
        var customer = new Customer { CustomerId = Buckets.NewCustomerId(Guid.NewGuid(), 4) };
        var segment = new SegmentDefinition
        {
            SegmentId = "fresh", SegmentKey = "fresh", Name = "Fresh", Kind = SegmentKind.Dynamic,
            RuleText = "age_of_last(order) <= 30d",
        };
        await store.SaveAsync(Batch.Of(customer), default);
        await store.SaveAsync(Batch.Of(segment), default);
        using var signal = new ChangeSignal();
        var visits = new TenantVisit(
            stores, clock, [new("figures", FigureVisit.RunAsync), new("segments", SegmentVisit.RunAsync)]);
        using var workers = new EmbeddedWorkers(
            new(visits, Options.Create(new CrmCloudOptions())), tenants, signal, clock,
            NullLogger<EmbeddedWorkers>.Instance);
        await workers.StartAsync(default);
        await UntilAsync(async () => await StandingAsync() is not null);

        var external = new ExternalId("shop", "1");
        await store.SaveAsync(
            Batch.Of(new Transaction
            {
                FactId = Transaction.FactIdOf(external), CustomerId = customer.CustomerId, ExternalId = external,
                Kind = TransactionKind.Purchase, AmountMinor = 100, Currency = "GBP", At = clock.GetUtcNow(),
                ReceivedAt = clock.GetUtcNow(),
            }),
            default);
        var saved = clock.GetTimestamp();
        signal.Notify("red", DataMode.Live);
        await UntilAsync(async () => await new MembershipReader(store, tenant).SizeAsync("fresh", default) == 1);
        var took = clock.GetElapsedTime(saved);

        await workers.StopAsync(default);
        Assert.True(took < TimeSpan.FromSeconds(1) * Slowness, $"It took {took}.");

        async Task<int?> StandingAsync() =>
            (await new MembershipReader(store, tenant).StandingAsync("fresh", default))?.AppliedRevision is 1
                ? 1
                : null;
    }

    // The promise is for an idle machine; where many share it, patience is counted in its load.
    private static int Slowness => 1 + (Environment.ProcessorCount < 8 ? 4 : 0);

    private static async Task<SegmentWorld> FilledAsync(int customers)
    {
        var world = await SegmentWorld.StartAsync();
        for (var number = 1; number <= customers; number++)
        {
            await SegmentTests.BuyerAsync(world, number, daysAgo: 10 * number);
        }

        await world.VisitAsync();
        return world;
    }

    // Another thread does the work, so all one can do is look; half a minute is for a busy machine.
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var look = 0; !await isSo(); look++)
        {
            Assert.True(look < 6_000, "The workers did nothing.");
            await timer.WaitForNextTickAsync();
        }
    }

    private sealed record AnyGroup : IDocument
    {
        public long Version { get; init; }

        public DocumentKey Key => default;
    }
}
