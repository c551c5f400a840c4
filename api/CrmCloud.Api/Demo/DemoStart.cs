using System.Diagnostics;
using CrmCloud.Api.Http;
using CrmCloud.Api.Logging;
using CrmCloud.Core.Demo;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api.Demo;

/// <summary>
/// Once the server listens: makes the demo tenant where it belongs and greets whoever started it. Only with the
/// embedded store and when every address is this machine's own, because a key is printed.
/// </summary>
public sealed class DemoStart(
    IServer server, IDocumentStore store, DemoTenant demo, Readiness readiness, DemoSettings settings)
    : IHostedLifecycleService
{
    private IReadOnlyCollection<string> Addresses =>
        [.. server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    private bool IsAllowed =>
        settings.Options.Demo && store is SqliteDocumentStore && Listening.IsLoopbackOnly(Addresses);

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = string.Join(", ", Addresses);
        settings.Log.Listening(addresses, settings.Options.DataDirectory);
        try
        {
            if (IsAllowed && await demo.BelongsHereAsync(cancellationToken))
            {
                readiness.Preparing("the demo tenant is being made");
                await MakeAsync(cancellationToken);
            }
            else if (!await demo.HasTenantsAsync(cancellationToken))
            {
                settings.Log.NoTenant();
            }
        }
        catch (Exception failure) when (
            failure is StoreUnavailableException or IOException or InvalidOperationException)
        {
            // The rest of the server is as good without it.
            settings.Log.DemoFailed(failure);
        }
        finally
        {
            readiness.Preparing(null);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task MakeAsync(CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var options = settings.Options;
        var key = options.DemoKey is { Length: > 0 } given
            ? given
            : await DemoKeyFile.ReadOrMakeAsync(options.DataDirectory, stop);
        var documents = await demo.EnsureAsync(key, stop);
        if (documents > 0)
        {
            settings.Log.DemoMade(documents, watch.ElapsedMilliseconds);
        }

        await Console.Out.WriteAsync(Greeting.Text(Listening.ForPeople(Addresses.First()), key));
    }
}

/// <summary>What the demo's start reads beside the services it works with.</summary>
public sealed class DemoSettings(IOptions<CrmCloudOptions> options, ILogger<DemoSettings> log)
{
    public CrmCloudOptions Options => options.Value;

    public ILogger Log => log;
}
