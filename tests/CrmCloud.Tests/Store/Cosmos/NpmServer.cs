using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>
/// The one independent server that installs from a package source: npm's <c>@vercel/cosmosdb-server</c> 1.0.1, a
/// process of its own, over HTTP. Found in the folder named by CRMCLOUD_COSMOSDB_SERVER, where
/// <c>npm install @vercel/cosmosdb-server@1.0.1</c> was run.
/// </summary>
internal sealed class NpmServer : IAsyncDisposable
{
    public const string Variable = "CRMCLOUD_COSMOSDB_SERVER";

    private readonly Process _process;

    private NpmServer(Process process, Uri endpoint) => (_process, Endpoint) = (process, endpoint);

    public Uri Endpoint { get; }

    public static string? Script => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
        && Path.Combine(folder, "node_modules", "@vercel", "cosmosdb-server", "lib", "cli.js") is var script
        && File.Exists(script)
            ? script
            : null;

    /// <summary>Ends when it answers.</summary>
    public static async Task<NpmServer> StartAsync()
    {
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(
            "node", [Script!, "-p", $"{port}", "--host", "127.0.0.1", "--no-ssl"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var ready = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return ready?.StartsWith("Ready", StringComparison.Ordinal) == true
            ? new(process, new($"http://127.0.0.1:{port}/"))
            : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>
    /// That server reads documents across partitions only when told to; Cosmos DB needs no such header.
    /// </summary>
    internal sealed class Header() : DelegatingHandler(new HttpClientHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
        {
            if (request.Method == HttpMethod.Get)
            {
                request.Headers.TryAddWithoutValidation("x-ms-documentdb-query-enablecrosspartition", "True");
            }

            return base.SendAsync(request, stop);
        }
    }
}
