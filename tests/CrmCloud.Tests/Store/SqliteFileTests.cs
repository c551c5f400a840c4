using System.Text;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Tests.Store;

/// <summary>
/// What the embedded store promises beyond the port: its files, their upkeep, and trouble with the disk.
/// </summary>
public sealed class SqliteFileTests : IDisposable
{
    private static readonly DocumentKey Key = new Thing { Name = "a" }.Key;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeClock _clock = new();

    private string RedFile => Path.Combine(_folder.Path, "tenants", "red.live.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_tenant_and_mode_has_a_file_of_its_own()
    {
        await using var store = Start();
        await store.Open("red", DataMode.Live).SaveAsync(Batch.Of(new Thing { Name = "a" }), default);
        await store.Open("red", DataMode.Sandbox).SaveAsync(Batch.Of(new Thing { Name = "a" }), default);
        await store.Open("blue-2", DataMode.Live).SaveAsync(Batch.Of(new Thing { Name = "a" }), default);

        Assert.Equal(
            [("blue-2", DataMode.Live), ("red", DataMode.Live), ("red", DataMode.Sandbox)], store.ListTenantFiles());
    }

    [Fact]
    public async Task Documents_and_the_place_in_the_feed_outlive_a_restart()
    {
        string since;
        await using (var store = Start())
        {
            var red = store.Open("red", DataMode.Live);
            await red.SaveAsync(Batch.Of(new Thing { Name = "a" }), default);
            since = (await red.ReadChangesAsync(Container.Master, null, 10, default)).Next;
        }

        await using var again = Start();
        var reopened = again.Open("red", DataMode.Live);
        await reopened.SaveAsync(Batch.Of(new Thing { Name = "b" }), default);

        Assert.NotNull(await reopened.FindAsync<Thing>(Key, default));
        var page = await reopened.ReadChangesAsync(Container.Master, since, 10, default);
        Assert.Equal("thing/b", Assert.Single(page.Changes).Key.Id);
    }

    [Fact]
    public async Task A_second_process_is_told_that_the_directory_is_taken_until_the_first_ends()
    {
        var first = Start();

        var refusal = Assert.Throws<StoreUnavailableException>(() => Start());
        await first.DisposeAsync();

        Assert.Contains("in use by another process", refusal.Message, StringComparison.Ordinal);
        await using var second = Start();
        await second.CheckAsync(default);
    }

    [Fact]
    public async Task A_lock_file_left_behind_by_a_killed_process_keeps_nobody_out()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "crmcloud.lock"), "left behind");

        await using var store = Start();

        await store.CheckAsync(default);
    }

    [Fact]
    public async Task A_hundred_tenants_used_at_once_work_with_four_open_files()
    {
        await using var store = Start(new() { DataDirectory = _folder.Path, MaxOpenFiles = 4, ReadersPerFile = 2 });
        var tenants = Enumerable.Range(0, 100).Select(n => store.Open($"tenant-{n}", DataMode.Live)).ToList();

        await Parallel.ForAsync(0, 500, async (n, stop) =>
        {
            var tenant = tenants[n * 37 % tenants.Count];
            await tenant.SaveAsync(Batch.Of(new Thing { Name = $"{n}", Count = n }), stop);
            Assert.Equal(n, (await tenant.FindAsync<Thing>(new Thing { Name = $"{n}" }.Key, stop))!.Count);
        });

        Assert.InRange(store.OpenFileCount, 1, 4);
        foreach (var tenant in tenants)
        {
            Assert.Equal(5, (await tenant.QueryAsync<Thing>(new(Container.Master, "7", "thing"), default)).Items.Count);
        }
    }

    [Fact]
    public async Task A_file_of_a_newer_program_is_refused_and_left_alone()
    {
        await using (var store = Start())
        {
            await store.Open("red", DataMode.Live).SaveAsync(Batch.Of(new Thing { Name = "a" }), default);
        }

        Sql($"PRAGMA user_version = {Schema.Version + 1}");
        await using var again = Start();

        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => again.Open("red", DataMode.Live).FindAsync<Thing>(Key, default));

        Assert.Contains("newer program", refusal.Message, StringComparison.Ordinal);
        Sql($"PRAGMA user_version = {Schema.Version}");
        Assert.NotNull(await again.Open("red", DataMode.Live).FindAsync<Thing>(Key, default));
    }

    [Fact]
    public async Task Indexes_follow_what_is_declared()
    {
        var text = new StoreIndex(Container.Master, "thing", "text");
        var count = new StoreIndex(Container.Master, "thing", "count");
        foreach (var declared in new StoreIndex[][] { [text], [text, count], [count], [] })
        {
            // Two features may declare the same one.
            var again = declared.Select(one => new StoreIndex(one.Container, one.Kind, [.. one.Paths]));
            await using (var store = Start(new() { DataDirectory = _folder.Path, Indexes = [.. declared, .. again] }))
            {
                await store.Open("red", DataMode.Live).FindAsync<Thing>(Key, default);
            }

            Assert.Equal(declared.Length, Sql("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'by %'"));
        }
    }

    [Fact]
    public async Task A_document_is_invisible_from_the_second_it_expires_and_its_id_is_free()
    {
        await using var store = Start();
        var red = store.Open("red", DataMode.Live);
        await red.SaveAsync(Batch.Of(new Thing { Name = "a", LifeSeconds = 60 }), default);
        _clock.Advance(TimeSpan.FromMilliseconds(59_999));
        var stored = (await red.FindAsync<Thing>(Key, default))!;

        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await red.FindAsync<Thing>(Key, default));
        Assert.Empty((await red.QueryAsync<Thing>(new(Container.Master, "7", "thing"), default)).Items);
        Assert.Empty((await red.ReadChangesAsync(Container.Master, null, 10, default)).Changes);
        await Assert.ThrowsAsync<VersionConflictException>(() => red.SaveAsync(Batch.Of(stored), default));
        await red.SaveAsync(Batch.Of(new Thing { Name = "a" }), default);
        Assert.Equal(1, (await red.FindAsync<Thing>(Key, default))!.Version);
    }

    [Fact]
    public async Task A_write_gives_a_document_its_life_anew()
    {
        await using var store = Start();
        var red = store.Open("red", DataMode.Live);
        await red.SaveAsync(Batch.Of(new Thing { Name = "a", LifeSeconds = 60 }), default);
        _clock.Advance(TimeSpan.FromSeconds(50));
        await red.SaveAsync(Batch.Of(new Thing { Name = "a", LifeSeconds = 60, Version = 1 }), default);

        _clock.Advance(TimeSpan.FromSeconds(50));
        Assert.NotNull(await red.FindAsync<Thing>(Key, default));
        await red.SaveAsync(Batch.Of(new Thing { Name = "a", Version = 2 }), default);
        _clock.Advance(TimeSpan.FromDays(999));
        Assert.NotNull(await red.FindAsync<Thing>(Key, default));
    }

    [Fact]
    public async Task A_tombstone_shows_in_the_feed_for_thirty_days()
    {
        await using var store = Start();
        var red = store.Open("red", DataMode.Live);
        await red.SaveAsync(Batch.Of(new Thing { Name = "a" }), default);
        await red.SaveAsync(new Batch().Delete((await red.FindAsync<Thing>(Key, default))!), default);

        _clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        Assert.True(Assert.Single((await red.ReadChangesAsync(Container.Master, null, 10, default)).Changes).Deleted);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await red.ReadChangesAsync(Container.Master, null, 10, default)).Changes);
    }

    [Fact]
    public async Task What_has_expired_is_swept_whole_and_nothing_else()
    {
        await using var store = Start();
        var red = store.Open("red", DataMode.Live);
        for (var n = 0; n < 2 * BatchWriter.SweepStep + 100; n += 100)
        {
            await red.SaveAsync(Batch.Of(Enumerable.Range(n, 100).Select(
                one => new Thing { Name = $"{one}", LifeSeconds = one < 100 ? 600 : 60 })), default);
        }

        _clock.Now += TimeSpan.FromSeconds(60);
        await store.SweepAsync(default);

        Assert.Equal(100, Sql("SELECT count(*) FROM document"));
    }

    [Fact]
    public async Task A_closed_file_holds_no_byte_of_what_was_deleted()
    {
        const string Secret = "nobody-may-read-this-again";
        await using (var store = Start())
        {
            var red = store.Open("red", DataMode.Live);
            var (a, b) = (new Thing { Name = "a", Text = Secret }, new Thing { Name = "b", Text = Secret });
            await red.SaveAsync(Batch.Of(a, b), default);
            await red.SaveAsync(new Batch().Delete(a with { Version = 1 }).Purge(b with { Version = 1 }), default);
        }

        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_full_store_refuses_writes_clearly_reads_on_and_writes_again_when_there_is_space()
    {
        await using var store = Start(new() { DataDirectory = _folder.Path, MaxFileBytes = 1 << 20 });
        var red = store.Open("red", DataMode.Live);
        var saved = 0;
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
        {
            for (; saved < 100; saved++)
            {
                await red.SaveAsync(Batch.Of(Large(saved, version: 0)), default);
            }
        });

        Assert.InRange(saved, 5, 99);
        Assert.Equal(saved, (await red.QueryAsync<Thing>(new(Container.Master, "7", "thing"), default)).Items.Count);
        Assert.Null(await red.FindAsync<Thing>(Large(saved, 0).Key, default));

        await red.SaveAsync(new Batch().Purge(Large(0, 1)).Purge(Large(1, 1)), default);
        await red.SaveAsync(Batch.Of(Large(saved, version: 0)), default);
        Assert.NotNull(await red.FindAsync<Thing>(Large(saved, 0).Key, default));
    }

    [Fact]
    public async Task A_batch_too_large_for_the_space_left_takes_no_neighbour_down()
    {
        await using var store = Start(new() { DataDirectory = _folder.Path, MaxFileBytes = 1 << 20 });
        var red = store.Open("red", DataMode.Live);
        var saves = Enumerable.Range(0, 40).Select(n => red.SaveAsync(
            n % 10 == 5
                ? Batch.Of(Enumerable.Range(0, 25).Select(part => Large(1_000 * n + part, version: 0)))
                : Batch.Of(new Thing { Name = $"{n}" }), default)).ToList();

        var failed = await Task.WhenAll(saves.Select(save => save.ContinueWith(
            done => done.Exception?.InnerException is StoreUnavailableException, TaskScheduler.Default)));

        Assert.Equal(Enumerable.Range(0, 40).Select(n => n % 10 == 5), failed);
        Assert.Equal(36, Sql("SELECT count(*) FROM document"));
    }

    [Fact]
    public async Task A_caller_who_gives_up_leaves_the_store_in_order()
    {
        await using var store = Start();
        var red = store.Open("red", DataMode.Live);
        for (var n = 0; n < 50; n++)
        {
            using var giveUp = new CancellationTokenSource();
            var batch = Batch.Of(new Thing { Name = $"{n}-a" }, new Thing { Name = $"{n}-b" });
            var save = red.SaveAsync(batch, giveUp.Token);
            await giveUp.CancelAsync();
            await save.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        await red.SaveAsync(Batch.Of(new Thing { Name = "last" }), default);
        Assert.Equal(1, Sql("SELECT count(*) FROM document") % 2);
    }

    [Fact]
    public async Task Closing_the_store_finishes_what_was_asked_and_refuses_what_comes_after()
    {
        var store = Start();
        var red = store.Open("red", DataMode.Live);
        var saves = Enumerable.Range(0, 200)
            .Select(n => red.SaveAsync(Batch.Of(new Thing { Name = $"{n}" }), default)).ToList();

        await store.DisposeAsync();

        await Task.WhenAll(saves);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => red.FindAsync<Thing>(Key, default));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.CheckAsync(default));
        Assert.Equal(200, Sql("SELECT count(*) FROM document"));
    }

    private static Thing Large(int n, long version) =>
        new() { Name = $"large-{n}", Text = new string('x', 50_000), Version = version };

    private SqliteDocumentStore Start(SqliteStoreOptions? options = null) =>
        new(options ?? new() { DataDirectory = _folder.Path }, _clock);

    // A look into red's file from outside the store.
    private long Sql(string sql)
    {
        using var db = Connection.Open(RedFile, create: false);
        return db.Number(sql);
    }
}
