using System.Net.WebSockets;
using System.Threading.Channels;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Http;

/// <summary>The operations that run on one socket, by the id the client gave them.</summary>
internal sealed class SocketOperations(
    SocketPipe pipe, Executor executor, StreamLimits limits, CallerCheck caller, SocketRequests requests)
{
    private readonly Lock _changing = new();
    private readonly Dictionary<string, Running> _running = new(StringComparer.Ordinal);

    // One for each operation that has not ended, and one to be refused. What the client completed keeps its place until
    // it has ended, or completing would lift the limit.
    private readonly Channel<bool> _unfinished = Channel.CreateBounded<bool>(limits.SubscriptionsPerConnection + 1);

    /// <summary>Starts an operation, when there is room for it.</summary>
    /// <exception cref="SocketClosedException">4409: the id is in use. 4400: the payload is no request.</exception>
    public async ValueTask StartAsync(SocketMessage message, CancellationToken stop)
    {
        var parameters = ParametersOf(message);
        await _unfinished.Writer.WriteAsync(true, stop).ConfigureAwait(false);
        Running running;
        bool isOneTooMany;
        lock (_changing)
        {
            if (_running.ContainsKey(message.Id!))
            {
                throw new SocketClosedException(
                    CloseCode.SubscriberAlreadyExists, $"Subscriber for {message.Id} already exists");
            }

            isOneTooMany = _running.Count >= limits.SubscriptionsPerConnection;
            _running[message.Id!] = running = new Running(CancellationTokenSource.CreateLinkedTokenSource(stop));
        }

        if (isOneTooMany)
        {
            // Waited for: a client that reads no refusals must not have more of them made.
            await RefuseOneAsync(message.Id!, running).ConfigureAwait(false);
            return;
        }

        running.Task = RunAsync(message.Id!, parameters, running);
    }

    public async Task CancelAsync(string id)
    {
        Running? running;
        lock (_changing)
        {
            _running.Remove(id, out running);
        }

        if (running is not null)
        {
            await running.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Tells every operation why it is over, and that it is; waits two seconds at most.</summary>
    public async Task CompleteAsync(GraphQLError why)
    {
        List<KeyValuePair<string, Running>> left;
        lock (_changing)
        {
            left = [.. _running];
            _running.Clear();
        }

        // Whoever reads nothing any more is not waited for.
        await TellAsync(left.Select(one => one.Key), why).WaitAsync(StreamEnd.Time, executor.Time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(left.Select(one => one.Value.CancelAsync())).ConfigureAwait(false);
    }

    private async Task TellAsync(IEnumerable<string> ids, GraphQLError why)
    {
        using var answer = ResponseWriter.Errors(executor.Finished([why], () => requests.RequestId));
        foreach (var id in ids)
        {
            await pipe.SendAsync(SocketMessage.Write("next", id, answer.Written.Span), CancellationToken.None)
                .ConfigureAwait(false);
            await pipe.SendAsync(SocketMessage.Write("complete", id), CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until nothing runs; what stops them has been cancelled before.</summary>
    public async Task EndAsync()
    {
        Task[] left;
        lock (_changing)
        {
            left = [.. _running.Values.Select(running => running.Task)];
        }

        await Task.WhenAll(left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(string id, RequestParameters parameters, Running running)
    {
        var own = running.Stopping;

        // The next message need not wait for what this one starts.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using var prepared = await requests.MakeAsync(parameters, caller).ConfigureAwait(false);
            var start = await executor.StartAsync(prepared.Request, own).ConfigureAwait(false);
            prepared.Answered(start.Answer?.Stage ?? ExecutionStage.Executed);
            var answering = start.Events is { } events
                ? FollowAsync(id, running, events)
                : AnswerAsync(id, running, start.Answer!);
            await answering.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (own.IsCancellationRequested)
        {
            // Completed by the client, or the connection is over.
        }
        catch (GraphQLRequestException refusal)
        {
            await RefuseAsync(id, running, new(refusal.Message) { Code = refusal.Code }).ConfigureAwait(false);
        }
        catch (Exception bug) when (bug is not WebSocketException)
        {
            await RefuseAsync(id, running, new("Unexpected error.") { Code = "INTERNAL" }).ConfigureAwait(false);
        }
        finally
        {
            Forget(id, running);
            await running.EndAsync().ConfigureAwait(false);
            _unfinished.Reader.TryRead(out _);
        }
    }

    private async Task RefuseOneAsync(string id, Running running)
    {
        try
        {
            await RefuseAsync(id, running, TooMany()).ConfigureAwait(false);
        }
        finally
        {
            await running.EndAsync().ConfigureAwait(false);
            _unfinished.Reader.TryRead(out _);
        }
    }

    private RequestParameters ParametersOf(SocketMessage message)
    {
        try
        {
            return RequestParameters.FromBody(message.Payload, executor.Limits.JsonDepth);
        }
        catch (HttpRefusalException refusal)
        {
            throw new SocketClosedException(CloseCode.InvalidMessage, refusal.Message);
        }
    }

    private async Task FollowAsync(string id, Running running, SubscriptionEvents events)
    {
        await using var _ = events.ConfigureAwait(false);
        while (await events.NextAsync().ConfigureAwait(false) is { } answer)
        {
            using var given = answer;
            if (answer.Stage == ExecutionStage.StreamFailed)
            {
                await EndAsync(id, running, answer.Errors).ConfigureAwait(false);
                return;
            }

            await NextAsync(id, running, answer).ConfigureAwait(false);
        }

        await EndAsync(id, running, null).ConfigureAwait(false);
    }

    private async Task AnswerAsync(string id, Running running, ExecutionResult answer)
    {
        using var given = answer;
        if (answer.Stage != ExecutionStage.Executed)
        {
            await EndAsync(id, running, answer.Errors).ConfigureAwait(false);
            return;
        }

        await NextAsync(id, running, answer).ConfigureAwait(false);
        await EndAsync(id, running, null).ConfigureAwait(false);
    }

    private GraphQLError TooMany() =>
        new($"At most {limits.SubscriptionsPerConnection} operations run at once on one connection.")
        {
            Code = "TOO_MANY_SUBSCRIPTIONS",
        };

    private Task RefuseAsync(string id, Running running, GraphQLError error) =>
        EndAsync(id, running, executor.Finished([error], () => requests.RequestId));

    private ValueTask NextAsync(string id, Running running, ExecutionResult answer) => pipe.SendAsync(
        SocketMessage.Write("next", id, answer.Json.Span), running.Stopping, () => Holds(id, running));

    /// <param name="errors">Null for an operation that has come to its end.</param>
    private async Task EndAsync(string id, Running running, IReadOnlyList<GraphQLError>? errors)
    {
        // Not before this may the client use the id again, nor after it hear of it.
        if (!Forget(id, running))
        {
            return;
        }

        using var payload = errors is null ? null : ResponseWriter.ErrorList(errors);
        var message = SocketMessage.Write(errors is null ? "complete" : "error", id, payload is null
            ? default
            : payload.Written.Span);
        await pipe.SendAsync(message, CancellationToken.None).ConfigureAwait(false);
    }

    private bool Holds(string id, Running running)
    {
        lock (_changing)
        {
            return _running.GetValueOrDefault(id) == running;
        }
    }

    private bool Forget(string id, Running running)
    {
        lock (_changing)
        {
            return _running.GetValueOrDefault(id) == running && _running.Remove(id);
        }
    }

    private sealed class Running(CancellationTokenSource stop)
    {
        public CancellationToken Stopping { get; } = stop.Token;

        public Task Task { get; set; } = Task.CompletedTask;

        public async Task CancelAsync()
        {
            try
            {
                await stop.CancelAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // It came to its end by itself.
            }
        }

        /// <summary>Takes away what waits for its end, so that nothing adds up over a long connection.</summary>
        public async Task EndAsync()
        {
            await stop.CancelAsync().ConfigureAwait(false);
            stop.Dispose();
        }
    }
}
