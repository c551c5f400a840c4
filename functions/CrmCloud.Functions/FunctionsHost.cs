using System.Net;
using CrmCloud.Api.Logging;
using CrmCloud.Core;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Schema;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using Microsoft.Extensions.Logging.Console;

namespace CrmCloud.Functions;

/// <summary>
/// Puts the program together: the same Core as the API's embedded workers, listening for the Functions host alone.
/// </summary>
internal static class FunctionsHost
{
    /// <summary>Bytes of one delivery: 100 notifications of our documents, escaped twice, stay far below.</summary>
    public const long BodyBytes = 64 << 20;

    /// <summary>
    /// Visits under way at the end have this long; what is cut off is done again by whoever comes next.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ShutdownWithin = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using var app = Build(args);
            var store = app.Services.GetRequiredService<IDocumentStore>();
            await StoreSettings.CheckStartAsync(store, withLeases: true, CancellationToken.None);
            await app.RunAsync();
            return 0;
        }
        catch (Exception refused) when (refused is StartRefusedException or StoreUnavailableException or IOException)
        {
            await Console.Error.WriteLineAsync($"CrmCloud.Functions did not start. {refused.Message}");
            return 1;
        }
    }

    private static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
        var options = FunctionsOptions.Read(builder.Configuration);
        builder.Logging.ClearProviders();
        builder.Logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(console => console.FormatterName = LineFormatter.FormatterName);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Who can reach this address can make work; nobody but the Functions host on this machine may.
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytes;
            kestrel.Limits.MaxConcurrentConnections = 200;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownWithin);
        AddProduct(builder.Services, options);
        var app = builder.Build();
        app.MapTriggers();
        return app;
    }

    private static void AddProduct(IServiceCollection services, FunctionsOptions options)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(services.AddCrmCloud());
        services.AddSingleton(provider => options.Store.Open(
            provider.GetRequiredService<FeatureRegistry>().Indexes, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TenantDirectory>();
        services.AddSingleton<VisitSchedule>();
        services.AddSingleton(provider => new VisitDesk(
            provider.GetRequiredService<TenantVisit>(), provider.GetRequiredService<VisitSchedule>(),
            provider.GetRequiredService<TimeProvider>(), EndOfGrace(provider)));
        services.AddSingleton<ChangeNotices>();
        services.AddSingleton<VisitRounds>();
    }

    private static CancellationToken EndOfGrace(IServiceProvider provider)
    {
        var end = new CancellationTokenSource();
        var lifetime = provider.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStopping.Register(() => end.CancelAfter(Grace));
        return end.Token;
    }
}
