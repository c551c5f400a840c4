using CrmCloud.Store;

namespace CrmCloud.Tests.Store;

/// <summary>
/// What every store keeps. Written once and inherited by each store's tests, so that they cannot drift.
/// </summary>
public abstract partial class StoreContract : IAsyncLifetime
{
    protected static CancellationToken Stop => CancellationToken.None;

    protected IDocumentStore Store { get; private set; } = null!;

    /// <summary>The paths that the tests below sort and search by.</summary>
    protected static IReadOnlyList<StoreIndex> Indexes { get; } =
    [
        new(Container.Master, "thing", "text"),
        new(Container.Master, "thing", "count"),
        new(Container.Master, "thing", "inner.group"),
    ];

    protected ITenantStore Red { get; private set; } = null!;

    /// <summary>
    /// What a server cannot do at all; the tests of it are skipped and say so. Ours can do everything.
    /// </summary>
    [Flags]
    protected enum Ability
    {
        /// <summary>
        /// Single documents, versions and queries: what a server must be able to do to be worth asking.
        /// </summary>
        Documents = 1,
        Batches = 2,
        Feed = 4,

        /// <summary>Search in text that ignores case.</summary>
        BlindSearch = 8,
    }

    protected virtual Ability Lacks => 0;

    protected virtual string WhyLacking => "The store can do everything.";

    protected abstract Task<IDocumentStore> OpenStoreAsync();

    public virtual async Task InitializeAsync()
    {
        Store = await OpenStoreAsync();
        Red = Store.Open("red", DataMode.Live);
    }

