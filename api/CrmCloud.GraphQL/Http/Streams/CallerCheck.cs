using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Http;

/// <summary>
/// Whether the caller of a long connection is still one: asked anew when the last word has become old.
/// </summary>
/// <param name="ask">Null when everybody is let in.</param>
internal sealed class CallerCheck(
    Func<ValueTask<RequestStateOrRefusal>>? ask, RequestStateOrRefusal first, GraphQLHttpOptions options,
    TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _asking = new(1);
    private RequestState _state = first.State!;
    private long _askedAt = time.GetTimestamp();

    /// <summary>Why the caller is no longer one; null while it is.</summary>
    public GraphQLError? Refusal { get; private set; }

    public bool Suggestions { get; } = first.Suggestions;

    /// <returns>For one operation or event: asked for again, it is another one.</returns>
    /// <exception cref="GraphQLRequestException">The caller is no longer let in.</exception>
    public async ValueTask<RequestState> CurrentAsync(CancellationToken stop)
    {
        await _asking.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (ask is not null && time.GetElapsedTime(_askedAt) >= options.Streams.CallerAge)
            {
                var decided = await ask().ConfigureAwait(false);
                Refusal ??= decided.Error;
                _state = decided.State ?? _state;
                _askedAt = time.GetTimestamp();
            }
        }
        finally
        {
            _asking.Release();
        }

        return Refusal is { } refusal
            ? throw new GraphQLRequestException(refusal.Code ?? "FORBIDDEN", refusal.Message, refusal.Extensions)
            : options.StateOfEach?.Invoke(_state) ?? _state;
    }

    public void Dispose() => _asking.Dispose();
}
