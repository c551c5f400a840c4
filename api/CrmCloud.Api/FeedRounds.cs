using CrmCloud.Api.Logging;
using CrmCloud.Core.Jobs;

namespace CrmCloud.Api;

/// <summary>
/// The timers beside <see cref="FeedWorkers"/>: visits of those for whom time alone changed something, who asked for
/// one, or whose visit failed. All processes run them; each tenant is taken by one.
/// </summary>
internal sealed class FeedRounds(VisitRounds rounds, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DayEndedEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromHours(1);

    private DateTimeOffset _reconcileAt = DateTimeOffset.MinValue;
    private DateTimeOffset _dayEndedAt = DateTimeOffset.MinValue;

    /// <summary>Until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await TryRoundAsync(stop);
            await Task.Delay(LookEvery, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TryRoundAsync(CancellationToken stop)
    {
        try
        {
            await RoundAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop. Who was taken and not visited is due again in some minutes.
        }
#pragma warning disable CA1031 // The edge: the next round comes in two seconds.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            log.RoundFailed(failure);
        }
    }

    private async Task RoundAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (now >= _reconcileAt)
        {
            await rounds.ReconcileAsync(stop);
            _reconcileAt = now + ReconcileEvery;
        }

        if (now >= _dayEndedAt)
        {
            // Every tenant once a day, so also a change that no feed delivered comes in.
            Report(await rounds.DayEndedAsync(stop));
            _dayEndedAt = now + DayEndedEvery;
        }

        Report(await rounds.DueAsync(stop));
    }

    private void Report(RoundReport round)
    {
        if (round.FirstFailure is { } failure)
        {
            log.RoundFailed(failure);
        }
    }
}
