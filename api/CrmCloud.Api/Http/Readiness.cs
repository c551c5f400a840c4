using CrmCloud.Store;

namespace CrmCloud.Api.Http;

/// <summary>Whether the server can serve now, and if not, why.</summary>
public sealed class Readiness(IDocumentStore stores)
{
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(2);
    private volatile string? _preparing = "starting";

    /// <param name="what">What is still being prepared; null when nothing is.</param>
    public void Preparing(string? what) => _preparing = what;

    /// <returns>Null when ready; else a sentence.</returns>
    public async Task<string?> ReasonAgainstAsync(CancellationToken stop)
    {
        if (_preparing is { } what)
        {
            return what;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(MostWait);
        try
        {
            await stores.CheckAsync(limit.Token);
            return null;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or ObjectDisposedException
            || (failure is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return "the store cannot be read";
        }
    }
}
