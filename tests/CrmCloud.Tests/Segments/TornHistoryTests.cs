using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Segments;
using CrmCloud.Store;

namespace CrmCloud.Tests.Segments;

public sealed class TornHistoryTests
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    [Fact]
    public async Task A_customer_whose_history_is_torn_stays_as_he_was_and_keeps_nobody_else_waiting()
    {
        await using var world = await SegmentWorld.StartAsync();
        var torn = await SegmentTests.BuyerAsync(world, 1, daysAgo: 3);
        var other = await SegmentTests.BuyerAsync(world, 2, daysAgo: 100);
        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.VisitAsync();
        Assert.Equal([torn], await world.MembersAsync("id-fresh"));

        var whole = await TearAsync(world, torn);
        await world.Figures.OrderAsync(other, "late", 500, world.Figures.Clock.Now.AddMinutes(-1));
        await world.VisitAsync();
        world.Figures.Clock.Advance(TimeSpan.FromDays(40));
        await SegmentVisit.RunAsync(world.Figures.Store, world.Figures.Clock.Now, Stop);
        await world.DefineAsync("buyers", "count(order) >= 2");
        await SegmentVisit.RunAsync(world.Figures.Store, world.Figures.Clock.Now, Stop);

        Assert.Equal([torn], await world.MembersAsync("id-fresh"));
        Assert.Equal([other], await world.MembersAsync("id-buyers"));
        var letter = Assert.Single(await new DeadLetters(world.Figures.Store, "segments").ListAsync(Stop));
        Assert.Equal((whole.Key, "A stored figure is torn."), (letter.Source, letter.Reason));
        Assert.Equal(1, (await PreviewAsync(world, "count(order) >= 1")).Size);
    }

    [Fact]
    public async Task A_history_that_was_mended_is_evaluated_by_the_next_whole_pass()
    {
        await using var world = await SegmentWorld.StartAsync();
        var customer = await SegmentTests.BuyerAsync(world, 1, daysAgo: 3);
        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.VisitAsync();
        var whole = await TearAsync(world, customer);
        world.Figures.Clock.Advance(TimeSpan.FromDays(40));
        await SegmentVisit.RunAsync(world.Figures.Store, world.Figures.Clock.Now, Stop);

        await world.Figures.Store.SaveAsync(Batch.Of(whole with { Version = whole.Version + 1 }), Stop);
        await world.RecomputeAsync();

        Assert.Empty(await world.MembersAsync("id-fresh"));
        await world.CheckAsync();
    }

    private static async Task<HistoryChunk> TearAsync(SegmentWorld world, string customer)
    {
        var chunk = (await world.Figures.Store.FindAsync<HistoryChunk>(HistoryChunk.KeyOf(customer, 0), Stop))!;
        await world.Figures.Store.SaveAsync(Batch.Of(chunk with { Packed = chunk.Packed[..^3] }), Stop);
        return chunk;
    }

    private static async Task<SegmentPreviewFigures> PreviewAsync(SegmentWorld world, string text)
    {
        var (store, tenant) = (world.Figures.Store, world.Figures.Tenant);
        var catalog = await SegmentCatalog.LoadAsync(store, tenant, Stop);
        var attributes = await Core.Customers.AttributeCatalog.LoadAsync(store, Stop);
        var rule = new RuleCompiler(SegmentRuleSource.Vocabulary(tenant, attributes, catalog)).Compile(text);
        return await new SegmentPreviewer(store, tenant)
            .RunAsync(rule.Value, null, 0, world.Figures.Clock.Now, Stop);
    }
}
