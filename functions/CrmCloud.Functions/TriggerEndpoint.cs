using System.Diagnostics;
using System.Text.Json;
using CrmCloud.Core.Jobs;

namespace CrmCloud.Functions;

/// <summary>
/// Answers the Functions host as it expects: 200 when everything is written, anything else to try again.
/// </summary>
internal static class TriggerEndpoint
{
    public static void MapTriggers(this WebApplication app)
    {
        var work = new TriggerWork(
            app.Services.GetRequiredService<ChangeNotices>(), app.Services.GetRequiredService<VisitRounds>(),
            app.Services.GetRequiredService<VisitSchedule>());
        app.MapPost("/{function}", (string function, HttpContext context) => AnswerAsync(app, work, function, context));
    }

    private static async Task<IResult> AnswerAsync(
        WebApplication app, TriggerWork work, string function, HttpContext context)
    {
        var (log, invocation) = (app.Logger, InvocationOf(context));
        if (!Triggers.All.TryGetValue(function, out var trigger))
        {
            return Answer(StatusCodes.Status404NotFound, "There is no such function.");
        }

        if (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return Answer(StatusCodes.Status503ServiceUnavailable, "Stopping.");
        }

        var watch = Stopwatch.StartNew();
        try
        {
            var call = await ReadAsync(trigger, context);
            var line = await trigger.RunAsync(call, work, context.RequestAborted);
            var milliseconds = watch.ElapsedMilliseconds;
            log.Ran(trigger.Name, invocation, call.Retry, call.IsPastDue, line, milliseconds);
            return Answer(StatusCodes.Status200OK, line);
        }
        catch (BadHttpRequestException refused)
        {
            log.Refused(trigger.Name, invocation, refused);
            return Answer(refused.StatusCode, "The body is too large or not whole.");
        }
        catch (Exception refused) when (refused is JsonException or FormatException)
        {
            log.Refused(trigger.Name, invocation, refused);
            return Answer(StatusCodes.Status400BadRequest, "The body is not what the Functions host sends.");
        }
        catch (OperationCanceledException)
        {
            log.CutOff(trigger.Name, invocation);
            return Answer(StatusCodes.Status503ServiceUnavailable, "Cut off.");
        }
#pragma warning disable CA1031 // The edge: the host's retry policy tries again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            log.Failed(trigger.Name, invocation, failure);
            return Answer(StatusCodes.Status500InternalServerError, Said(failure));
        }
    }

    private static async Task<Invocation> ReadAsync(Trigger trigger, HttpContext context)
    {
        var call = await Invocation.ReadAsync(context.Request.Body, context.RequestAborted);
        return call.Documents is not null == trigger.IsFeed
            ? call
            : throw new FormatException("The body belongs to another kind of trigger.");
    }

    // Never an exception's own text, unless it is ours: it may quote a document.
    private static string Said(Exception failure) =>
        failure is RoundFailedException ? failure.Message : $"Failed: {failure.GetType().Name}";

    // Outputs, Logs and ReturnValue must be there: at an empty answer the host waits until its timeout.
    private static IResult Answer(int status, string line) =>
        TypedResults.Json(new { Outputs = new { }, Logs = new[] { line }, ReturnValue = (object?)null },
            Exactly, statusCode: status);

    private static JsonSerializerOptions Exactly { get; } = new() { PropertyNamingPolicy = null };

    // Into the log only what cannot be anything else than an id.
    private static Guid InvocationOf(HttpContext context) =>
        Guid.TryParse(context.Request.Headers["X-Azure-Functions-InvocationId"], out var id) ? id : Guid.Empty;
}
