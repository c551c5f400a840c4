using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Tests.Tenants;

/// <summary>A real store in a folder of its own, with what makes and checks keys, on a clock the test moves.</summary>
public sealed class TenantFixture : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crmcloud-tenants-").FullName;

    public TenantFixture()
    {
        Store = new SqliteDocumentStore(new() { DataDirectory = _folder }, Clock);
        Tenants = new(Store, Clock);
        Keys = new(Store, new Installation(Store), Clock);
    }

    public FakeClock Clock { get; } = new();

    public SqliteDocumentStore Store { get; }

    public TenantDirectory Tenants { get; }

    public KeyRing Keys { get; }

    public async Task<NewTenant> MakeAsync(string slug, DataMode mode = DataMode.Live) =>
        (await Tenants.CreateAsync(new(slug, "GBP", "Europe/London") { Mode = mode }, CancellationToken.None)).Value;

    public async Task<KeyCheck> CheckAsync(string key) =>
        await Keys.CheckAsync($"Bearer {key}", CancellationToken.None);

    /// <summary>Saves the app as another process would: this one's key ring is not told.</summary>
    public async Task ChangeAppAsync(NewTenant tenant, Func<App, App> change)
    {
        var store = Store.Open(tenant.Tenant.Slug, tenant.App.Mode);
        var app = (await store.FindAsync<App>(App.KeyOf(tenant.App.AppId), CancellationToken.None))!;
        await store.SaveAsync(Batch.Of(change(app)), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
