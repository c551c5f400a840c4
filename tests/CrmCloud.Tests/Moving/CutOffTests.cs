using CrmCloud.Core.Jobs;
using CrmCloud.Core.Moving;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Tests.Promises;
using CrmCloud.Tests.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Moving;

/// <summary>Moves that end in the middle, and writers who do not wait for them.</summary>
public sealed class CutOffTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly MoveWorld _world = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _world.DisposeAsync();

    ValueTask IAsyncDisposable.DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task An_import_killed_after_any_save_leaves_no_tenant_and_the_next_one_makes_him_whole()
    {
        var here = await _world.EmbeddedAsync();
        var shop = await MoveWorld.ShopAsync(here, "shop", orders: 12);
        await MoveWorld.ExportAsync(here, "shop", _world.File("shop"));
        var all = await SavesOfAsync(_world.File("shop"));
        int[] rounds = [0, 1, 2, all / 2, .. Enumerable.Range(all - 7, 7)];
        foreach (var saves in rounds)
        {
            BreakingStore store = null!;
            var there = await _world.EmbeddedAsync(inner => store = new(inner));
            store.Left = store.Saves + saves;
            await Assert.ThrowsAsync<BreakingStore.KilledException>(
                () => MoveWorld.ImportAsync(there, _world.File("shop"), false));
            store.Left = null;
            var directory = there.Services.GetRequiredService<TenantDirectory>();
            var entered = await directory.FindAsync("shop", default) is not null;
            var answer = await there.Key(shop.Text).AskAsync("{ viewer { mode } }");
            Assert.True(entered || answer.ErrorCode == "UNAUTHENTICATED", $"{saves} of {all}: {answer.Text}");

            // Some go on with the file, the others are given up; after his entry he can only go on.
            if (saves % 2 == 0 && !entered && saves > 0)
            {
                await there.Services.GetRequiredService<TenantImport>().DiscardAsync("shop", default);
                Assert.Empty(MoveWorld.Documents(there, "shop"));
            }

            await MoveWorld.ImportAsync(there, _world.File("shop"), stayReadOnly: false);
            Assert.Null((await there.Key(shop.Text).AskAsync("{ viewer { mode } }")).ErrorCode);
            AssertSame(MoveWorld.Documents(here, "shop"), MoveWorld.Documents(there, "shop"));
        }
    }

    [Fact]
    public async Task Another_file_after_an_import_that_was_killed_leaves_nothing_of_the_first()
    {
        var here = await _world.EmbeddedAsync();
        var shop = await MoveWorld.ShopAsync(here, "shop", orders: 12);
        var gone = new Thing { Name = "gone" };
        await shop.Store.SaveAsync(Batch.Of(gone), default);
        await MoveWorld.ExportAsync(here, "shop", _world.File("first"), stayReadOnly: false);
        await shop.Store.SaveAsync(new Batch().Purge(gone with { Version = 1 }), default);
        await MoveWorld.ExportAsync(here, "shop", _world.File("second"));
        BreakingStore store = null!;
        var there = await _world.EmbeddedAsync(inner => store = new(inner));
        store.Left = store.Saves + 30;
        await Assert.ThrowsAsync<BreakingStore.KilledException>(
            () => MoveWorld.ImportAsync(there, _world.File("first")));
        store.Left = null;

        await MoveWorld.ImportAsync(there, _world.File("second"));

        Assert.Equal(MoveWorld.Documents(here, "shop"), MoveWorld.Documents(there, "shop"));
    }

    [Fact]
    public async Task An_export_during_which_somebody_writes_is_done_again_until_nobody_does()
    {
        BreakingStore store = null!;
        var here = await _world.EmbeddedAsync(inner => store = new(inner));
        var shop = await MoveWorld.ShopAsync(here, "shop", orders: 12);
        var (pages, late) = (0, 0);
        store.Reading = async () =>
        {
            // A request that began before the freeze and is slow: its write falls between the two readings.
            if (++pages == 9 && late++ == 0)
            {
                await shop.Store.SaveAsync(Batch.Of(new Thing { Name = "late" }), default);
            }
        };
        _ = AdvanceAsync();

        await MoveWorld.ExportAsync(here, "shop", _world.File("shop"));

        Assert.Equal(1, late);
        Assert.Contains("thing/late", await MoveWorld.TextOfAsync(_world.File("shop")), StringComparison.Ordinal);
        Assert.Empty((await MoveWorld.CompareAsync(here, _world.File("shop"))).Differences);

        // The pause before the next attempt is over as soon as it has begun.
        async Task AdvanceAsync()
        {
            while (!File.Exists(_world.File("shop")))
            {
                _world.Clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task A_read_only_tenant_reads_and_nothing_of_his_is_written_until_he_goes_on()
    {
        var here = await _world.EmbeddedAsync();
        var shop = await MoveWorld.ShopAsync(here, "shop", orders: 12);
        var freeze = here.Services.GetRequiredService<TenantFreeze>();
        Assert.True(await freeze.FreezeAsync("shop", default));
        Assert.False(await freeze.FreezeAsync("shop", default));
        var before = here.Documents();

        var refused = await shop.AskAsync(Texts.Create, new { input = Texts.Customer("late") });
        await shop.Store.FindAsync<Thing>(new Thing { Name = "x" }.Key, default);
        // Past the nightly recount, and before anything ends by itself.
        _world.Clock.Advance(TimeSpan.FromHours(20));
        await shop.WorkAsync();

        Assert.Equal(["WRONG_STATE"], refused.UserErrors("customerCreate"));
        Assert.Null((await shop.AskAsync("{ customers(first: 1) { nodes { id } } }")).ErrorCode);
        Assert.Equal(before, here.Documents());

        Assert.True(await freeze.UnfreezeAsync("shop", default));
        await Texts.MakeAsync(shop, "now");
        await shop.WorkAsync();
        Assert.NotEqual(before.Count, here.Documents().Count);
    }

    [Fact]
    public async Task An_export_that_fails_or_ends_lets_the_tenant_go_on_and_leaves_no_half_file()
    {
        BreakingStore store = null!;
        var here = await _world.EmbeddedAsync(inner => store = new(inner));
        var shop = await MoveWorld.ShopAsync(here, "shop", orders: 12);
        store.Reading = () => throw new StoreUnavailableException("Gone for a moment.");
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => MoveWorld.ExportAsync(here, "shop", _world.File("shop"), false));
        store.Reading = () => Task.CompletedTask;

        Assert.False(File.Exists(_world.File("shop")) || File.Exists(_world.File("shop.part")));
        await Texts.MakeAsync(shop, "between");
        await MoveWorld.ExportAsync(here, "shop", _world.File("shop"), stayReadOnly: false);
        await Texts.MakeAsync(shop, "after");
    }

    [Fact]
    public async Task An_export_ended_while_it_waits_for_the_last_writers_lets_the_tenant_go_on()
    {
        var here = await _world.EmbeddedAsync();
        var shop = await MoveWorld.ShopAsync(here, "shop", orders: 12);
        var freeze = here.Services.GetRequiredService<TenantFreeze>();
        freeze.Settled = TimeSpan.FromSeconds(35);
        using var end = new CancellationTokenSource();
        var export = here.Services.GetRequiredService<TenantExport>()
            .RunAsync("shop", _world.File("shop"), false, end.Token);
        var tenant = Tenant.KeyOf();
        while ((await shop.Store.FindAsync<Tenant>(tenant, default))!.Status != TenantStatus.ReadOnly)
        {
            await Task.Yield();
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => export);

        Assert.Equal(TenantStatus.Active, (await shop.Store.FindAsync<Tenant>(tenant, default))!.Status);
        await Texts.MakeAsync(shop, "after");
    }

    [Fact]
    public async Task An_export_during_which_documents_end_by_themselves_is_no_export_during_which_somebody_writes()
    {
        BreakingStore store = null!;
        var here = await _world.EmbeddedAsync(inner => store = new(inner));
        var shop = await here.TenantAsync("shop");
        var ending = Enumerable.Range(1, 50).Select(n => new Thing { Name = $"{n}", LifeSeconds = 60 * n });
        await shop.Store.SaveAsync(Batch.Of([.. ending, new Thing { Name = "stays" }]), default);
        store.Reading = () =>
        {
            _world.Clock.Advance(TimeSpan.FromMinutes(1));
            return Task.CompletedTask;
        };

        // Would it try again, it would wait for a clock that stands still.
        await MoveWorld.ExportAsync(here, "shop", _world.File("shop")).WaitAsync(TimeSpan.FromSeconds(20));

        store.Reading = () => Task.CompletedTask;
        var there = await _world.EmbeddedAsync();
        await MoveWorld.ImportAsync(there, _world.File("shop"));
        Assert.Contains(MoveWorld.Documents(there, "shop").Keys,
            key => key.EndsWith("thing/stays", StringComparison.Ordinal));
        var last = new Thing { Name = "50" }.Key;
        Assert.NotNull(await there.Stores.Open("shop", DataMode.Live).FindAsync<Thing>(last, default));
    }

    [Fact]
    public async Task Nothing_of_a_refused_import_is_written_once_it_was_removed()
    {
        var here = await _world.EmbeddedAsync();
        await MoveWorld.ShopAsync(here, "shop", orders: 12);
        await MoveWorld.ExportAsync(here, "shop", _world.File("shop"));
        BreakingStore store = null!;
        var there = await _world.EmbeddedAsync(inner => store = new(inner));
        var (gate, landed, carried) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        Batch? slow = null;
        store.Saving = batch =>
        {
            var number = batch.Writes is [{ Kind: WriteKind.Carry }, ..] ? Interlocked.Increment(ref carried) : 0;
            slow = number == 1 ? batch : slow;
            return number switch
            {
                1 => gate.Task,
                2 => throw new ArgumentException("Too large."),
                _ => Task.CompletedTask,
            };
        };
        store.Saved = batch =>
        {
            if (batch == slow)
            {
                landed.SetResult();
            }
        };

        // The first batch is slow, the second refused.
        var import = MoveWorld.ImportAsync(there, _world.File("shop"));
        await Task.WhenAny(import, Task.Delay(TimeSpan.FromSeconds(1)));
        gate.SetResult();
        await Assert.ThrowsAsync<MoveRefusedException>(() => import);
        await landed.Task;
        Assert.Empty(MoveWorld.Documents(there, "shop"));
        store.Saving = _ => Task.CompletedTask;
        await MoveWorld.ImportAsync(there, _world.File("shop"));
    }

    // His own document says that he is active again; everything else is as it was.
    private static void AssertSame(SortedDictionary<string, string> here, SortedDictionary<string, string> there)
    {
        Assert.Equal(here.Keys, there.Keys);
        Assert.All(here.Where(one => !one.Key.EndsWith("|tenant/self", StringComparison.Ordinal)),
            one => Assert.Equal(one.Value, there[one.Key]));
    }

    private async Task<int> SavesOfAsync(string path)
    {
        BreakingStore store = null!;
        var there = await _world.EmbeddedAsync(inner => store = new(inner));
        var before = store.Saves;
        await MoveWorld.ImportAsync(there, path, stayReadOnly: false);
        return store.Saves - before;
    }
}
