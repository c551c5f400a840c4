using CrmCloud.Store;

namespace CrmCloud.Tests.Store;

public abstract partial class StoreContract
{
    /// <summary>Operations per run of the test below; a slow store may lower it.</summary>
    protected virtual int RandomOperations => 1_500;

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(null)]
    public async Task Random_operations_answer_as_the_model_does(int? given)
    {
        Needs(Ability.Batches | Ability.Feed | Ability.BlindSearch);
        var seed = given ?? Environment.TickCount;
        var (random, model, feed) = (new Random(seed), new StoreModel(), new FeedReader(Red));
        var step = 0;
        try
        {
            for (; step < RandomOperations; step++)
            {
                await StepAsync(random, model, feed);
            }

            await feed.CatchUpAsync();
            feed.AssertHolds(model);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Seed {seed}, step {step}: {failure.Message}", failure);
        }
    }

    private async Task StepAsync(Random random, StoreModel model, FeedReader feed)
    {
        switch (random.Next(10))
        {
            case < 6:
                await SaveBothAsync(RandomBatch(random, model), model);
                break;
            case 6:
                var key = RandomKey(random, RandomBucket(random));
                Assert.Equal(model.Find(key), await Red.FindAsync<Thing>(key, Stop));
                break;
            case 7:
                await feed.ReadPageAsync(random.Next(1, 20));
                break;
            case 8:
                await QueryBothAsync(
                    ContractRandom.Query(random) with { Partition = RandomBucket(random) }, model, random);
                break;
            default:
                var keys = Enumerable.Range(0, 30).Select(_ => RandomKey(random, RandomBucket(random))).ToHashSet();
                var found = await Red.FindManyAsync<Thing>(keys, Stop);
                Assert.Equal(keys.Select(model.Find).OfType<Thing>().ToHashSet(), found.ToHashSet());
                break;
        }
    }

    private async Task SaveBothAsync(Batch batch, StoreModel model)
    {
        if (model.TrySave(batch))
        {
            await Red.SaveAsync(batch, Stop);
        }
        else
        {
            await Assert.ThrowsAsync<VersionConflictException>(() => Red.SaveAsync(batch, Stop));
        }
    }

    private async Task QueryBothAsync(Query query, StoreModel model, Random random)
    {
        for (var pages = random.Next(1, 4); pages > 0; pages--)
        {
            var expected = model.Query(query);
            var page = await Red.QueryAsync<Thing>(query, Stop);
            Assert.Equal(expected.Items, page.Items);
            Assert.Equal(expected.HasMore, page.HasMore);
            if (!page.HasMore)
            {
                return;
            }

            query = query with { After = page.Positions[^1] };
        }
    }

    private static Batch RandomBatch(Random random, StoreModel model)
    {
        var (batch, bucket) = (new Batch(), RandomBucket(random));
        var keys = Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomKey(random, bucket)).ToHashSet();
        foreach (var key in keys)
        {
            // Now and then a version that is not the stored one.
            var stored = model.Find(key)?.Version ?? 0;
            var version = random.Next(15) == 0 ? Math.Max(0, stored + random.Next(-1, 2)) : stored;
            var thing = ContractRandom.Thing(random, key) with { Version = version };
            _ = random.Next(6) switch
            {
                0 when version > 0 => batch.Delete(thing),
                1 when version > 0 && random.Next(3) == 0 => batch.Purge(thing),
                _ => batch.Put(thing),
            };
        }

        return batch;
    }

    private static string RandomBucket(Random random) => random.Next(2) == 0 ? "" : "1";

    private static DocumentKey RandomKey(Random random, string bucket) =>
        new(Container.Master, bucket, $"thing/{random.Next(40)}");

    /// <summary>Keeps what the feed says, as every consumer does: the latest version of each document.</summary>
    private sealed class FeedReader(ITenantStore store)
    {
        private readonly Dictionary<DocumentKey, Change> _latest = [];
        private string? _since;

        public async Task<bool> ReadPageAsync(int take)
        {
            var page = await store.ReadChangesAsync(Container.Master, _since, take, Stop);
            foreach (var change in page.Changes)
            {
                _latest[change.Key] = change;
            }

            _since = page.Next;
            return page.CaughtUp;
        }

        public async Task CatchUpAsync()
        {
            while (!await ReadPageAsync(50))
            {
            }
        }

        public void AssertHolds(StoreModel model)
        {
            // Purged documents are not in the model; the feed says nothing of them, so their last change may be known.
            foreach (var (key, (version, thing)) in model.Entries)
            {
                var change = _latest[key];
                Assert.Equal((version, thing is null), (change.Version, change.Deleted));
                Assert.Equal(thing, change.Deleted ? null : change.Read<Thing>());
            }
        }
    }
}
