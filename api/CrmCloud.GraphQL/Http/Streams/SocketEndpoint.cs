using System.Net.WebSockets;
using CrmCloud.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.GraphQL.Http;

/// <summary>Accepts WebSockets that speak graphql-transport-ws.</summary>
/// <param name="stopping">The host stops.</param>
internal sealed class SocketEndpoint(
    Executor executor,
    GraphQLHttpOptions options,
    RequestMaker requests,
    OpenConnections open,
    CancellationToken stopping)
{
    public const string Protocol = "graphql-transport-ws";

    public async Task HandleAsync(HttpContext context)
    {
        // Whoever has not said who it is takes no place of those who have; see SocketCallers.
        var (unknown, status) = open.TryOpenUnknown(context.Connection.RemoteIpAddress);
        using var place = unknown;
        if (place is null)
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "5";
            return;
        }

        var isOurs = context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = isOurs ? Protocol : null,
            KeepAliveInterval = options.Streams.KeepAlive,
            KeepAliveTimeout = options.Streams.WriteTime,
        }).ConfigureAwait(false);
        using var pipe = new SocketPipe(socket, options.Streams, executor.Time);
        if (!isOurs)
        {
            await pipe.CloseAsync((int)CloseCode.SubprotocolNotAcceptable, "Subprotocol not acceptable")
                .ConfigureAwait(false);
            return;
        }

        var (code, reason) = await RunAsync(context, pipe, place).ConfigureAwait(false);
        await pipe.CloseAsync(code, reason).ConfigureAwait(false);
    }

    private async Task<(int Code, string Reason)> RunAsync(
        HttpContext context, SocketPipe pipe, IDisposable unknown)
    {
        try
        {
            var callers = new SocketCallers(context, options, (open, unknown), executor.Time);
            var made = new SocketRequests(context, requests, options);
            await new SocketConnection(pipe, executor, options.Streams, callers, made)
                .RunAsync(context.RequestAborted, stopping).ConfigureAwait(false);
            return ((int)WebSocketCloseStatus.NormalClosure, "");
        }
        catch (SocketClosedException closed)
        {
            return ((int)closed.Code, closed.Reason);
        }
        catch (OperationCanceledException)
        {
            // Not one of the protocol's own codes, so a client tries again, perhaps elsewhere.
            return ((int)CloseCode.GoingAway, "The server stops");
        }
        catch (Exception gone) when (gone is WebSocketException or IOException)
        {
            return ((int)CloseCode.GoingAway, "");
        }
        catch (Exception bug)
        {
            var request = new GraphQLRequest { Document = default, RequestId = options.RequestId(context) };
            executor.Report(bug, request, null);
            return ((int)CloseCode.InternalServerError, "Internal server error");
        }
    }
}

/// <summary>Makes requests of what is sent over one socket.</summary>
internal sealed class SocketRequests(HttpContext context, RequestMaker requests, GraphQLHttpOptions options)
{
    public string RequestId => options.RequestId(context);

    /// <param name="caller">Gives the state of the request, now and before each event.</param>
    /// <exception cref="GraphQLRequestException">
    /// The caller is no longer let in, or the document is not there.
    /// </exception>
    public async ValueTask<PreparedRequest> MakeAsync(RequestParameters parameters, CallerCheck caller)
    {
        try
        {
            var state = await caller.CurrentAsync(context.RequestAborted).ConfigureAwait(false);
            return requests.Make(
                context, parameters, new CallerState(state, caller.Suggestions, caller.CurrentAsync), false);
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }
}
