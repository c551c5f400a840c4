using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Tests.Tenants;

public sealed class KeyRingTests : IAsyncDisposable
{
    private readonly TenantFixture _cloud = new();

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_request_without_a_key_is_told_so()
    {
        Assert.Equal(KeyRefusal.KeyMissing, (await HeaderAsync(null)).Refusal);
        Assert.Equal(KeyRefusal.KeyMissing, (await HeaderAsync("  ")).Refusal);
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer")]
    [InlineData("Bearer short")]
    [InlineData("Bearer two words that are together longer than the least length")]
    public async Task A_header_of_another_form_is_malformed(string header) =>
        Assert.Equal(KeyRefusal.KeyMalformed, (await HeaderAsync(header)).Refusal);

    [Fact]
    public async Task A_key_cut_or_mistyped_anywhere_is_damaged_and_never_looked_up()
    {
        var key = (await _cloud.MakeAsync("acme")).KeyText;

        for (var place = 8; place < key.Length; place++)
        {
            var other = key[place] == 'A' ? 'B' : 'A';
            Assert.Equal(KeyRefusal.KeyDamaged, (await _cloud.CheckAsync(key[..place])).Refusal);
            Assert.Equal(KeyRefusal.KeyDamaged,
                (await _cloud.CheckAsync(key[..place] + other + key[(place + 1)..])).Refusal);
        }
    }

    [Fact]
    public async Task A_well_formed_key_that_nobody_made_is_unknown()
    {
        Assert.Equal(KeyRefusal.KeyUnknown, (await _cloud.CheckAsync(KeyText.New(DataMode.Live))).Refusal);
    }

    [Fact]
    public async Task The_scheme_is_read_in_any_case() =>
        Assert.NotNull((await HeaderAsync("bEARER  " + (await _cloud.MakeAsync("acme")).KeyText)).Holder);

    [Fact]
    public async Task A_key_revoked_by_another_process_is_dead_within_two_seconds()
    {
        var made = await _cloud.MakeAsync("acme");
        Assert.NotNull((await _cloud.CheckAsync(made.KeyText)).Holder);
        await _cloud.ChangeAppAsync(made, app => app with
        {
            Keys = [.. app.Keys.Select(key => key with { RevokedAt = _cloud.Clock.Now })],
        });

        _cloud.Clock.Advance(KeyRing.Kept);

        Assert.Equal(KeyRefusal.KeyRevoked, (await _cloud.CheckAsync(made.KeyText)).Refusal);
    }

    [Fact]
    public async Task A_key_revoked_by_this_process_is_dead_at_once()
    {
        var made = await _cloud.MakeAsync("acme");
        Assert.NotNull((await _cloud.CheckAsync(made.KeyText)).Holder);
        await _cloud.ChangeAppAsync(made, app => app with { Disabled = true });

        _cloud.Keys.Forget();

        Assert.Equal(KeyRefusal.AppDisabled, (await _cloud.CheckAsync(made.KeyText)).Refusal);
    }

    [Fact]
    public async Task A_key_ends_at_its_instant_though_it_was_looked_up_before()
    {
        var made = await _cloud.MakeAsync("acme");
        var ends = _cloud.Clock.Now.AddSeconds(1);
        await _cloud.ChangeAppAsync(made, app => app with
        {
            Keys = [.. app.Keys.Select(key => key with { ExpiresAt = ends })],
        });
        Assert.NotNull((await _cloud.CheckAsync(made.KeyText)).Holder);

        _cloud.Clock.Now = ends;

        Assert.Equal(KeyRefusal.KeyExpired, (await _cloud.CheckAsync(made.KeyText)).Refusal);
    }

    [Fact]
    public async Task A_suspended_tenant_lets_nobody_in_and_a_read_only_one_does()
    {
        var made = await _cloud.MakeAsync("acme");
        await SetStatusAsync(TenantStatus.ReadOnly);
        Assert.NotNull((await _cloud.CheckAsync(made.KeyText)).Holder);

        await SetStatusAsync(TenantStatus.Suspended);

        _cloud.Keys.Forget();
        Assert.Equal(KeyRefusal.TenantSuspended, (await _cloud.CheckAsync(made.KeyText)).Refusal);
    }

    [Fact]
    public async Task A_pointer_without_its_app_opens_nothing()
    {
        var made = await _cloud.MakeAsync("acme");
        var store = _cloud.Store.Open("acme", DataMode.Live);
        var app = (await store.FindAsync<App>(made.App.Key, CancellationToken.None))!;

        await store.SaveAsync(new Batch().Delete(app), CancellationToken.None);

        Assert.Equal(KeyRefusal.KeyUnknown, (await _cloud.CheckAsync(made.KeyText)).Refusal);
    }

    [Fact]
    public async Task Two_tenants_with_equal_texts_in_flight_never_get_each_other()
    {
        var (red, blue) = (await _cloud.MakeAsync("red"), await _cloud.MakeAsync("blue"));

        var checks = await Task.WhenAll(Enumerable.Range(0, 500).Select(turn => Task.Run(async () =>
        {
            var asked = turn % 2 == 0 ? red : blue;
            return (Asked: asked.Tenant.Slug, Got: (await _cloud.CheckAsync(asked.KeyText)).Holder!.Tenant.Slug);
        })));

        Assert.All(checks, check => Assert.Equal(check.Asked, check.Got));
    }

    private async Task<KeyCheck> HeaderAsync(string? header) =>
        await _cloud.Keys.CheckAsync(header, CancellationToken.None);

    private async Task SetStatusAsync(TenantStatus status)
    {
        var store = _cloud.Store.Open("acme", DataMode.Live);
        var tenant = (await store.FindAsync<Tenant>(Tenant.KeyOf(), CancellationToken.None))!;
        await store.SaveAsync(Batch.Of(tenant with { Status = status }), CancellationToken.None);
    }
}
