using System.Text.Json.Serialization;
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
        Assert.Empty(await new DeadLetters(world.Figures.Store, "segments").ListAsync(Stop));
        await world.CheckAsync();
    }

    [Fact]
    public async Task A_letter_is_closed_when_its_customer_is_evaluated_after_all()
    {
        await using var world = await SegmentWorld.StartAsync();
        var customer = await SegmentTests.BuyerAsync(world, 1, daysAgo: 3);
        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.VisitAsync();
        var whole = await TearAsync(world, customer);
        await world.DefineAsync("buyers", "count(order) >= 1");
        await SegmentVisit.RunAsync(world.Figures.Store, world.Figures.Clock.Now, Stop);
        Assert.Single(await new DeadLetters(world.Figures.Store, "segments").ListAsync(Stop));

        await world.Figures.Store.SaveAsync(Batch.Of(whole with { Version = whole.Version + 1 }), Stop);
        await world.Figures.OrderAsync(customer, "late", 500, world.Figures.Clock.Now.AddMinutes(-1));
        await world.VisitAsync();

        Assert.Empty(await new DeadLetters(world.Figures.Store, "segments").ListAsync(Stop));
        Assert.Null(await StaleAsync(world));
    }

    [Theory]
    [InlineData("change")]
    [InlineData("time")]
    [InlineData("definition")]
    [InlineData("recompute")]
    public async Task Torn_members_are_made_anew_and_keep_nobody_waiting(string cause)
    {
        await using var world = await SegmentWorld.StartAsync(buckets: 1);
        var customers = new List<string>();
        for (var number = 1; number <= 30; number++)
        {
            customers.Add(await SegmentTests.BuyerAsync(world, number, daysAgo: 2 * number));
        }

        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.DefineAsync("then", "age_of_last(order) <= 10d", SegmentKind.Snapshot);
        await world.VisitAsync();
        await world.FreezeAsync("then");
        var before = await world.Reader.OfCustomersAsync(customers, Stop);
        await TearMembersAsync(world);

        Assert.Equal(before.SelectMany(one => one).Order(ByText), (await world.Reader.OfCustomersAsync(customers, Stop))
            .SelectMany(one => one).Order(ByText));
        Assert.Equal(15, (await world.MembersAsync("id-fresh")).Count);
        await CauseAsync(world, cause, customers[29]);
        await world.VisitAsync();

        await world.CheckAsync();
        await world.CheckMovesAsync();
        Assert.Equal(
            before[customers[0]].Select(one => one.Since).Distinct(),
            (await world.Reader.OfCustomersAsync(customers, Stop))[customers[0]].Where(one => one.SegmentId != "id-all")
                .Select(one => one.Since).Distinct());
        Assert.Empty(await new DeadLetters(world.Figures.Store, "segments").ListAsync(Stop));
        Assert.Null(await StaleAsync(world));
    }

    private static readonly Comparer<MembershipView> ByText =
        Comparer<MembershipView>.Create((one, other) => string.CompareOrdinal(one.ToString(), other.ToString()));

    private static async Task CauseAsync(SegmentWorld world, string cause, string customer)
    {
        switch (cause)
        {
            case "change":
                await world.Figures.OrderAsync(customer, "late", 500, world.Figures.Clock.Now.AddMinutes(-1));
                break;
            case "time":
                world.Figures.Clock.Advance(TimeSpan.FromDays(9));
                break;
            case "definition":
                await world.DefineAsync("all", "frequency >= 1");
                break;
            default:
                await world.RecomputeAsync();
                break;
        }
    }

    private static async Task TearMembersAsync(SegmentWorld world)
    {
        var query = new Query(Container.Figures, "0", "members");
        foreach (var group in (await world.Figures.Store.QueryAsync<AnyMembers>(query, Stop)).Items)
        {
            await world.Figures.Store.SaveAsync(Batch.Of(group with { Packed = group.Packed[..^3] }), Stop);
        }
    }

    private static async Task<StaleReason?> StaleAsync(SegmentWorld world) =>
        (await new SegmentFreshness(world.Figures.Store, world.Figures.Tenant).OfAsync(
            world.Segments["fresh"], world.Figures.Clock.Now, Stop)).StaleReason;

    /// <summary>The packed members as they are stored.</summary>
    private sealed record AnyMembers : IDocument
    {
        public required string Bucket { get; init; }

        public required string Name { get; init; }

        public required byte[] Packed { get; init; }

        public long NextDueAt { get; init; }

        public string? Log { get; init; }

        public long Version { get; init; }

        [JsonIgnore]
        public DocumentKey Key => new(Container.Figures, Bucket, $"members/{Name}");
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
