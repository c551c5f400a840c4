namespace CrmCloud.Store.Cosmos;

/// <summary>What one operation may still spend on trying again: a number of attempts and a time.</summary>
internal sealed class RetryBudget(CosmosStoreOptions options, TimeProvider clock)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private readonly long _started = clock.GetTimestamp();
    private int _attempts = 1;

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="asked">What the store asked for; honoured, never shortened.</param>
    /// <param name="why">Ends the message when nothing is left.</param>
    /// <exception cref="StoreUnavailableException">The wait would not fit into what is left.</exception>
    public async Task WaitAsync(TimeSpan? asked, string why, CancellationToken stop)
    {
        var wait = asked ?? FirstWait * Math.Min(1 << Math.Min(_attempts - 1, 10), LongestWait / FirstWait);
        if (++_attempts > options.MaxAttempts || clock.GetElapsedTime(_started) + wait > options.RetryBudget)
        {
            throw new StoreUnavailableException($"Cosmos DB was tried {_attempts - 1} times; {why}");
        }

        await Task.Delay(wait, clock, stop);
    }

    /// <summary>Counts an attempt that may follow at once.</summary>
    /// <inheritdoc cref="WaitAsync"/>
    public Task AgainAsync(string why, CancellationToken stop) => WaitAsync(TimeSpan.Zero, why, stop);
}