    /// <summary>Ends the store and opens it anew over the same data, as a restart of the process would.</summary>
    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        await InitializeAsync();
    }

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    [SkippableFact]
    public async Task A_saved_document_reads_back_whole_at_its_next_version()
    {
        Needs(Ability.Documents);
        var thing = new Thing { Name = "a", Count = 3, Weight = 0.5, Ready = true, Text = "Zoë", Inner = new("x", 1) };

        await Red.SaveAsync(Batch.Of(thing), Stop);

        Assert.Equal(thing with { Version = 1 }, await Red.FindAsync<Thing>(thing.Key, Stop));
    }

    [SkippableFact]
    public async Task What_was_never_saved_is_not_found()
    {
        Needs(Ability.Documents);
        Assert.Null(await Red.FindAsync<Thing>(new(Container.Master, "", "thing/none"), Stop));
        Assert.Null(await Red.FindAsync<Thing>(new(Container.Master, "", "no address at all"), Stop));
        Assert.Empty(await Red.FindManyAsync<Thing>([new(Container.Master, "", "thing/none")], Stop));
    }

    [SkippableFact]
    public async Task A_document_is_created_only_once()
    {
        Needs(Ability.Documents);
        var thing = new Thing { Name = "a" };
        await Red.SaveAsync(Batch.Of(thing), Stop);

        var conflict = await Assert.ThrowsAsync<VersionConflictException>(
            () => Red.SaveAsync(Batch.Of(thing with { Text = "again" }), Stop));

        Assert.Equal(thing.Key, conflict.Key);
        Assert.Null((await Red.FindAsync<Thing>(thing.Key, Stop))!.Text);
    }

    [SkippableFact]
    public async Task A_stale_write_is_refused_and_changes_nothing()
    {
        Needs(Ability.Documents);
        var first = await SaveAsync(new Thing { Name = "a" });
        await SaveAsync(first with { Text = "won" });

        await Assert.ThrowsAsync<VersionConflictException>(
            () => Red.SaveAsync(Batch.Of(first with { Text = "lost" }), Stop));

        Assert.Equal("won", (await Red.FindAsync<Thing>(first.Key, Stop))!.Text);
    }

    [SkippableFact]
    public async Task One_stale_document_refuses_its_whole_batch()
    {
        Needs(Ability.Batches);
        var stale = await SaveAsync(new Thing { Name = "z" });
        await SaveAsync(stale);
        var batch = Batch.Of(new Thing { Name = "a" }, new Thing { Name = "b" }, stale);

        await Assert.ThrowsAsync<VersionConflictException>(() => Red.SaveAsync(batch, Stop));

        Assert.Empty(await Red.FindManyAsync<Thing>([Key("a"), Key("b")], Stop));
    }

    [SkippableFact]
    public async Task A_batch_of_one_hundred_documents_is_written_together()
    {
        Needs(Ability.Batches);
        var things = Enumerable.Range(0, Batch.MaxWrites).Select(n => new Thing { Name = $"{n}", Count = n }).ToList();

        await Red.SaveAsync(Batch.Of(things), Stop);

        var found = await Red.FindManyAsync<Thing>([.. things.Select(thing => thing.Key)], Stop);
        Assert.Equal(Enumerable.Range(0, 100).Sum(), found.Sum(thing => thing.Count));
        Assert.All(found, thing => Assert.Equal(1, thing.Version));
    }

    [SkippableFact]
    public async Task A_batch_beyond_its_limits_is_refused()
    {
        Needs(Ability.Documents);
        var large = new Thing { Name = "a", Text = new string('x', Batch.MaxBytes) };
        await Assert.ThrowsAsync<ArgumentException>(() => Red.SaveAsync(Batch.Of(large), Stop));
        Assert.Null(await Red.FindAsync<Thing>(large.Key, Stop));

        var (a, b) = (new Thing { Name = "a" }, new Thing { Name = "b", Bucket = "8" });
        var many = Enumerable.Range(0, Batch.MaxWrites + 1).Select(n => a with { Name = $"{n}" });
        Assert.Throws<ArgumentException>(() => Batch.Of(many));
        Assert.Throws<ArgumentException>(() => Batch.Of(a, a));
        Assert.Throws<ArgumentException>(() => Batch.Of(a, b));
        Assert.Throws<ArgumentException>(() => Batch.Of(new Thing { Name = "a?b" }));
    }

    [SkippableFact]
    public async Task A_deleted_document_is_gone_and_its_numbers_go_on_when_it_comes_back()
    {
        Needs(Ability.Documents);
        var thing = await SaveAsync(new Thing { Name = "a" });
        await Red.SaveAsync(new Batch().Delete(thing), Stop);
        Assert.Null(await Red.FindAsync<Thing>(thing.Key, Stop));

        var again = await SaveAsync(new Thing { Name = "a", Text = "again" });

        Assert.Equal(3, again.Version);
        Assert.Equal(4, (await SaveAsync(again)).Version);
    }

    [SkippableFact]
    public async Task A_purged_document_leaves_nothing()
    {
        Needs(Ability.Documents);
        var thing = await SaveAsync(new Thing { Name = "a" });
        await Red.SaveAsync(new Batch().Purge(thing), Stop);

        Assert.Null(await Red.FindAsync<Thing>(thing.Key, Stop));
        if (!Lacks.HasFlag(Ability.Feed))
        {
            Assert.Empty((await Red.ReadChangesAsync(Container.Master, null, 10, Stop)).Changes);
        }

        Assert.Equal(1, (await SaveAsync(new Thing { Name = "a" })).Version);
    }

    [SkippableFact]
    public async Task Only_the_version_that_was_read_can_be_deleted_or_purged()
    {
        Needs(Ability.Documents);
        var thing = await SaveAsync(new Thing { Name = "a" });
        await SaveAsync(thing);

        await Assert.ThrowsAsync<VersionConflictException>(() => Red.SaveAsync(new Batch().Delete(thing), Stop));
        await Assert.ThrowsAsync<VersionConflictException>(() => Red.SaveAsync(new Batch().Purge(thing), Stop));

        Assert.Equal(2, (await Red.FindAsync<Thing>(thing.Key, Stop))!.Version);
    }

    [SkippableFact]
    public async Task Equal_keys_of_other_tenants_modes_containers_and_partitions_are_other_documents()
    {
        Needs(Ability.Documents);
        var stores = new[] { Red, Store.Open("red", DataMode.Sandbox), Store.Open("blue", DataMode.Live) };
        var places = new[] { Container.Master, Container.Interactions, Container.Figures, Container.DeadLetters };
        var buckets = new[] { "", "1" };
        var all = from store in stores from place in places from bucket in buckets select (store, place, bucket);
        foreach (var (store, place, bucket) in all)
        {
            var text = $"{Array.IndexOf(stores, store)} {place} {bucket}";
            var thing = new Thing { Name = "a", Place = place, Bucket = bucket, Text = text };
            await store.SaveAsync(Batch.Of(thing), Stop);
        }

        foreach (var (store, place, bucket) in all)
        {
            var found = await store.FindAsync<Thing>(new(place, bucket, "thing/a"), Stop);
            var page = await store.QueryAsync<Thing>(new(place, bucket, "thing"), Stop);

            Assert.Equal($"{Array.IndexOf(stores, store)} {place} {bucket}", found!.Text);
            Assert.Equal([found], page.Items);
        }
    }

    [SkippableFact]
    public async Task The_directory_and_the_tenants_share_no_container()
    {
        Needs(Ability.Documents);
        var entry = new Thing { Name = "a", Place = Container.Directory };
        await Store.Directory.SaveAsync(Batch.Of(entry), Stop);

        Assert.NotNull(await Store.Directory.FindAsync<Thing>(entry.Key, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => Red.FindAsync<Thing>(entry.Key, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Directory.FindAsync<Thing>(Key("a"), Stop));
        Assert.Throws<ArgumentException>(() => Store.Open("../red", DataMode.Live));
    }

    [SkippableFact]
    public async Task A_cancelled_save_is_written_whole_or_not_at_all()
    {
        Needs(Ability.Documents);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var batch = Batch.Of(new Thing { Name = "a" }, new Thing { Name = "b" });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Red.SaveAsync(batch, cancelled.Token));

        var found = await Red.FindManyAsync<Thing>([Key("a"), Key("b")], Stop);
        Assert.True(found.Count is 0 or 2);
    }

    protected void Needs(Ability ability) => Skip.If((Lacks & ability) != 0, WhyLacking);

    protected static DocumentKey Key(string name) => new(Container.Master, "7", $"thing/{name}");

    /// <summary>Saves one document of red's and returns what is stored.</summary>
    protected async Task<Thing> SaveAsync(Thing thing)
    {
        await Red.SaveAsync(Batch.Of(thing), Stop);
        return (await Red.FindAsync<Thing>(thing.Key, Stop))!;
    }
}
