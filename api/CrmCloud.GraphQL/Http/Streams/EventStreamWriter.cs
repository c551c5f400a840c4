using CrmCloud.GraphQL.Execution;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CrmCloud.GraphQL.Http;

/// <summary>
/// Writes answers as server-sent events, in the distinct connections mode of graphql-sse: <c>next</c> for each answer,
/// then <c>complete</c>, and comments while there is nothing to say.
/// </summary>
/// <param name="stopping">The host stops.</param>
internal sealed class EventStreamWriter(
    HttpContext context, Executor executor, GraphQLHttpOptions options, CancellationToken stopping)
{
    /// <param name="stop">The client is gone, or the host stops.</param>
    public async Task WriteAsync(ExecutionStart start, CallerCheck caller, CancellationToken stop)
    {
        try
        {
            await BeginAsync(stop).ConfigureAwait(false);
            if (start.Answer is { } answer)
            {
                await NextAsync(answer.Json, stop).ConfigureAwait(false);
            }
            else
            {
                await FollowAsync(start.Events!, caller, stop).ConfigureAwait(false);
            }

            await CompleteAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && options.Streams.CompletesOnStop)
        {
            await TellStoppingAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // No "complete": the subscription is not over, and a client that lost its server will ask another.
        }
    }

    private async Task TellStoppingAsync()
    {
        using var late = new CancellationTokenSource(StreamEnd.Time, executor.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        using var last = ResponseWriter.Errors(
            executor.Finished([StreamEnd.Stopping], () => options.RequestId(context)));
        try
        {
            await NextAsync(last.Written, either.Token).ConfigureAwait(false);
            await CompleteAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It is gone, or reads nothing any more.
        }
    }

    private Task CompleteAsync(CancellationToken stop) =>
        SendAsync("event: complete\ndata: \n\n"u8.ToArray(), stop);

    private async Task FollowAsync(SubscriptionEvents events, CallerCheck caller, CancellationToken stop)
    {
        while (true)
        {
            var next = events.NextAsync().AsTask();
            while (!await ArrivesAsync(next, stop).ConfigureAwait(false))
            {
                await SendAsync(":\n\n"u8.ToArray(), stop).ConfigureAwait(false);
                if (await RefusalAsync(caller, stop).ConfigureAwait(false) is { } refusal)
                {
                    using var last = ResponseWriter.Errors(
                        executor.Finished([refusal], () => options.RequestId(context)));
                    await NextAsync(last.Written, stop).ConfigureAwait(false);
                    return;
                }
            }

            using var answer = await next.ConfigureAwait(false);
            if (answer is null)
            {
                return;
            }

            await NextAsync(answer.Json, stop).ConfigureAwait(false);
        }
    }

    private async Task<bool> ArrivesAsync(Task<ExecutionResult?> next, CancellationToken stop)
    {
        try
        {
            await next.WaitAsync(options.Streams.KeepAlive, executor.Time, stop).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return false;
        }
    }

    private static async Task<GraphQLError?> RefusalAsync(CallerCheck caller, CancellationToken stop)
    {
        try
        {
            await caller.CurrentAsync(stop).ConfigureAwait(false);
            return null;
        }
        catch (GraphQLRequestException)
        {
            return caller.Refusal;
        }
    }

    private async Task BeginAsync(CancellationToken stop)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = Negotiation.EventStream;
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await SendAsync(":\n\n"u8.ToArray(), stop).ConfigureAwait(false);
    }

    private Task NextAsync(ReadOnlyMemory<byte> json, CancellationToken stop)
    {
        var message = new JsonBuffer(json.Length + 64, int.MaxValue);
        message.WriteRaw("event: next\n"u8);
        var rest = json.Span;
        while (rest.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var end)
        {
            // JSON that a resolver wrote as it stood; a line of an event ends at a line break.
            Line(message, rest[..end]);
            rest = rest[(end + 1)..];
        }

        Line(message, rest);
        message.WriteRaw("\n"u8);
        return SendAsync(message, stop);
    }

    private static void Line(JsonBuffer message, ReadOnlySpan<byte> text)
    {
        message.WriteRaw("data: "u8);
        message.WriteRaw(text);
        message.WriteRaw("\n"u8);
    }

    private async Task SendAsync(JsonBuffer message, CancellationToken stop)
    {
        using (message)
        {
            await SendAsync(message.Written, stop).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(options.Streams.WriteTime, executor.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await context.Response.Body.WriteAsync(bytes, either.Token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            // A client that reads nothing holds memory and a place; it is dropped.
            context.Abort();
            throw new OperationCanceledException("The client did not read in time.", stop);
        }
    }
}
