using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace CrmCloud.Api;

/// <summary>
/// What one connection and one request may take. Addresses that take files raise their own body limit.
/// </summary>
public static class HostLimits
{
    /// <summary>Bytes of a request's body, after which it is refused.</summary>
    public const long BodyBytes = 2 << 20;

    private const int Connections = 10_000;
    private const int HeaderBytes = 32 << 10;
    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ShutdownWithin = TimeSpan.FromSeconds(20);

    public static void Apply(WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytes;
            kestrel.Limits.MaxConcurrentConnections = Connections;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownWithin);
        builder.Services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<CrmCloudOptions>>(
            (forwarded, settings) => Trust(forwarded, NetworksOf(settings.Value.TrustedProxies)!));
    }

    /// <summary>The networks that a setting names, a single address as the network of itself.</summary>
    /// <returns>Null when it names something else; empty when it names nothing.</returns>
    internal static IReadOnlyList<IPNetwork>? NetworksOf(string? proxies)
    {
        const StringSplitOptions Tidy = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var networks = new List<IPNetwork>();
        foreach (var proxy in (proxies ?? "").Split(',', Tidy))
        {
            var text = proxy.Contains('/') ? proxy : $"{proxy}/{(proxy.Contains(':') ? 128 : 32)}";
            if (!IPNetwork.TryParse(text, out var network))
            {
                return null;
            }

            networks.Add(network);
        }

        return networks;
    }

    // Without trusted proxies a client's own X-Forwarded-For means nothing: anybody can write one.
    private static void Trust(ForwardedHeadersOptions forwarded, IReadOnlyList<IPNetwork> proxies)
    {
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        forwarded.ForwardedHeaders = proxies.Count == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var network in proxies)
        {
            forwarded.KnownIPNetworks.Add(network);
        }
    }
}
