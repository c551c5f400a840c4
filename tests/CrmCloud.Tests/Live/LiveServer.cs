using CrmCloud.Api;
using CrmCloud.Core.Tenants;
using CrmCloud.Tests.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CrmCloud.Tests.Live;

/// <summary>The product with its own workers and clock on a free port, for clients that need a network.</summary>
public sealed class LiveServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    private LiveServer()
    {
        string[] args = [$"--CrmCloud:DataDirectory={_folder.Path}", "--CrmCloud:Demo=false"];
        _app = CrmCloudHost.Build(args, builder =>
        {
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        });
    }

    public HttpClient Http { get; } = new();

    public Uri Address { get; private set; } = null!;

    public Uri Socket => new(Address.ToString().Replace("http:", "ws:", StringComparison.Ordinal));

    /// <summary>Opens everything of the tenant <c>shop</c>.</summary>
    public string Key { get; private set; } = "";

    public string Init => """{"type":"connection_init","payload":{"Authorization":"Bearer KEY"}}""".Replace("KEY", Key);

    public static async Task<LiveServer> StartAsync()
    {
        var server = new LiveServer();
        await server._app.StartAsync();
        var features = server._app.Services.GetRequiredService<IServer>().Features;
        server.Address = new(features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/graphql");
        var directory = server._app.Services.GetRequiredService<TenantDirectory>();
        server.Key = (await directory.CreateAsync(new("shop", "GBP", "Europe/London"), default)).Value.KeyText;
        return server;
    }

    public Task<TestStream> ListenAsync(string query, object? variables = null) =>
        TestStream.OpenAsync(Http, Address.ToString(), Key, query, variables);

    /// <summary>The answer to a document that must be without errors.</summary>
    public async Task<System.Text.Json.Nodes.JsonNode> AskAsync(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address)
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { query }),
        };
        request.Headers.Authorization = new("Bearer", Key);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("rrors\":[{", text, StringComparison.Ordinal);
        return System.Text.Json.Nodes.JsonNode.Parse(text)!["data"]!;
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
