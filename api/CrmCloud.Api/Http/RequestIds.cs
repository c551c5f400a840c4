using System.Security.Cryptography;

namespace CrmCloud.Api.Http;

/// <summary>Every request gets an id that its answer, its errors and the log share.</summary>
/// <remarks>Always our own: an id sent by a client could carry anything into the log.</remarks>
public static class RequestIds
{
    public const string Header = "X-Request-Id";

    public static IApplicationBuilder UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.TraceIdentifier = RandomNumberGenerator.GetHexString(20, lowercase: true);
        context.Response.Headers[Header] = context.TraceIdentifier;
        return next(context);
    });
}
