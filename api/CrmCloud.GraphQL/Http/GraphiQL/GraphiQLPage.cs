using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.GraphQL.Http;

/// <summary>
/// GraphiQL for browsers, from files inside this assembly: nothing is loaded from elsewhere, so it works offline.
/// </summary>
internal sealed class GraphiQLPage
{
    // No inline script or style, no other server, no frame: what a caller's answer contains cannot run here.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Prefix = "GraphiQL.";

    private readonly Dictionary<string, Asset> _assets = new(StringComparer.Ordinal);
    private readonly Asset _page;

    /// <param name="folder">Address under which the files are served.</param>
    public GraphiQLPage(string folder)
    {
        var assembly = typeof(GraphiQLPage).Assembly;
        var names = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal));
        foreach (var name in names)
        {
            using var content = assembly.GetManifestResourceStream(name)!;
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            _assets[name[Prefix.Length..]] = new Asset(bytes.ToArray(), TypeOf(name));
        }

        var html = Encoding.UTF8.GetString(_assets["page.html"].Plain)
            .Replace("{base}", folder, StringComparison.Ordinal);
        _page = new Asset(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8");
        _assets.Remove("page.html");
    }

    /// <summary>Whether a browser asks for a page rather than a program for an answer.</summary>
    public static bool IsWantedBy(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !request.QueryString.HasValue
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    public Task AnswerAsync(HttpContext context) => SendAsync(context, _page);

    /// <summary>A file of the page, or 404.</summary>
    public Task AnswerAsync(HttpContext context, string file)
    {
        if (_assets.TryGetValue(file, out var asset))
        {
            return SendAsync(context, asset);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task SendAsync(HttpContext context, Asset asset)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept, Accept-Encoding";
        headers.ETag = asset.Tag;
        if (context.Request.Headers.IfNoneMatch == asset.Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        context.Response.ContentType = asset.Type;
        var accepted = context.Request.Headers.AcceptEncoding.ToString();
        var packs = accepted.Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (packs)
        {
            headers.ContentEncoding = "gzip";
        }

        var bytes = packs ? asset.Packed.Value : asset.Plain;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };

    private sealed class Asset(byte[] plain, string type)
    {
        public byte[] Plain { get; } = plain;

        public string Type { get; } = type;

        public string Tag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(plain))[..20]}\"";

        /// <summary>Packed once, when first asked for.</summary>
        public Lazy<byte[]> Packed { get; } = new(() =>
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            {
                gzip.Write(plain);
            }

            return packed.ToArray();
        });
    }
}
