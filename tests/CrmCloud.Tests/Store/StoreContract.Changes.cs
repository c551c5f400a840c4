using CrmCloud.Store;

namespace CrmCloud.Tests.Store;

public abstract partial class StoreContract
{
    [SkippableFact]
    public async Task The_feed_shows_the_latest_version_of_what_changed_since()
    {
        Needs(Ability.Feed);
        var a = await SaveAsync(new Thing { Name = "a", Text = "old" });
        await SaveAsync(new Thing { Name = "b" });
        var first = await Red.ReadChangesAsync(Container.Master, null, 10, Stop);
        await SaveAsync(await SaveAsync(a with { Text = "newer" }) with { Text = "newest" });

        var second = await Red.ReadChangesAsync(Container.Master, first.Next, 10, Stop);

        Assert.Equal([Key("a"), Key("b")], first.Changes.Select(change => change.Key).Order(ById));
        var change = Assert.Single(second.Changes);
        Assert.Equal((Key("a"), 3L, false), (change.Key, change.Version, change.Deleted));
        Assert.Equal(a with { Version = 3, Text = "newest" }, change.Read<Thing>());
        Assert.True(first.CaughtUp && second.CaughtUp);
    }

    [SkippableFact]
    public async Task A_reader_of_the_feed_that_is_up_to_date_gets_nothing_and_may_go_on_later()
    {
        Needs(Ability.Feed);
        await SaveAsync(new Thing { Name = "a" });
        var page = await Red.ReadChangesAsync(Container.Master, null, 10, Stop);

        var empty = await Red.ReadChangesAsync(Container.Master, page.Next, 10, Stop);
        await SaveAsync(new Thing { Name = "b" });

        Assert.Empty(empty.Changes);
        var next = await Red.ReadChangesAsync(Container.Master, empty.Next, 10, Stop);
        Assert.Equal(Key("b"), Assert.Single(next.Changes).Key);
    }

    [SkippableFact]
    public async Task The_feed_shows_deletions_without_a_body()
    {
        Needs(Ability.Feed);
        var a = await SaveAsync(new Thing { Name = "a" });
        await Red.SaveAsync(new Batch().Delete(a), Stop);

        var change = Assert.Single((await Red.ReadChangesAsync(Container.Master, null, 10, Stop)).Changes);

        Assert.Equal((a.Key, 2L, true, 0), (change.Key, change.Version, change.Deleted, change.Body.Length));
    }

    [SkippableFact]
    public async Task The_feed_is_read_in_pages_per_container_and_in_order_within_a_partition()
    {
        Needs(Ability.Feed);
        for (var n = 0; n < 25; n++)
        {
            await SaveAsync(new Thing { Name = $"{n:d2}" });
            await SaveAsync(new Thing { Name = $"{n:d2}", Place = Container.Interactions });
        }

        var (seen, since, caughtUp) = (new List<Change>(), default(string), false);
        while (!caughtUp)
        {
            var page = await Red.ReadChangesAsync(Container.Master, since, 4, Stop);
            Assert.True(page.Changes.Count <= 4);
            seen.AddRange(page.Changes);
            (since, caughtUp) = (page.Next, page.CaughtUp);
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(n => Key($"{n:d2}")), seen.Select(change => change.Key));
    }

    [SkippableFact]
    public async Task A_purged_newest_document_does_not_hide_what_comes_after_it()
    {
        Needs(Ability.Feed);
        var a = await SaveAsync(new Thing { Name = "a" });
        var page = await Red.ReadChangesAsync(Container.Master, null, 10, Stop);
        await Red.SaveAsync(new Batch().Purge(a), Stop);
        await ReopenAsync();

        await SaveAsync(new Thing { Name = "b" });

        var next = await Red.ReadChangesAsync(Container.Master, page.Next, 10, Stop);
        Assert.Equal(Key("b"), Assert.Single(next.Changes).Key);
    }

    [SkippableFact]
    public async Task A_foreign_continuation_is_refused()
    {
        Needs(Ability.Documents);
        await Assert.ThrowsAsync<ArgumentException>(() => Red.ReadChangesAsync(Container.Master, "garbage", 10, Stop));
    }

    private static Comparer<DocumentKey> ById { get; } =
        Comparer<DocumentKey>.Create((left, right) => string.CompareOrdinal(left.Id, right.Id));
}
