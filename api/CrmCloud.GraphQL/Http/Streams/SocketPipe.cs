using System.Net.WebSockets;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Http;

/// <summary>Whole messages in and out of one WebSocket, within their limits.</summary>
internal sealed class SocketPipe(WebSocket socket, StreamLimits limits, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);
    private byte[] _buffer = new byte[4096];
    private Task _reading = Task.CompletedTask;

    /// <summary>Reads until the client closes. Once at most.</summary>
    /// <param name="act">Given each message; it may use its bytes until its task completes.</param>
    /// <exception cref="SocketClosedException">1009 or 4400, or what <paramref name="act"/> throws.</exception>
    public Task ReadAllAsync(Func<ReadOnlyMemory<byte>, ValueTask> act) => _reading = ReadOnAsync(act);

    private async Task ReadOnAsync(Func<ReadOnlyMemory<byte>, ValueTask> act)
    {
        while (await ReadAsync().ConfigureAwait(false) is { } message)
        {
            await act(message).ConfigureAwait(false);
        }
    }

    // Never cancelled: that would cut the connection, and the client would not hear why it is closed.
    private async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        var filled = 0;
        while (true)
        {
            if (filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, Math.Min(filled * 2, limits.MessageBytes + 1));
            }

            var part =
                await socket.ReceiveAsync(_buffer.AsMemory(filled), CancellationToken.None).ConfigureAwait(false);
            filled += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.MessageType != WebSocketMessageType.Text)
            {
                throw new SocketClosedException(CloseCode.InvalidMessage, "Messages are text");
            }

            if (filled > limits.MessageBytes)
            {
                throw new SocketClosedException(
                    CloseCode.MessageTooBig, $"A message has at most {limits.MessageBytes} bytes");
            }

            if (part.EndOfMessage)
            {
                return _buffer.AsMemory(0, filled);
            }
        }
    }

    /// <param name="stop">Ends waiting for other messages; what is being sent is sent.</param>
    /// <param name="isStillWanted">Asked when it is this message's turn; false drops it.</param>
    public async ValueTask SendAsync(JsonBuffer message, CancellationToken stop, Func<bool>? isStillWanted = null)
    {
        using var sent = message;
        using var late = new CancellationTokenSource(limits.WriteTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        await _sending.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            if (isStillWanted?.Invoke() != false && socket.State == WebSocketState.Open)
            {
                // Cancelling a send aborts the socket. That is for a client that reads nothing; an operation that the
                // client completes meanwhile must not take the others with it.
                await socket.SendAsync(sent.Written, WebSocketMessageType.Text, true, late.Token)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Closes from this side, or answers the close of the client; never waits long for either.</summary>
    public async Task CloseAsync(int code, string reason)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            await _sending.WaitAsync(late.Token).ConfigureAwait(false);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, late.Token).ConfigureAwait(false);
            }

            // The rest of what a client has on the way is read, so that it gets to see the reason.
            await _reading.WaitAsync(late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (socket.State is WebSocketState.CloseSent)
            {
                await socket.ReceiveAsync(_buffer.AsMemory(), late.Token).ConfigureAwait(false);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException
            or IOException or InvalidOperationException)
        {
            socket.Abort();
        }
    }

    public void Dispose() => _sending.Dispose();
}
