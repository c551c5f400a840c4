using CrmCloud.Store;

namespace CrmCloud.Tests.Store;

public abstract partial class StoreContract
{
    [SkippableFact]
    public async Task A_carried_document_stands_as_it_stood_elsewhere_and_goes_on_from_there()
    {
        Needs(Ability.Batches);
        var thing = new Thing { Name = "a", Count = 3, Weight = 0.5, Text = "Zoë", Version = 41 };
        var gone = Key("gone");
        await Red.SaveAsync(
            new Batch().Carry(Carried(thing)).Carry(new(gone, 7, default, TimeSpan.FromDays(3))), Stop);

        Assert.Equal(thing, await Red.FindAsync<Thing>(thing.Key, Stop));
        Assert.Null(await Red.FindAsync<Thing>(gone, Stop));
        await Assert.ThrowsAsync<VersionConflictException>(
            () => Red.SaveAsync(Batch.Of(thing with { Version = 1 }), Stop));
        Assert.Equal(42, (await SaveAsync(thing with { Text = "later" })).Version);
        Assert.Equal(8, (await SaveAsync(new Thing { Name = "gone" })).Version);
    }

    [SkippableFact]
    public async Task A_carried_document_replaces_whatever_is_there()
    {
        Needs(Ability.Batches | Ability.Feed);
        var stored = await SaveAsync(await SaveAsync(await SaveAsync(new Thing { Name = "a" })));
        var deleted = await SaveAsync(new Thing { Name = "b" });
        await Red.SaveAsync(new Batch().Delete(deleted), Stop);
        await ReopenAsync();

        await Red.SaveAsync(new Batch().Carry(Carried(stored with { Version = 2 }))
            .Carry(Carried(deleted with { Version = 9 })).Carry(new(Key("c"), 5, default, TimeSpan.FromDays(1))), Stop);
        await Red.SaveAsync(Batch.Of(stored with { Version = 2, Text = "on" }), Stop);

        Assert.Equal(stored with { Version = 3, Text = "on" }, await Red.FindAsync<Thing>(stored.Key, Stop));
        Assert.Equal(deleted with { Version = 9 }, await Red.FindAsync<Thing>(deleted.Key, Stop));
        var tombstone = (await Red.ReadChangesAsync(Container.Master, null, 10, Stop)).Changes
            .Single(change => change.Key == Key("c"));
        Assert.Equal((5L, true), (tombstone.Version, tombstone.Deleted));
    }

    [SkippableFact]
    public async Task The_feed_says_when_a_document_will_be_gone()
    {
        Needs(Ability.Batches | Ability.Feed);
        await Red.SaveAsync(Batch.Of(new Thing { Name = "a" }, new Thing { Name = "b", LifeSeconds = 3_600 }), Stop);
        await Red.SaveAsync(new Batch().Delete(await SaveAsync(new Thing { Name = "c" }))
            .Carry(new(Key("d"), 1, default, TimeSpan.FromHours(2))), Stop);

        var ends = (await Red.ReadChangesAsync(Container.Master, null, 10, Stop)).Changes
            .ToDictionary(change => change.Key.Id[^1], change => change.ExpiresAt);

        Assert.Null(ends['a']);
        foreach (var (name, life) in new[] { ('b', 1.0), ('c', 24 * 30), ('d', 2) })
        {
            var off = (ends[name]!.Value - TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(life)).Duration();
            Assert.True(off < TimeSpan.FromMinutes(1), $"{name} is off by {off}.");
        }
    }

    private static CarriedDocument Carried(Thing thing) =>
        new(thing.Key, thing.Version, DocumentJson.Write(thing), null);
}
