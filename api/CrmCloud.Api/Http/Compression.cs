using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace CrmCloud.Api.Http;

/// <summary>Answers in Brotli or gzip, for clients that ask for it: a page of customers becomes a tenth.</summary>
/// <remarks>
/// Over HTTPS too. Guessing secrets from the length of answers needs a browser that sends the victim's key by itself;
/// keys are headers here, not cookies. Event streams are never compressed: each event must leave at once.
/// </remarks>
public static class Compression
{
    private static readonly string[] Types = ["application/json", "application/graphql-response+json"];

    public static void AddCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(options => (options.EnableForHttps, options.MimeTypes) = (true, Types));

        // The lower levels of both take a fraction of the time and lose little on JSON.
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
    }

    public static void UseCompression(this WebApplication app) => app.UseResponseCompression();
}
