using Microsoft.AspNetCore.HttpOverrides;

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
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
            Trust(forwarded, builder.Configuration["CrmCloud:TrustedProxies"]));
    }

    // Without trusted proxies a client's own X-Forwarded-For means nothing: anybody can write one.
    private static void Trust(ForwardedHeadersOptions forwarded, string? proxies)
    {
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        if (string.IsNullOrWhiteSpace(proxies))
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.None;
            return;
        }

        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        const StringSplitOptions tidy = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (var proxy in proxies.Split(',', tidy))
        {
            var network = proxy.Contains('/') ? proxy : $"{proxy}/{(proxy.Contains(':') ? 128 : 32)}";
            forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        }
    }
}
