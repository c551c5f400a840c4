using System.Collections.Concurrent;
using CrmCloud.Store;

namespace CrmCloud.Tests.Store;

public abstract partial class StoreContract
{
    /// <summary>Increments per client in the test below; a slow store may lower it.</summary>
    protected virtual int IncrementsPerClient => 40;

    [SkippableFact]
    public async Task Fifty_clients_counting_at_once_lose_and_invent_nothing()
    {
        Needs(Ability.Documents);
        await SaveAsync(new Thing { Name = "counter", Count = 0 });
        var (acknowledged, conflicts) = (0L, 0L);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
        {
            for (var n = 0; n < IncrementsPerClient; n++)
            {
                var read = (await Red.FindAsync<Thing>(Key("counter"), Stop))!;
                try
                {
                    await Red.SaveAsync(Batch.Of(read with { Count = read.Count + 1 }), Stop);
                    Interlocked.Increment(ref acknowledged);
                }
                catch (VersionConflictException)
                {
                    Interlocked.Increment(ref conflicts);
                }
            }
        })));

        var counter = (await Red.FindAsync<Thing>(Key("counter"), Stop))!;
        Assert.Equal((acknowledged, acknowledged + 1), (counter.Count!.Value, counter.Version));
        Assert.Equal(50 * IncrementsPerClient, acknowledged + conflicts);
    }

    [SkippableFact]
    public async Task A_batch_that_conflicts_disturbs_none_of_those_saved_with_it()
    {
        Needs(Ability.Batches);
        var stale = await SaveAsync(new Thing { Name = "stale" });
        await SaveAsync(stale);

        var saves = Enumerable.Range(0, 60).Select(n =>
            Red.SaveAsync(n % 3 == 1
                ? Batch.Of(new Thing { Name = $"{n}" }, stale)
                : Batch.Of(new Thing { Name = $"{n}" }), Stop)).ToList();
        var failed = await Task.WhenAll(
            saves.Select(save => save.ContinueWith(done => done.IsFaulted, TaskScheduler.Default)));

        for (var n = 0; n < failed.Length; n++)
        {
            Assert.Equal(n % 3 == 1, failed[n]);
            Assert.Equal(n % 3 == 1, await Red.FindAsync<Thing>(Key($"{n}"), Stop) is null);
        }
    }

    [SkippableFact]
    public async Task Reads_see_every_write_acknowledged_before_them()
    {
        Needs(Ability.Documents);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            var thing = new Thing { Name = $"{client}", Text = "x" };
            for (var n = 1; n <= 50; n++)
            {
                await Red.SaveAsync(Batch.Of(thing with { Count = n }), Stop);
                thing = (await Red.FindAsync<Thing>(thing.Key, Stop))!;
                Assert.Equal((n, n), (thing.Version, thing.Count));
            }
        })));
    }

    [SkippableFact]
    public async Task A_reader_of_the_feed_misses_no_change_while_many_write()
    {
        Needs(Ability.Feed);
        const int Writers = 8;
        const int Each = 150;
        var latest = new ConcurrentDictionary<DocumentKey, long>();
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
            WriteAtRandomAsync(writer, Each, latest))));

        // Reads while they write, and once more after the last: a change that became visible late would be missed.
        var seen = new Dictionary<DocumentKey, long>();
        var (since, finished) = (default(string), false);
        while (!finished)
        {
            finished = writing.IsCompleted;
            for (var caughtUp = false; !caughtUp;)
            {
                var page = await Red.ReadChangesAsync(Container.Master, since, 7, Stop);
                foreach (var change in page.Changes)
                {
                    Assert.True(seen.GetValueOrDefault(change.Key) <= change.Version, "A document went backwards.");
                    seen[change.Key] = change.Version;
                }

                (since, caughtUp) = (page.Next, page.CaughtUp);
            }
        }

        await writing;
        Assert.Equal(latest.OrderBy(pair => pair.Key.Id), seen.OrderBy(pair => pair.Key.Id));
    }

    private async Task WriteAtRandomAsync(int writer, int count, ConcurrentDictionary<DocumentKey, long> latest)
    {
        var random = new Random(writer);
        for (var n = 0; n < count; n++)
        {
            // Each writer has its own documents, so that none of these saves conflicts.
            var key = Key($"{writer}-{random.Next(12):d2}");
            var thing = new Thing { Name = key.Id[6..], Version = latest.GetValueOrDefault(key), Count = n };
            await Red.SaveAsync(Batch.Of(thing), Stop);
            latest[key] = thing.Version + 1;
        }
    }
}
