namespace CrmCloud.Store.Cosmos;

/// <summary>What one operation may still spend on trying again: a number of attempts and a time.</summary>
internal sealed class RetryBudget
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly CosmosStoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly long _started;
    private int _attempts = 1;

    public RetryBudget(CosmosStoreOptions options, TimeProvider clock)
        : this(options, clock, clock.GetTimestamp())
    {
    }

    private RetryBudget(CosmosStoreOptions options, TimeProvider clock, long started) =>
        (_options, _clock, _started) = (options, clock, started);

    /// <summary>How long the attempt that begins now may last, so that the whole operation ends in time.</summary>
    public TimeSpan AttemptLimit
    {
        get
        {
            var left = _options.RetryBudget - _clock.GetElapsedTime(_started);
            return left < Least ? Least : left < _options.AttemptTimeout ? left : _options.AttemptTimeout;
        }
    }

    /// <summary>For one of several calls that an operation makes: attempts of its own, the operation's time.</summary>
    public RetryBudget Part() => new(_options, _clock, _started);

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="asked">What the store asked for; honoured, never shortened.</param>
    /// <param name="why">Ends the message when nothing is left.</param>
    /// <exception cref="StoreUnavailableException">The wait would not fit into what is left.</exception>
    public async Task WaitAsync(TimeSpan? asked, string why, CancellationToken stop)
    {
        var wait = asked ?? FirstWait * Math.Min(1 << Math.Min(_attempts - 1, 10), LongestWait / FirstWait);
        if (++_attempts > _options.MaxAttempts || _clock.GetElapsedTime(_started) + wait >= _options.RetryBudget)
        {
            throw new StoreUnavailableException($"Cosmos DB was tried {_attempts - 1} times; {why}");
        }

        await Task.Delay(wait, _clock, stop);
    }

    /// <summary>Counts an attempt that may follow at once.</summary>
    /// <inheritdoc cref="WaitAsync"/>
    public Task AgainAsync(string why, CancellationToken stop) => WaitAsync(TimeSpan.Zero, why, stop);
}
