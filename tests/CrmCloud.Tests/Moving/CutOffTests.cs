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
