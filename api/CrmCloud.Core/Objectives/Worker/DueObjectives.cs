using CrmCloud.Core.Audit;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Worker;

/// <summary>Sets REACHED or MISSED when the due day has passed, with the figure that decided.</summary>
internal sealed class DueObjectives(
    ITenantStore store, ProgressReading reading, VisitTroubles troubles, DateTimeOffset now)
{
    /// <summary>How long stale figures are waited for, then judged as they are.</summary>
    private static readonly TimeSpan PatienceWithStale = TimeSpan.FromDays(1);

    /// <summary>How long a figure that is not recorded yet is waited for.</summary>
    private static readonly TimeSpan PatienceWithUnknown = TimeSpan.FromDays(7);

    private static readonly Actor Worker = new(ActorKind.SystemJob, null, "objectives");

    /// <returns>How many were closed, and when the next deadline ends.</returns>
    public async Task<(int Closed, DateTimeOffset? Next)> CloseAsync(IReadOnlyList<Objective> objectives,
        CancellationToken stop)
    {
        var closed = 0;
        DateTimeOffset? next = null;
        foreach (var objective in objectives)
        {
            var (isClosed, end) = await troubles.LookAsync(objective, () => LookAsync(objective, stop), stop);
            closed += isClosed ? 1 : 0;
            next = ObjectiveVisit.Earlier(next, end);
        }

        return (closed, next);
    }

    private async Task<(bool Closed, DateTimeOffset? End)> LookAsync(Objective objective, CancellationToken stop)
    {
        var series = await reading.SeriesAsync(objective, objective.Grain, stop);
        var end = StatusRules.EndOf(objective.Due, series.Calendar);
        if (now < end)
        {
            return (false, end);
        }

        var saved = Judge(objective, series, now - end) is { } decided
            && await TrySaveAsync(objective, decided, stop);
        return (saved, null);
    }

    /// <returns>Null while it is worth waiting.</returns>
    private static Objective? Judge(Objective objective, KpiSeries series, TimeSpan late)
    {
        var indicator = IndicatorCatalog.Find(objective.KpiKey)!;
        var path = ObjectivePath.Of(objective, indicator, series);
        var last = series.At(indicator, path.Deciding.Index);
        if ((series.Freshness.Stale && late < PatienceWithStale) || (last?.Value is null && late < PatienceWithUnknown))
        {
            return null;
        }

        var deciding = objective.Target.Direction == Direction.Hold ? FirstOutside(objective, indicator, series, path)
            ?? last : last;
        var reached = deciding?.Value is { } value && TargetRules.IsReached(objective.Target, value);
        var status = reached ? ObjectiveStatus.Reached : ObjectiveStatus.Missed;
        var evidence = deciding is null ? null : series.Snapshot(deciding);
        return (objective with { Status = status }).Noting(
            new(series.Now, Worker, objective.Status, status, Reason(objective, deciding, series.Text), evidence));
    }

    // A band holds for every period on the way, not for the last one alone.
    private static IndicatorValue? FirstOutside(Objective objective, Indicator indicator, KpiSeries series,
        ObjectivePath path)
    {
        var first = series.Calendar.PeriodOf(series.Grain, objective.Baseline.At) + 1;
        return Enumerable.Range(first, Math.Max(0, path.Deciding.Index - first + 1))
            .Select(period => series.At(indicator, period))
            .FirstOrDefault(v => v?.Value is { } value && !TargetRules.IsReached(objective.Target, value));
    }

    private static string Reason(Objective objective, IndicatorValue? deciding, FigureText text) =>
        deciding?.Value is { } value
        ? $"The due day has passed: {deciding.Indicator.Name} was {text.Of(value, objective.Target.Unit)} in "
            + $"{deciding.Period.Label}, the target {text.Of(objective.Target)}."
        : "The due day has passed and no figure was recorded for the period that decides.";

    private async Task<bool> TrySaveAsync(Objective before, Objective after, CancellationToken stop)
    {
        var entry = new AuditEntry
        {
            Container = Container.Master,
            Partition = "",
            EntryId = AuditEntry.NewId(now),
            At = now,
            Actor = Worker,
            Operation = "objectiveDue",
            TargetId = after.Id,
            Changes = DocumentDiff.Of([new Edit(before, after)]),
            RequestId = $"objective-{before.ObjectiveId}",
        };
        try
        {
            await store.SaveAsync(Batch.Of(after, entry), stop);
            return true;
        }
        catch (VersionConflictException)
        {
            // Somebody changed it at this moment; the next visit judges what he made of it.
            return false;
        }
    }
}
