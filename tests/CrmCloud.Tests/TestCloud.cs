using CrmCloud.Api;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;
using CrmCloud.Tests.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CrmCloud.Tests;

/// <summary>The whole product in this process, in a folder of its own that is gone afterwards.</summary>
/// <remarks>
/// Everything is as in production but three things: requests come without a network, the clock is the test's, and
/// imports and figures are worked on when a test says so (<see cref="TestKey.WorkAsync"/>), so that no test waits.
/// </remarks>
public sealed class TestCloud : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Action<IServiceCollection>? _configure;
    private WebApplication _app = null!;

    private TestCloud(TimeProvider clock, Action<IServiceCollection>? configure) =>
        (Time, _configure) = (clock, configure);

    public TimeProvider Time { get; }

    /// <summary>The clock that a test moves; only where the cloud was started with none.</summary>
    public FakeClock Clock => (FakeClock)Time;

    public IServiceProvider Services => _app.Services;

    public IDocumentStore Stores => Services.GetRequiredService<IDocumentStore>();

    /// <param name="clock">Null for one that stands still until the test moves it.</param>
    /// <param name="configure">Sees all services before the start; null changes nothing.</param>
    public static async Task<TestCloud> StartAsync(
        TimeProvider? clock = null, Action<IServiceCollection>? configure = null)
    {
        var cloud = new TestCloud(clock ?? new FakeClock(), configure);
        await cloud.RunAsync();
        return cloud;
    }

    /// <summary>Ends the program and starts another one on the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await RunAsync();
    }

    /// <summary>Makes a tenant and a key with every scope for its live data.</summary>
    public async Task<TestKey> TenantAsync(string slug, string currency = "GBP", string timeZone = "Europe/London")
    {
        var directory = Services.GetRequiredService<TenantDirectory>();
        var made = (await directory.CreateAsync(new(slug, currency, timeZone), default)).Value;
        return new(this, slug, DataMode.Live, made.KeyText);
    }

    /// <summary>A key with every scope for the sandbox of a tenant that was made live.</summary>
    /// <remarks>
    /// As the operator's command would make it: an app document in the sandbox's own store, and a pointer to it.
    /// </remarks>
    public async Task<TestKey> SandboxAsync(TestKey live)
    {
        var text = KeyText.New(DataMode.Sandbox);
        var app = new App
        {
            AppId = Guid.NewGuid().ToString("N"),
            Name = "Administration",
            Scopes = Enum.GetValues<Scope>(),
            Mode = DataMode.Sandbox,
            CreatedAt = Time.GetUtcNow(),
            UpdatedAt = Time.GetUtcNow(),
        };
        await Stores.Open(live.Tenant, DataMode.Sandbox).SaveAsync(Batch.Of(app), default);
        Assert.NotNull(await Services.GetRequiredService<TenantDirectory>().AddKeyAsync(
            live.Tenant, app with { Version = 1 }, text, default));
        return new(this, live.Tenant, DataMode.Sandbox, text);
    }

    /// <summary>A caller with any text for a key.</summary>
    public TestKey Key(string text) => new(this, "", DataMode.Live, text);

    public HttpClient Client() => _app.GetTestClient();

    /// <summary>Every stored document of every file, with its version and body, by file and address.</summary>
    /// <remarks>Read past the store, so that nothing it hides is missed.</remarks>
    public SortedDictionary<string, string> Documents()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*.db", SearchOption.AllDirectories))
        {
            using var db = Connection.Open(file, create: false);
            var rows = db.Prepare("SELECT container || '|' || partition || '|' || id, "
                + "version || '|' || seq || '|' || deleted || '|' || coalesce(body, '') FROM document");
            while (rows.Step())
            {
                found.Add($"{Path.GetFileName(file)}|{rows.Text(0)}", rows.Text(1));
            }
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task RunAsync()
    {
        string[] args = [$"--CrmCloud:DataDirectory={_folder.Path}", "--CrmCloud:Demo=false"];
        _app = CrmCloudHost.Build(args, builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton(Time);
            var automatic = builder.Services.Where(s => s.ServiceType == typeof(IHostedService)
                && (s.ImplementationType == typeof(EmbeddedWorkers) || s.ImplementationType == typeof(EmbeddedImports)
                    || s.ImplementationType == typeof(FeedWorkers)));
            foreach (var service in automatic.ToList())
            {
                builder.Services.Remove(service);
            }

            _configure?.Invoke(builder.Services);
        });
        await _app.StartAsync();
    }

    private async Task StopAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
