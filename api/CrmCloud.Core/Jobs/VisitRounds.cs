using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <param name="Visited">Tenants, each in one mode, that were brought up to date.</param>
/// <param name="Failed">
/// Visits that failed; they are tried again, see <see cref="VisitSchedule.PostponeAsync"/>.
/// </param>
/// <param name="FirstFailure">Of those, the first.</param>
/// <param name="Finished">False when time ran out: who is left stays due, and the next timer goes on.</param>
public sealed record RoundReport(int Visited, int Failed, Exception? FirstFailure, bool Finished);

/// <summary>What timers do: visits of everybody whose time has come. Late and repeated timers do no harm.</summary>
/// <remarks>Hosts that run rounds at the same time share them: each tenant is taken by one.</remarks>
public sealed class VisitRounds(VisitSchedule schedule, VisitDesk desk, TenantDirectory tenants, TimeProvider clock)
{
    /// <summary>Begins no visit later than this after the start; a host ends a run after ten minutes.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromMinutes(7);

    /// <summary>Everybody whose due rows, models or nightly recount are due.</summary>
    public Task<RoundReport> DueAsync(CancellationToken stop) => RunAsync(schedule.DueAsync, stop);

    /// <summary>
    /// Everybody whose local day, and perhaps week, month, quarter or year, has ended since his last visit.
    /// </summary>
    public Task<RoundReport> DayEndedAsync(CancellationToken stop) => RunAsync(schedule.DayEndedAsync, stop);

    /// <summary>
    /// Everybody, whether he is due or not: what no change feed delivered comes in. Core recounts at his night.
    /// </summary>
    public async Task<RoundReport> EverybodyAsync(CancellationToken stop)
    {
        await ReconcileAsync(stop);
        var now = clock.GetUtcNow();
        await foreach (var row in schedule.AllAsync(stop))
        {
            await schedule.WantAsync(row.Whose, now, stop);
        }

        return await DueAsync(stop);
    }

    /// <summary>
    /// Gives every tenant of the directory his place in the schedule, and takes it from those who are gone.
    /// </summary>
    /// <returns>Places made and taken away.</returns>
    public async Task<(int Made, int Removed)> ReconcileAsync(CancellationToken stop)
    {
        var wanted = (await tenants.ListAsync(stop))
            .SelectMany(entry => new TenantMode[] { new(entry.Slug, DataMode.Live), new(entry.Slug, DataMode.Sandbox) })
            .ToHashSet();
        var removed = 0;
        await foreach (var row in schedule.AllAsync(stop))
        {
            // A tenant beyond the listing's bound is asked for by name before he is forgotten.
            if (!wanted.Remove(row.Whose) && await tenants.FindAsync(row.Tenant, stop) is null)
            {
                await schedule.ForgetAsync(row, stop);
                removed++;
            }
        }

        foreach (var missing in wanted)
        {
            await schedule.WantAsync(missing, clock.GetUtcNow(), stop);
        }

        return (wanted.Count, removed);
    }

    private async Task<RoundReport> RunAsync(
        Func<DateTimeOffset, CancellationToken, Task<IReadOnlyList<NextVisit>>> read, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var (seen, round) = (new HashSet<TenantMode>(), new Round());
        while (!round.OutOfTime)
        {
            // Each at most once a round, whatever he asks for and however often he fails.
            var rows = (await read(now, stop)).Where(row => seen.Add(row.Whose)).ToList();
            if (rows.Count == 0)
            {
                break;
            }

            var parallel = new ParallelOptions
            {
                MaxDegreeOfParallelism = VisitDesk.MostAtOnce, CancellationToken = stop,
            };
            await Parallel.ForEachAsync(rows, parallel, async (row, token) =>
            {
                if (clock.GetUtcNow() - now < Budget)
                {
                    await VisitAsync(row, now, round, token);
                }
                else
                {
                    round.OutOfTime = true;
                }
            });
        }

        return new(round.Visited, round.Failed, round.FirstFailure, !round.OutOfTime);
    }

    private async Task VisitAsync(NextVisit row, DateTimeOffset due, Round round, CancellationToken stop)
    {
        try
        {
            if (!await schedule.TryTakeAsync(row, due, stop))
            {
                return;
            }

            await desk.VisitAsync(row.Whose, stop);
            Interlocked.Increment(ref round.Visited);
        }
#pragma warning disable CA1031 // Not swallowed: reported, and one tenant's trouble must not keep the others waiting.
        catch (Exception failure) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Interlocked.Increment(ref round.Failed);
            Interlocked.CompareExchange(ref round.FirstFailure, failure, null);
        }
    }

    private sealed class Round
    {
        public int Visited;
        public int Failed;
        public Exception? FirstFailure;
        public volatile bool OutOfTime;
    }
}
