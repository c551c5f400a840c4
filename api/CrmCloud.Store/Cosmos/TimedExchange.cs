namespace CrmCloud.Store.Cosmos;

/// <summary>
/// Ends every exchange with the account in time, up to the last byte of its answer: also those that the client makes by
/// itself, such as for leases, partitions and the account, and would wait for much longer.
/// </summary>
/// <remarks>What came too late is thrown as a cancellation, which the client takes for a timeout.</remarks>
internal sealed class TimedExchange(TimeSpan limit, TimeProvider clock, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var response = await base.SendAsync(request, either.Token);
        try
        {
            await response.Content.LoadIntoBufferAsync(either.Token);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
