using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Segments;
using CrmCloud.Store;

namespace CrmCloud.Tests.Segments;

public sealed class SegmentTests
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    [Fact]
    public async Task A_new_segment_holds_exactly_who_satisfies_its_rule()
    {
        await using var world = await SegmentWorld.StartAsync();
        var (one, _) = (await BuyerAsync(world, 1, daysAgo: 3), await BuyerAsync(world, 2, daysAgo: 40));
        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.VisitAsync();

        var member = Assert.Single((await world.Reader.MembersAsync("id-fresh", null, 10, Stop)).Items);

        Assert.Equal(
            (one, world.Figures.Clock.Now, MembershipCauseKind.RuleChanged, 1),
            (member.CustomerId, member.Since, member.Cause, member.Revision));
        await world.CheckAsync();
        await world.CheckMovesAsync();
        var outcome = Assert.Single((await world.Reader.StandingAsync("id-fresh", Stop))!.Outcomes);
        Assert.Equal((1, 1, 0), (outcome.Revision, outcome.Added, outcome.Removed));
    }

    [Fact]
    public async Task A_change_lets_a_customer_in_and_out_at_once()
    {
        await using var world = await SegmentWorld.StartAsync();
        var customer = await BuyerAsync(world, 1, daysAgo: 100);
        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.VisitAsync();
        Assert.Empty(await world.MembersAsync("id-fresh"));

        world.Figures.Clock.Advance(TimeSpan.FromMinutes(5));
        var order = await world.Figures.OrderAsync(customer, "late", 500, world.Figures.Clock.Now.AddMinutes(-1));
        await world.VisitAsync();

        var member = Assert.Single((await world.Reader.OfCustomersAsync([customer], Stop))[customer],
            one => one.SegmentId == "id-fresh");
        Assert.Equal((MembershipCauseKind.DataChanged, world.Figures.Clock.Now), (member.Cause, member.Since));

        await world.Figures.DeleteAsync(world.Figures.Transactions, order);
        await world.VisitAsync();
        Assert.Empty(await world.MembersAsync("id-fresh"));
        await world.CheckMovesAsync();
    }

    [Fact]
    public async Task Time_moves_a_customer_at_the_very_instant_however_late_the_worker_comes()
    {
        await using var world = await SegmentWorld.StartAsync();
        var customer = await BuyerAsync(world, 1, daysAgo: 10);
        var order = world.Figures.Transactions.Values.Single().At;
        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.DefineAsync("stale", "age_of_last(order) > 30d and age_of_last(order) <= 40d");
        await world.DefineAsync("old", "not in segment fresh and not in segment stale");

        var next = await world.VisitAsync();
        Assert.NotNull(next);
        Assert.InRange(next.Value, world.Figures.Clock.Now, order.AddDays(30).AddMilliseconds(1));

        // Both flips lie far back when somebody looks again.
        world.Figures.Clock.Advance(TimeSpan.FromDays(60));
        await world.VisitAsync();

        var own = (await world.Reader.HistoryAsync(customer, Stop)).Where(
            m => m.SegmentId.StartsWith("id-", StringComparison.Ordinal));
        Assert.Equal(
            ["id-fresh True", "id-fresh False", "id-stale True", "id-stale False", "id-old True"],
            own.Select(move => $"{move.SegmentId} {move.Entered}"));
        var flips = own.Skip(1).ToList();
        Assert.All(flips, move => Assert.Equal(MembershipCauseKind.TimePassed, move.Cause));
        Assert.InRange(flips[0].At - order.AddDays(30), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.InRange(flips[3].At - order.AddDays(40), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        await world.CheckAsync();
        await world.CheckMovesAsync();
    }

    [Fact]
    public async Task A_changed_rule_lets_in_and_out_who_should_be_and_says_how_many()
    {
        await using var world = await SegmentWorld.StartAsync();
        for (var number = 1; number <= 9; number++)
        {
            await BuyerAsync(world, number, daysAgo: 10 * number);
        }

        await world.DefineAsync("fresh", "age_of_last(order) <= 35d");
        await world.DefineAsync("others", "not in segment fresh");
        await world.VisitAsync();
        await world.SetRuleAsync("fresh", "age_of_last(order) >= 15d and age_of_last(order) <= 55d");
        await world.VisitAsync();

        await world.CheckAsync();
        await world.CheckMovesAsync();
        var outcome = (await world.Reader.StandingAsync("id-fresh", Stop))!.Outcomes[^1];
        Assert.Equal((2, 2, 1), (outcome.Revision, outcome.Added, outcome.Removed));
    }

    [Fact]
    public async Task Named_members_stay_named_and_a_snapshot_stays_as_it_was_taken()
    {
        await using var world = await SegmentWorld.StartAsync();
        var (one, two) = (await BuyerAsync(world, 1, daysAgo: 3), await BuyerAsync(world, 2, daysAgo: 50));
        await world.DefineAsync("named", null, SegmentKind.Manual);
        await world.DefineAsync("then", "age_of_last(order) <= 30d", SegmentKind.Snapshot);
        await world.DefineAsync("friends", "in segment named");
        await world.VisitAsync();
        await world.FreezeAsync("then");
        await world.NameAsync(two, "named");
        await world.VisitAsync();
        await world.CheckAsync();
        Assert.Equal(two, Assert.Single(await world.MembersAsync("id-friends")));
        Assert.Equal(
            MembershipCauseKind.Manual, (await world.Reader.MembersAsync("id-named", null, 1, Stop)).Items[0].Cause);

        world.Figures.Clock.Advance(TimeSpan.FromDays(60));
        await world.NameAsync(two, "named", isMember: false);
        await world.NameAsync(one, "named");
        await world.VisitAsync();

        await world.CheckAsync();
        Assert.Equal(one, Assert.Single(await world.MembersAsync("id-then")));
        Assert.Equal(0, await world.RecomputeAsync());
        await world.CheckMovesAsync();
    }

    [Fact]
    public async Task Paused_segments_keep_their_members_retired_ones_lose_them_and_both_can_come_back()
    {
        await using var world = await SegmentWorld.StartAsync();
        var customer = await BuyerAsync(world, 1, daysAgo: 3);
        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.VisitAsync();

        await world.ChangeAsync("fresh", segment => segment with { Status = DefinitionStatus.Paused });
        world.Figures.Clock.Advance(TimeSpan.FromDays(60));
        await world.VisitAsync();
        Assert.Equal(customer, Assert.Single(await world.MembersAsync("id-fresh")));

        await world.ChangeAsync("fresh", segment => segment with { Status = DefinitionStatus.Active });
        await world.VisitAsync();
        await world.CheckAsync();
        await world.Figures.OrderAsync(customer, "again", 100, world.Figures.Clock.Now);
        await world.VisitAsync();
        Assert.Single(await world.MembersAsync("id-fresh"));

        await world.ChangeAsync("fresh", segment => segment with { Status = DefinitionStatus.Retired });
        await world.VisitAsync();
        await world.CheckAsync();
        Assert.Equal(4, (await world.Reader.HistoryAsync(customer, Stop)).Count(move => move.SegmentId == "id-fresh"));

        await world.RemoveAsync("fresh");
        await world.VisitAsync();
        Assert.Null(await world.Reader.StandingAsync("id-fresh", Stop));
    }

    [Fact]
    public async Task A_rule_that_cannot_be_read_any_more_keeps_its_members_and_stops_no_other()
    {
        await using var world = await SegmentWorld.StartAsync();
        await BuyerAsync(world, 1, daysAgo: 3);
        await world.DefineAsync("broken", "age_of_last(order) <= 30d");
        await world.VisitAsync();
        await world.SetRuleAsync("broken", "tier = 'gold'");
        await world.DefineAsync("fine", "monetary > 1 GBP");
        await world.VisitAsync();

        Assert.Single(await world.MembersAsync("id-broken"));
        Assert.Single(await world.MembersAsync("id-fine"));
        Assert.NotNull((await world.Reader.StandingAsync("id-broken", Stop))!.Trouble);
    }

    [Fact]
    public async Task Pages_of_members_follow_without_gap_or_repeat_while_others_come_and_go()
    {
        await using var world = await SegmentWorld.StartAsync(buckets: 3);
        for (var number = 1; number <= 40; number++)
        {
            await BuyerAsync(world, number, daysAgo: 1 + (number % 5));
        }

        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.VisitAsync();
        var seen = new List<string>();
        for (MembersPage? page = null; page is not { HasMore: false };)
        {
            page = await world.Reader.MembersAsync("id-fresh", seen.LastOrDefault(), 7, Stop);
            seen.AddRange(page.Items.Select(item => item.CustomerId));
            await BuyerAsync(world, 100 + seen.Count, daysAgo: 2);
            await world.VisitAsync();
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.InRange(seen.Count, 40, 46);
        await world.CheckAsync();
    }

    [Fact]
    public async Task Visits_without_news_write_nothing()
    {
        await using var world = await SegmentWorld.StartAsync();
        await BuyerAsync(world, 1, daysAgo: 3);
        await world.DefineAsync("fresh", "age_of_last(order) <= 30d");
        await world.VisitAsync();
        await world.VisitAsync();
        var store = new Figures.TroubledStore(world.Figures.Store, new Random(1));

        await SegmentVisit.RunAsync(store, world.Figures.Clock.Now, Stop);

        Assert.Equal(0, store.Saves);
        var runs =
            (await world.Figures.Store.QueryAsync<JobRun>(new Query(Container.Figures, "", "jobrun"), Stop)).Items;
        Assert.Contains(runs, run => run is { Kind: JobKind.Segment, Trigger: JobTrigger.DefinitionChange });
    }

    internal static async Task<string> BuyerAsync(SegmentWorld world, int number, int daysAgo)
    {
        var customer = await world.Figures.AddCustomerAsync(
            new Guid(number, 7, 7, [1, 2, 3, 4, 5, 6, 7, (byte)(number % 256)]));
        await world.Figures.OrderAsync(customer, $"first-{number}", 1_000, world.Figures.Clock.Now.AddDays(-daysAgo));
        return customer;
    }
}
