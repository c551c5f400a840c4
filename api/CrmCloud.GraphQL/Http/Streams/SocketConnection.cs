using System.Net.WebSockets;
using System.Text.Json;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Http;

/// <summary>One socket of graphql-transport-ws, from connection_init to its close.</summary>
internal sealed class SocketConnection(
    SocketPipe pipe, Executor executor, StreamLimits limits, SocketCallers callers, SocketRequests requests)
{
    private SocketOperations? _operations;
    private bool _isInitialising;

    /// <param name="gone">The client is gone.</param>
    /// <param name="stopping">The host stops.</param>
    /// <exception cref="SocketClosedException">This side wants to close.</exception>
    public async Task RunAsync(CancellationToken gone, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping);

        // Operations outlive the host's wish to stop by the time it takes to tell them.
        using var operations = CancellationTokenSource.CreateLinkedTokenSource(gone);
        var watching = WatchAsync(end.Token);
        try
        {
            var reading = pipe.ReadAllAsync(
                message => end.IsCancellationRequested ? default : ActAsync(message, operations.Token));
            await (await Task.WhenAny(reading, watching).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            if (stopping.IsCancellationRequested && limits.CompletesOnStop && _operations is { } told)
            {
                await told.CompleteAsync(StreamEnd.Stopping).ConfigureAwait(false);
            }

            await end.CancelAsync().ConfigureAwait(false);
            await operations.CancelAsync().ConfigureAwait(false);
            await (_operations?.EndAsync() ?? Task.CompletedTask).ConfigureAwait(false);
            callers.Dispose();
        }
    }

    private ValueTask ActAsync(ReadOnlyMemory<byte> message, CancellationToken stop) =>
        ActAsync(SocketMessage.Parse(message, executor.Limits.JsonDepth), stop);

    private async ValueTask ActAsync(SocketMessage message, CancellationToken stop)
    {
        switch (message.Type)
        {
            case "connection_init" when _isInitialising:
                throw new SocketClosedException(
                    CloseCode.TooManyInitialisationRequests, "Too many initialisation requests");
            case "connection_init":
                _isInitialising = true;
                await InitialiseAsync(message, stop).ConfigureAwait(false);
                break;
            case "ping":
                await pipe.SendAsync(SocketMessage.Write("pong"), stop).ConfigureAwait(false);
                break;
            case "pong":
                break;
            case "subscribe":
                await Operations.StartAsync(message, stop).ConfigureAwait(false);
                break;
            case "complete":
                await Operations.CancelAsync(message.Id!).ConfigureAwait(false);
                break;
            default:
                throw new SocketClosedException(CloseCode.InvalidMessage, "Unknown 'type' of message");
        }
    }

    private SocketOperations Operations =>
        _operations ?? throw new SocketClosedException(CloseCode.Unauthorized, "Unauthorized");

    private async Task InitialiseAsync(SocketMessage message, CancellationToken stop)
    {
        var caller = await callers.FirstAsync(message.Payload).ConfigureAwait(false);
        await pipe.SendAsync(SocketMessage.Write("connection_ack"), stop).ConfigureAwait(false);
        _operations = new SocketOperations(pipe, executor, limits, caller, requests);
    }

    /// <summary>Ends a socket that does not begin, or whose caller is no longer one.</summary>
    private async Task WatchAsync(CancellationToken stop)
    {
        await Task.Delay(limits.InitTime, executor.Time, stop).ConfigureAwait(false);
        if (!_isInitialising)
        {
            throw new SocketClosedException(CloseCode.InitialisationTimeout, "Connection initialisation timeout");
        }

        while (true)
        {
            await Task.Delay(limits.KeepAlive, executor.Time, stop).ConfigureAwait(false);
            await callers.CheckAsync(stop).ConfigureAwait(false);
            await pipe.SendAsync(SocketMessage.Write("ping"), stop).ConfigureAwait(false);
        }
    }
}
