using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Tests.Tenants;

public sealed class TenantDirectoryTests : IAsyncDisposable
{
    private static readonly CancellationToken Stop = CancellationToken.None;
    private readonly TenantFixture _cloud = new();

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_new_tenant_is_there_in_both_modes_and_its_key_opens_it()
    {
        var made = await _cloud.MakeAsync("acme");

        var holder = (await _cloud.CheckAsync(made.KeyText)).Holder!;

        Assert.Equal(("acme", "GBP", "Europe/London"),
            (holder.Tenant.Slug, holder.Tenant.Currency, holder.Tenant.TimeZone));
        Assert.Equal(Enum.GetValues<Scope>(), holder.App.Scopes);
        Assert.Equal(DataMode.Live, holder.App.Mode);
        Assert.NotNull(await _cloud.Store.Open("acme", DataMode.Sandbox).FindAsync<Tenant>(Tenant.KeyOf(), Stop));
    }

    [Fact]
    public async Task A_sandbox_key_says_test_and_opens_the_sandbox_only()
    {
        var made = await _cloud.MakeAsync("acme", DataMode.Sandbox);

        Assert.StartsWith("ck_test_", made.KeyText, StringComparison.Ordinal);
        Assert.Equal(DataMode.Sandbox, (await _cloud.CheckAsync(made.KeyText)).Holder!.App.Mode);
        Assert.Null(await _cloud.Store.Open("acme", DataMode.Live).FindAsync<App>(made.App.Key, Stop));
    }

    [Fact]
    public async Task A_slug_that_is_taken_is_refused_and_the_first_key_goes_on_working()
    {
        var first = await _cloud.MakeAsync("acme");

        var second = await _cloud.Tenants.CreateAsync(new("acme", "EUR", "Europe/Paris"), Stop);

        Assert.Equal(UserErrorCode.AlreadyExists, Assert.Single(second.Problems).Code);
        Assert.Equal("GBP", (await _cloud.CheckAsync(first.KeyText)).Holder!.Tenant.Currency);
    }

    [Theory]
    [InlineData("ab", "GBP", "Europe/London")]
    [InlineData("Acme", "GBP", "Europe/London")]
    [InlineData("1acme", "GBP", "Europe/London")]
    [InlineData("../acme", "GBP", "Europe/London")]
    [InlineData("acme", "pounds", "Europe/London")]
    [InlineData("acme", "XXQ", "Europe/London")]
    [InlineData("acme", "XTS", "Europe/London")]
    [InlineData("acme", "GBP", "London")]
    [InlineData("acme", "GBP", "")]
    public async Task What_no_tenant_can_be_is_refused_and_leaves_nothing(string slug, string currency, string timeZone)
    {
        var outcome = await _cloud.Tenants.CreateAsync(new(slug, currency, timeZone), Stop);

        Assert.False(outcome.Succeeded);
        Assert.Empty(await _cloud.Tenants.ListAsync(Stop));
    }

    [Fact]
    public async Task A_creation_that_was_cut_off_can_be_repeated_and_leaves_no_second_app()
    {
        // What a killed process leaves: everything but the entry, which is written last.
        var lost = await _cloud.MakeAsync("acme");
        var entry = (await _cloud.Tenants.FindAsync("acme", Stop))!;
        await _cloud.Store.Directory.SaveAsync(new Batch().Purge(entry), Stop);

        var made = await _cloud.MakeAsync("acme");

        Assert.NotNull((await _cloud.CheckAsync(made.KeyText)).Holder);
        Assert.Equal(KeyRefusal.KeyUnknown, (await _cloud.CheckAsync(lost.KeyText)).Refusal);
        var store = _cloud.Store.Open("acme", DataMode.Live);
        var apps = await store.QueryAsync<App>(new(Container.Master, "", "app"), Stop);
        Assert.Equal(made.App.AppId, Assert.Single(apps.Items).AppId);
    }

    [Fact]
    public async Task Of_many_who_ask_for_one_slug_at_once_one_gets_it_and_his_key_works()
    {
        var request = new TenantRequest("acme", "GBP", "Europe/London");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => _cloud.Tenants.CreateAsync(request, Stop)));

        var winner = Assert.Single(outcomes, outcome => outcome.Succeeded).Value;
        Assert.NotNull((await _cloud.CheckAsync(winner.KeyText)).Holder);
        Assert.Single(await _cloud.Tenants.ListAsync(Stop));
    }

    [Fact]
    public async Task A_key_of_one_tenant_cannot_be_given_to_another()
    {
        const string chosen = "a-key-chosen-by-the-operator-0001";
        var red = new TenantRequest("red", "GBP", "Europe/London") { KeyText = chosen };
        Assert.True((await _cloud.Tenants.CreateAsync(red, Stop)).Succeeded);

        var blue = await _cloud.Tenants.CreateAsync(red with { Slug = "blue" }, Stop);

        Assert.False(blue.Succeeded);
        Assert.Equal("red", (await _cloud.CheckAsync(chosen)).Holder!.Tenant.Slug);
    }

    [Fact]
    public async Task The_installation_keeps_one_secret_over_restarts()
    {
        var secrets = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(_ => new Installation(_cloud.Store).SecretAsync(Stop).AsTask()));

        Assert.All(secrets, secret => Assert.Equal(secrets[0], secret));
        Assert.Equal(32, secrets[0].Length);
    }
}
