using System.Collections.Concurrent;
using CrmCloud.Api;
using CrmCloud.Core.Tenants;
using CrmCloud.Tests.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CrmCloud.Tests.Host;

public sealed class FirstStartTests
{
    [Fact]
    public async Task A_start_without_any_tenant_says_how_to_make_one_and_the_next_does_not()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains(await LinesAsync(folder, make: true), SaysHow);
        Assert.DoesNotContain(await LinesAsync(folder, make: false), SaysHow);
    }

    private static bool SaysHow(string line) => line.Contains("tenant create", StringComparison.Ordinal);

    private static async Task<IEnumerable<string>> LinesAsync(TemporaryFolder folder, bool make)
    {
        using var lines = new Lines();
        string[] args = [$"--CrmCloud:DataDirectory={folder.Path}", "--CrmCloud:Demo=false"];
        await using var app = CrmCloudHost.Build(args, builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Logging.AddProvider(lines);
        });
        await app.StartAsync();
        if (make)
        {
            var tenants = app.Services.GetRequiredService<TenantDirectory>();
            Assert.True((await tenants.CreateAsync(new("acme", "GBP", "Europe/London"), default)).Succeeded);
        }

        await app.StopAsync();
        return lines.Written;
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Written { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Written.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
