using CrmCloud.Api.Logging;
using CrmCloud.Store;

namespace CrmCloud.Api.Http;

/// <summary>What went wrong outside a resolver becomes JSON with an id to quote, and never a stack trace.</summary>
public static class ErrorAnswers
{
    public static IApplicationBuilder UseErrorAnswers(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("CrmCloud.Api.Requests");
        app.Use((context, next) => AnswerAsync(context, next, log));
        return app.UseStatusCodePages(pages => EmptyAsync(pages.HttpContext));
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next, ILogger log)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: nobody reads an answer, and nothing is wrong.
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.Headers[RequestIds.Header] = context.TraceIdentifier;
            await FailAsync(context, failure, log);
        }
    }

    private static Task FailAsync(HttpContext context, Exception failure, ILogger log)
    {
        switch (failure)
        {
            case BadHttpRequestException bad:
                return StatusAsync(context, bad.StatusCode);
            case StoreUnavailableException:
                log.StoreUnavailable(context.TraceIdentifier, failure);
                context.Response.Headers.RetryAfter = "1";
                return ErrorAnswer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "STORE_UNAVAILABLE",
                    "The data cannot be read or written just now; nothing was changed. Try again in a moment.");
            default:
                log.RequestFailed(context.TraceIdentifier, failure);
                return ErrorAnswer.WriteAsync(context, StatusCodes.Status500InternalServerError, "INTERNAL",
                    "Something failed on our side. Quote the requestId to whoever runs this server.");
        }
    }

    private static Task EmptyAsync(HttpContext context) => StatusAsync(context, context.Response.StatusCode);

    private static Task StatusAsync(HttpContext context, int status)
    {
        var (code, message) = status switch
        {
            StatusCodes.Status404NotFound =>
                ("NOT_FOUND", "Nothing is at this address. GraphQL is at POST /graphql; /llms.txt lists the rest."),
            StatusCodes.Status405MethodNotAllowed =>
                ("METHOD_NOT_ALLOWED", "This address does not take this method; the Allow header says which it takes."),
            StatusCodes.Status408RequestTimeout => ("REQUEST_TIMEOUT", "The request's body came too slowly."),
            StatusCodes.Status413PayloadTooLarge =>
                ("BODY_TOO_LARGE", "The request's body is larger than this address accepts."),
            StatusCodes.Status415UnsupportedMediaType =>
                ("UNSUPPORTED_MEDIA_TYPE", "This address does not take a body of this Content-Type."),
            _ => ("BAD_REQUEST", "The request could not be understood."),
        };
        return ErrorAnswer.WriteAsync(context, status, code, message);
    }
}
