using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>What goes wrong on the way, on demand, over the self-written gateway.</summary>
public sealed class CosmosFaultTests : IAsyncLifetime
{
    private Gateway _gateway = null!;
    private CosmosDocumentStore _store = null!;

    private ITenantStore Red => _store.Open("red", DataMode.Live);

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.StartAsync();
        _store = await CosmosTesting.OpenAsync(Options());
        await Red.SaveAsync(Batch.Of(new Thing { Name = "first" }), default);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Theory]
    [InlineData(Fault.Throttle, 1)]
    [InlineData(Fault.Throttle, 3)]
    [InlineData(Fault.Unavailable, 1)]
    [InlineData(Fault.Unavailable, 3)]
    [InlineData(Fault.Drop, 1)]
    [InlineData(Fault.Drop, 3)]
    [InlineData(Fault.LoseAnswer, 1)]
    [InlineData(Fault.LoseAnswer, 3)]
    [InlineData(Fault.NeverAnswer, 1)]
    [InlineData(Fault.NeverAnswer, 3)]
    [InlineData(Fault.DoneButUnavailable, 1)]
    [InlineData(Fault.DoneButUnavailable, 3)]
    public async Task A_write_that_met_a_fault_is_written_exactly_once(Fault fault, int documents)
    {
        var things = Enumerable.Range(0, documents).Select(n => new Thing { Name = $"{n}", Count = 0 }).ToList();
        for (var round = 1; round <= 3; round++)
        {
            Once(fault, "create", "replace", "batch");
            await Red.SaveAsync(Batch.Of(things), default);
            things = [.. (await Red.FindManyAsync<Thing>([.. things.Select(one => one.Key)], default))
                .Select(one => one with { Count = one.Count + 1 })];
            Assert.Equal(documents, things.Count);
            Assert.All(things, thing => Assert.Equal((round, round), (thing.Version, thing.Count)));
        }
    }

    [Theory]
    [InlineData(Fault.LoseAnswer)]
    [InlineData(Fault.DoneButUnavailable)]
    public async Task A_removal_whose_answer_was_lost_counts_as_done(Fault fault)
    {
        var first = (await Red.FindAsync<Thing>(new Thing { Name = "first" }.Key, default))!;
        Once(fault, "delete");

        await Red.SaveAsync(new Batch().Purge(first), default);

        Assert.Null(await Red.FindAsync<Thing>(first.Key, default));
    }

    [Fact]
    public async Task A_lost_answer_is_recognised_though_others_wrote_over_it_meanwhile()
    {
        var first = (await Red.FindAsync<Thing>(new Thing { Name = "first" }.Key, default))!;
        await using var other = new CosmosDocumentStore(Options(), TimeProvider.System);
        var faults = 1;
        _gateway.FaultFor = operation => operation == "replace" && Interlocked.Decrement(ref faults) == 0
            ? Fault.NeverAnswer
            : Fault.None;

        // While the first save waits for its answer in vain, another process writes twice over it.
        var save = Red.SaveAsync(Batch.Of(first with { Text = "ours" }), default);
        var blue = other.Open("red", DataMode.Live);
        for (var version = 2; version <= 3;)
        {
            var read = await blue.FindAsync<Thing>(first.Key, default);
            if (read!.Version == version)
            {
                await blue.SaveAsync(Batch.Of(read with { Text = "theirs" }), default);
                version++;
            }
        }

        await save;
        Assert.Equal(4, (await Red.FindAsync<Thing>(first.Key, default))!.Version);
    }

    [Fact]
    public async Task When_too_much_happened_since_a_lost_answer_the_failure_says_that_the_outcome_is_unknown()
    {
        var first = (await Red.FindAsync<Thing>(new Thing { Name = "first" }.Key, default))!;
        await using var other = new CosmosDocumentStore(Options(), TimeProvider.System);
        var faults = 1;
        _gateway.FaultFor = operation => operation == "replace" && Interlocked.Decrement(ref faults) == 0
            ? Fault.NeverAnswer
            : Fault.None;

        var save = Red.SaveAsync(Batch.Of(first with { Text = "ours" }), default);
        var blue = other.Open("red", DataMode.Live);
        for (var version = 2; version <= 2 + CosmosItem.MaxWrites;)
        {
            var read = await blue.FindAsync<Thing>(first.Key, default);
            if (read!.Version == version)
            {
                await blue.SaveAsync(Batch.Of(read with { Text = "theirs" }), default);
                version++;
            }
        }

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => save);
        Assert.Contains("not known", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.Throttle)]
    [InlineData(Fault.Unavailable)]
    [InlineData(Fault.Drop)]
    [InlineData(Fault.LoseAnswer)]
    public async Task A_read_that_met_a_fault_is_answered(Fault fault)
    {
        Once(fault, "read");
        Assert.NotNull(await Red.FindAsync<Thing>(new Thing { Name = "first" }.Key, default));
        Once(fault, "query");
        Assert.Single((await Red.QueryAsync<Thing>(new(Container.Master, "7", "thing"), default)).Items);
        Once(fault, "feed");
        Assert.Single((await Red.ReadChangesAsync(Container.Master, null, 10, default)).Changes);
    }

    [Fact]
    public async Task A_storm_of_throttling_beyond_the_budget_ends_with_nothing_written()
    {
        _gateway.FaultFor = operation => operation is "create" or "batch" ? Fault.Throttle : Fault.None;

        foreach (var batch in new[] { Batch.Of(One("a")), Batch.Of(One("a"), One("b")) })
        {
            var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Red.SaveAsync(batch, default));
            Assert.Contains("Nothing was written", failure.Message, StringComparison.Ordinal);
        }

        _gateway.FaultFor = _ => Fault.None;
        Assert.Null(await Red.FindAsync<Thing>(One("a").Key, default));
        await Red.SaveAsync(Batch.Of(One("a"), One("b")), default);
    }

    [Fact]
    public async Task Clients_counting_through_random_faults_lose_and_invent_nothing()
    {
        const int Seed = 7;
        var (random, gate, counted) = (new Random(Seed), new Lock(), 0L);
        _gateway.FaultFor = _ =>
        {
            lock (gate)
            {
                return random.Next(10) == 0
                    ? new[] { Fault.Throttle, Fault.Unavailable, Fault.Drop, Fault.LoseAnswer }[random.Next(4)]
                    : Fault.None;
            }
        };

        await Task.WhenAll(Enumerable.Range(0, 4).Select(client => Task.Run(async () =>
        {
            for (var done = 0; done < 15;)
            {
                var read = (await Red.FindAsync<Thing>(One("first").Key, default))!;
                try
                {
                    await Red.SaveAsync(
                        Batch.Of(read with { Count = (read.Count ?? 0) + 1 }, One($"{client}-{done}-{read.Version}")),
                        default);
                    Interlocked.Increment(ref counted);
                    done++;
                }
                catch (VersionConflictException)
                {
                    // Another was faster; read again.
                }
            }
        })));

        _gateway.FaultFor = _ => Fault.None;
        var first = (await Red.FindAsync<Thing>(One("first").Key, default))!;
        Assert.True(first.Count == counted && first.Version == counted + 1, $"Seed {Seed}: {first.Count} of {counted}");
        var all = await Red.QueryAsync<Thing>(new(Container.Master, "7", "thing") { Take = 1_000 }, default);
        Assert.Equal(counted + 1, all.Items.Count);
    }

    [Fact]
    public async Task Request_units_are_metered_by_tenant_and_operation()
    {
        var charged = new ConcurrentDictionary<(string, string), double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "CrmCloud.Store.Cosmos")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, charge, tags, _) =>
            charged.AddOrUpdate(((string)tags[0].Value!, (string)tags[1].Value!), charge, (_, sum) => sum + charge));
        listener.Start();
        var meter = _store.Open("metered", DataMode.Live);

        await meter.SaveAsync(Batch.Of(One("a"), One("b")), default);
        await meter.FindAsync<Thing>(One("a").Key, default);
        await meter.QueryAsync<Thing>(new(Container.Master, "7", "thing"), default);

        foreach (var operation in new[] { "save", "find", "query" })
        {
            Assert.Equal(1.5, charged[("metered.live", operation)]);
        }
    }

    [Fact]
    public async Task A_reader_of_one_tenants_feed_cannot_open_anothers_with_his_place()
    {
        var place = (await Red.ReadChangesAsync(Container.Master, null, 10, default)).Next;
        var blue = _store.Open("blue", DataMode.Live);

        await Assert.ThrowsAsync<ArgumentException>(() => blue.ReadChangesAsync(Container.Master, place, 10, default));
        var forged = place.Replace("\"of\":\"red.live\"", "\"of\":\"blue.live\"", StringComparison.Ordinal);
        Assert.NotEqual(place, forged);
        await Assert.ThrowsAsync<ArgumentException>(() => blue.ReadChangesAsync(Container.Master, forged, 10, default));
    }

    private static Thing One(string name) => new() { Name = name };

    private void Once(Fault fault, params string[] operations)
    {
        var left = 1;
        _gateway.FaultFor = operation =>
            operations.Contains(operation) && Interlocked.Decrement(ref left) == 0 ? fault : Fault.None;
    }

    private CosmosStoreOptions Options() => new()
    {
        Endpoint = _gateway.Endpoint,
        Key = Gateway.Key,
        SingleEndpoint = true,
        AttemptTimeout = TimeSpan.FromMilliseconds(700),
        MaxAttempts = 8,
    };
}
