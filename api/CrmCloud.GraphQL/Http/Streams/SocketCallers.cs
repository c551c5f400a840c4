using System.Text.Json;
using CrmCloud.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.GraphQL.Http;

/// <summary>Who is at the other end of one socket.</summary>
/// <param name="places">Where sockets are counted, and the place it has while nobody knows who it is.</param>
internal sealed class SocketCallers(
    HttpContext context, GraphQLHttpOptions options, (OpenConnections Open, IDisposable Unknown) places,
    TimeProvider time) : IDisposable
{
    private CallerCheck? _check;
    private IDisposable? _place;
    private IDisposable? _ofCaller;
    private JsonDocument? _payload;

    /// <param name="payload">Of connection_init, an object; empty for none.</param>
    /// <exception cref="SocketClosedException">4403 or 1013.</exception>
    public async ValueTask<CallerCheck> FirstAsync(ReadOnlyMemory<byte> payload)
    {
        _payload = payload.IsEmpty ? null : JsonDocument.Parse(payload);
        var decided = await AskAsync().ConfigureAwait(false);
        if (decided.Error is { } error)
        {
            throw new SocketClosedException(CloseCode.Forbidden, "Forbidden: " + error.Message);
        }

        _place = places.Open.TryOpen()
            ?? throw new SocketClosedException(CloseCode.TryAgainLater, "Too many connections in all");
        _ofCaller = places.Open.TryOpenFor(options.CallerKey?.Invoke(decided.State!))
            ?? throw new SocketClosedException(CloseCode.TryAgainLater, "Too many connections");
        places.Unknown.Dispose();
        return _check = new CallerCheck(AskAsync, decided, options, time);
    }

    /// <exception cref="SocketClosedException">4403: no longer let in.</exception>
    public async ValueTask CheckAsync(CancellationToken stop)
    {
        try
        {
            _ = _check is null ? null : await _check.CurrentAsync(stop).ConfigureAwait(false);
        }
        catch (GraphQLRequestException refusal)
        {
            throw new SocketClosedException(CloseCode.Forbidden, "Forbidden: " + refusal.Message);
        }
    }

    public void Dispose()
    {
        _ofCaller?.Dispose();
        _place?.Dispose();
        _check?.Dispose();
        _payload?.Dispose();
    }

    private ValueTask<RequestStateOrRefusal> AskAsync()
    {
        var payload = _payload?.RootElement ?? default;
        if (options.AuthenticateSocket is { } authenticate)
        {
            return authenticate(context, payload);
        }

        if (options.Authenticate is not { } asForRequests)
        {
            return ValueTask.FromResult(RequestStateOrRefusal.Allow(new RequestState()));
        }

        return TakeKey(payload) ? asForRequests(context) : ValueTask.FromResult(RequestStateOrRefusal.Refuse(
            401, "UNAUTHENTICATED", "The header and the payload of connection_init have different keys."));
    }

    // A browser cannot set headers of a socket, so its key comes with the first message.
    private bool TakeKey(JsonElement payload)
    {
        var headers = context.Request.Headers;
        foreach (var name in (string[])["Authorization", "authorization"])
        {
            if (payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out var key)
                && key.ValueKind == JsonValueKind.String)
            {
                if (headers.Authorization.Count > 0 && headers.Authorization != key.GetString())
                {
                    return false;
                }

                headers.Authorization = key.GetString();
            }
        }

        return true;
    }
}
