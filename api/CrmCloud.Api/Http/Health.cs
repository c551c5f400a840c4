namespace CrmCloud.Api.Http;

/// <summary>
/// <c>/healthz</c>: the process answers. <c>/readyz</c>: it can serve. Neither needs a key nor tells anything else.
/// </summary>
public static class Health
{
    private static readonly string[] Asking = [HttpMethods.Get, HttpMethods.Head];

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthz", Asking, () => TypedResults.Json(new Answer("alive", null)));
        routes.MapMethods("/readyz", Asking, async (Readiness readiness, CancellationToken stop) =>
            await readiness.ReasonAgainstAsync(stop) is { } reason
                ? TypedResults.Json(new Answer("not ready", reason),
                    statusCode: StatusCodes.Status503ServiceUnavailable)
                : TypedResults.Json(new Answer("ready", null)));
    }

    private sealed record Answer(string Status, string? Reason);
}
