using System.Net;

namespace CrmCloud.Api;

/// <summary>Where the server listens, and whether only this machine can reach it.</summary>
public static class Listening
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>The default, unless ASPNETCORE_URLS, --urls or Kestrel's own endpoints say otherwise.</summary>
    public static void UseDefaultUrl(WebApplicationBuilder builder)
    {
        var configured = !string.IsNullOrWhiteSpace(builder.Configuration[WebHostDefaults.ServerUrlsKey])
            || builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        if (!configured)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
    }

    /// <summary>False without any address, and for whatever is not plainly this machine alone.</summary>
    public static bool IsLoopbackOnly(IReadOnlyCollection<string> addresses) =>
        addresses.Count > 0 && addresses.All(IsLoopback);

    /// <summary>An address a person can open: wildcards are replaced by this machine.</summary>
    public static string ForPeople(string address) =>
        address.Replace("://[::]", "://localhost", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
            .TrimEnd('/');

    private static bool IsLoopback(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            return false;
        }

        return uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
