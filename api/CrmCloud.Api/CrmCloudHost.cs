using CrmCloud.Api.Access;
using CrmCloud.Api.Control;
using CrmCloud.Api.Demo;
using CrmCloud.Api.Http;
using CrmCloud.Api.Logging;
using CrmCloud.Core;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Demo;
using CrmCloud.Core.Moving;
using CrmCloud.Core.Schema;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api;

/// <summary>
/// Puts the program together. Tests build the same one, with a clock, a store and a folder of their own.
/// </summary>
public static class CrmCloudHost
{
    /// <param name="args">Settings as <c>--name value</c>.</param>
    /// <exception cref="OptionsValidationException">A setting of ours is misspelled.</exception>
    /// <param name="configure">Runs after our own registrations, so what it registers wins.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = CreateBuilder(args);
        if (SettingNames.Faults<CrmCloudOptions>(builder.Configuration) is { Count: > 0 } faults)
        {
            throw new OptionsValidationException(CrmCloudOptions.Section, typeof(CrmCloudOptions), faults);
        }

        Listening.UseDefaultUrl(builder);
        HostLimits.Apply(builder);
        AddLogging(builder.Logging);
        AddProduct(builder.Services);
        configure?.Invoke(builder);

        var app = builder.Build();
        UseProduct(app);
        return app;
    }

    /// <summary>Only configuration: what the command line needs too.</summary>
    /// <remarks>
    /// Settings are read once: a watcher per host costs an inotify handle, of which tests would run out.
    /// </remarks>
    public static WebApplicationBuilder CreateBuilder(string[] args) =>
        WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.AddConsole(console => console.FormatterName = LineFormatter.FormatterName);
    }

    private static void AddProduct(IServiceCollection services)
    {
        services.AddOptions<CrmCloudOptions>().BindConfiguration(CrmCloudOptions.Section).ValidateOnStart();
        services.TryAddSingleton<IValidateOptions<CrmCloudOptions>, CrmCloudOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        AddTenants(services);
        services.AddProductSchema();
        services.AddCompression();
        services.AddHostedService<StoreStart>();
        services.TryAddSingleton<GuessLimiter>();
        services.TryAddSingleton<SignIn>();
        services.TryAddSingleton<Readiness>();
        services.AddHostedService<ControlServer>();
        services.TryAddSingleton<DemoTenant>();
        services.TryAddSingleton<DemoSettings>();
        services.AddHostedService<DemoStart>();
        services.AddHostedService<EmbeddedImports>();
        services.TryAddSingleton<EmbeddedVisits>();
        services.AddHostedService<EmbeddedWorkers>();
        services.AddHostedService<FeedWorkers>();
    }

    /// <summary>The features, the store and the tenants in it: what server and command line both work with.</summary>
    /// <remarks>Wants <see cref="CrmCloudOptions"/> and a <see cref="TimeProvider"/>.</remarks>
    internal static void AddTenants(IServiceCollection services)
    {
        services.AddSingleton(services.AddCrmCloud());
        services.TryAddSingleton(OpenStore);
        services.TryAddSingleton<Installation>();
        services.TryAddSingleton<KeyRing>();
        services.TryAddSingleton<TenantDirectory>();
        services.TryAddSingleton(MakeFreeze);
        services.TryAddSingleton<TenantContent>();
        services.TryAddSingleton<TenantComparison>();
        services.TryAddSingleton<TenantExport>();
        services.TryAddSingleton<TenantImport>();
        services.TryAddSingleton<MoveCommands>();
        services.TryAddSingleton<ControlCommands>();
        services.TryAddSingleton(provider => new UploadStore(
            provider.GetRequiredService<IOptions<CrmCloudOptions>>().Value.DataDirectory));
    }

    // With the embedded store there is no other process that could still hold an active tenant's key, and requests are
    // short; whoever wants to be sure compares once more before he goes on elsewhere.
    private static TenantFreeze MakeFreeze(IServiceProvider services)
    {
        var freeze = ActivatorUtilities.CreateInstance<TenantFreeze>(services);
        if (!services.GetRequiredService<IOptions<CrmCloudOptions>>().Value.IsCosmos())
        {
            freeze.Settled = TimeSpan.FromSeconds(5);
        }

        return freeze;
    }

    private static IDocumentStore OpenStore(IServiceProvider services)
    {
        var settings = services.GetRequiredService<IOptions<CrmCloudOptions>>().Value;

        // Uploads and the control socket lie there with either store.
        DataFolder.Make(settings.DataDirectory);
        return settings.Open(
            services.GetRequiredService<FeatureRegistry>().Indexes, services.GetRequiredService<TimeProvider>());
    }

    // Before anything listens or works: what is wrong with the account stops the start and is named.
    private sealed class StoreStart(IDocumentStore store, IOptions<CrmCloudOptions> settings) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) =>
            StoreSettings.CheckStartAsync(store, withLeases: settings.Value.Workers, cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    // The order is the argument: whose address it is, an id for every answer, errors in one form, then who asks.
    private static void UseProduct(WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseRequestIds();
        app.UseSecurityHeaders();
        app.UseCompression();
        app.UseErrorAnswers();
        app.UseRouting();
        app.MapHealth();
        app.MapDocs();
        app.MapProductSchema();
        app.MapBulk(app.Services.GetRequiredService<SignIn>().CallerAsync);
    }
}
