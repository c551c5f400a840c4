using CrmCloud.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.GraphQL.Http;

/// <summary>Answers a request whose client accepts text/event-stream.</summary>
/// <param name="stopping">The host stops.</param>
internal sealed class EventStreamEndpoint(
    Executor executor,
    GraphQLHttpOptions options,
    RequestMaker requests,
    OpenConnections open,
    CancellationToken stopping)
{
    /// <returns>An answer that is not to be a stream; null when all has been said.</returns>
    /// <exception cref="HttpRefusalException">503 or 429: too many are open.</exception>
    public async Task<ExecutionResult?> AnswerAsync(
        HttpContext context, RequestParameters parameters, RequestStateOrRefusal caller, bool isGet)
    {
        using var place = open.TryOpen() ?? throw Full(503, "The server has as many connections as it takes.");
        using var own = open.TryOpenFor(options.CallerKey?.Invoke(caller.State!))
            ?? throw Full(429, $"At most {options.Streams.ConnectionsPerCaller} connections are open at once.");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var ask = options.Authenticate is { } authenticate
            ? () => authenticate(context)
            : (Func<ValueTask<RequestStateOrRefusal>>?)null;
        using var check = new CallerCheck(ask, caller, options, executor.Time);
        try
        {
            return await StreamAsync(context, parameters, check, isGet, end.Token).ConfigureAwait(false);
        }
        finally
        {
            // What is still waited for ends with the connection.
            await end.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<ExecutionResult?> StreamAsync(
        HttpContext context, RequestParameters parameters, CallerCheck check, bool isGet, CancellationToken stop)
    {
        var start = await StartAsync(context, parameters, check, isGet, stop).ConfigureAwait(false);
        if (start.Answer is { Stage: ExecutionStage.WrongMethod } refused)
        {
            return refused;
        }

        using var answer = start.Answer;
        await using var events = (start.Events ?? (IAsyncDisposable)NoEvents.Instance).ConfigureAwait(false);
        await new EventStreamWriter(context, executor, options, stopping).WriteAsync(start, check, stop)
            .ConfigureAwait(false);
        return null;
    }

    private async Task<ExecutionStart> StartAsync(
        HttpContext context, RequestParameters parameters, CallerCheck check, bool isGet, CancellationToken stop)
    {
        var state = new CallerState(
            await check.CurrentAsync(stop).ConfigureAwait(false), check.Suggestions, check.CurrentAsync);
        try
        {
            var prepared = requests.Make(context, parameters, state, isGet);
            var start = await executor.StartAsync(prepared.Request, stop).ConfigureAwait(false);
            prepared.Answered(start.Answer?.Stage ?? ExecutionStage.Executed);
            return start;
        }
        catch (GraphQLRequestException unknown)
        {
            var error = new GraphQLError(unknown.Message) { Code = unknown.Code };
            return new(executor.Refuse(requests.Nameless(context, state), ExecutionStage.Refused, [error]), null);
        }
    }

    private static HttpRefusalException Full(int status, string message) =>
        new(status, "TOO_MANY_CONNECTIONS", message) { Headers = [("Retry-After", "5")] };

    private sealed class NoEvents : IAsyncDisposable
    {
        public static readonly NoEvents Instance = new();

        public ValueTask DisposeAsync() => default;
    }
}
