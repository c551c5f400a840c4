using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>
/// What of the contract the independent npm server can do: single documents, versions, races, and every query. It knows
/// no batches, no feed and no time to live; those tests stand in <see cref="CosmosGatewayTests"/>.
/// </summary>
public sealed class CosmosNpmServerTests : IAsyncLifetime
{
    private NpmServer? _server;
    private CosmosDocumentStore _store = null!;

    private ITenantStore Red => _store.Open("red", DataMode.Live);

    public async Task InitializeAsync()
    {
        if (NpmServer.Script is null)
        {
            return;
        }

        _server = await NpmServer.StartAsync();
        _store = await CosmosTesting.OpenAsync(new()
        {
            Endpoint = _server.Endpoint,
            Key = Gateway.Key,
            SingleEndpoint = true,
            Wire = () => new NpmServer.Header(),

            // This server, too, sorts by two members only with an index for them.
            Indexes =
            [
                new(Container.Master, "thing", "text"), new(Container.Master, "thing", "count"),
                new(Container.Master, "thing", "weight"), new(Container.Master, "thing", "inner.group"),
            ],
        }, bothWays: true);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _store.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task A_document_is_made_once_changed_by_version_deleted_and_made_again()
    {
        SkipIfAbsent();
        var thing = new Thing
        {
            Name = "a/b.c", Count = 3, Weight = 0.5, Ready = true, Text = "Zoë", Inner = new("x", 1),
        };
        await Red.SaveAsync(Batch.Of(thing), default);
        Assert.Equal(thing with { Version = 1 }, await Red.FindAsync<Thing>(thing.Key, default));
        await Assert.ThrowsAsync<VersionConflictException>(() => Red.SaveAsync(Batch.Of(thing), default));

        await Red.SaveAsync(Batch.Of(thing with { Version = 1, Text = "won" }), default);
        await Assert.ThrowsAsync<VersionConflictException>(
            () => Red.SaveAsync(Batch.Of(thing with { Version = 1, Text = "lost" }), default));
        Assert.Equal("won", (await Red.FindAsync<Thing>(thing.Key, default))!.Text);

        await Red.SaveAsync(new Batch().Delete(thing with { Version = 2 }), default);
        Assert.Null(await Red.FindAsync<Thing>(thing.Key, default));
        await Red.SaveAsync(Batch.Of(thing), default);
        Assert.Equal(4, (await Red.FindAsync<Thing>(thing.Key, default))!.Version);

        await Red.SaveAsync(new Batch().Purge(thing with { Version = 4 }), default);
        Assert.Null(await Red.FindAsync<Thing>(thing.Key, default));
        await Red.SaveAsync(Batch.Of(thing), default);
        Assert.Equal(1, (await Red.FindAsync<Thing>(thing.Key, default))!.Version);
    }

    [SkippableFact]
    public async Task Clients_counting_at_once_lose_and_invent_nothing()
    {
        SkipIfAbsent();
        await Red.SaveAsync(Batch.Of(new Thing { Name = "counter", Count = 0 }), default);
        var acknowledged = 0L;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var n = 0; n < 10; n++)
            {
                var read = (await Red.FindAsync<Thing>(new Thing { Name = "counter" }.Key, default))!;
                try
                {
                    await Red.SaveAsync(Batch.Of(read with { Count = read.Count + 1 }), default);
                    Interlocked.Increment(ref acknowledged);
                }
                catch (VersionConflictException)
                {
                    // Another was faster.
                }
            }
        })));

        var counter = (await Red.FindAsync<Thing>(new Thing { Name = "counter" }.Key, default))!;
        Assert.Equal((acknowledged, acknowledged + 1), (counter.Count!.Value, counter.Version));
    }

    [SkippableFact]
    public async Task Other_tenants_modes_and_partitions_are_out_of_reach()
    {
        SkipIfAbsent();
        var stores = new[] { Red, _store.Open("red", DataMode.Sandbox), _store.Open("blue", DataMode.Live) };
        foreach (var (store, at) in stores.Select((store, at) => (store, at)))
        {
            foreach (var bucket in new[] { "", "1" })
            {
                await store.SaveAsync(
                    Batch.Of(new Thing { Name = "a", Bucket = bucket, Text = $"{at}{bucket}" }), default);
            }
        }

        foreach (var (store, at) in stores.Select((store, at) => (store, at)))
        {
            foreach (var bucket in new[] { "", "1" })
            {
                var page = await store.QueryAsync<Thing>(new(Container.Master, bucket, "thing"), default);
                Assert.Equal($"{at}{bucket}", Assert.Single(page.Items).Text);
            }
        }
    }

    [SkippableFact]
    public async Task Queries_pages_and_lookups_answer_as_the_model_does()
    {
        SkipIfAbsent();
        const int Seed = 11;
        var (random, model) = (new Random(Seed), new StoreModel());
        for (var n = 0; n < 60; n++)
        {
            var batch = Batch.Of(ContractRandom.Thing(random, new(Container.Master, "7", $"thing/{n}")));
            Assert.True(model.TrySave(batch));
            await Red.SaveAsync(batch, default);
        }

        var gone = new Batch().Delete(new Thing { Name = "7", Version = 1 });
        Assert.True(model.TrySave(gone));
        await Red.SaveAsync(gone, default);
        for (var n = 0; n < 300; n++)
        {
            var query = ContractRandom.Query(random) with { Partition = "7" };

            // It has STARTSWITH and CONTAINS of two arguments only, none that ignore case.
            query = query with
            {
                Where = [.. query.Where.Where(one =>
                    one.Comparison is not (Comparison.StartsWith or Comparison.Contains))],
            };
            for (var more = true; more;)
            {
                var (expected, page) = (model.Query(query), await Red.QueryAsync<Thing>(query, default));
                Assert.True(
                    expected.Items.SequenceEqual(page.Items) && expected.HasMore == page.HasMore,
                    $"Seed {Seed}, query {n}: "
                    + string.Join("; ", CosmosSql.Of(query, "red.live~7").Select(s => s.Text)));
                more = page.HasMore;
                query = query with { After = more ? page.Positions[^1] : null };
            }
        }

        var keys = Enumerable.Range(0, 70).Select(n => new DocumentKey(Container.Master, "7", $"thing/{n}")).ToList();
        Assert.Equal(59, (await Red.FindManyAsync<Thing>(keys, default)).Count);
    }

    private static void SkipIfAbsent() => Skip.If(
        NpmServer.Script is null,
        $"Needs node and {NpmServer.Variable}=<folder where `npm install @vercel/cosmosdb-server@1.0.1` was run>.");
}
