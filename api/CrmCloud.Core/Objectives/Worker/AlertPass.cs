using System.Globalization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Decisions;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Worker;

/// <summary>
/// Looks at every rule once: raises one alert an episode, resolves it when the condition clears. State and alert are
/// saved in one batch with versions, so a repeat after a crash finds either both or neither.
/// </summary>
internal sealed class AlertPass(
    ITenantStore store, ProgressReading reading, VisitTroubles troubles, DateTimeOffset now)
{
    /// <returns>How many alerts were raised or resolved, and when time alone may change a verdict.</returns>
    public async Task<(int Changed, DateTimeOffset? LookAt)> RunAsync(
        IReadOnlyList<AlertRule> rules, IReadOnlyList<AlertState> states, CancellationToken stop)
    {
        var byRule = states.ToDictionary(s => s.RuleId, StringComparer.Ordinal);
        var changed = 0;
        DateTimeOffset? lookAt = null;
        foreach (var rule in rules)
        {
            var state = byRule.GetValueOrDefault(rule.RuleId) ?? new AlertState { RuleId = rule.RuleId };
            var (did, next) = await troubles.LookAsync(rule, () => LookAsync(rule, state, stop), stop);
            changed += did ? 1 : 0;
            lookAt = next > now ? ObjectiveVisit.Earlier(lookAt, next) : lookAt;
        }

        foreach (var orphan in states.Where(s => rules.All(r => r.RuleId != s.RuleId)))
        {
            changed += await ForgetAsync(orphan, stop) ? 1 : 0;
        }

        return (changed, lookAt);
    }

    private async Task<(bool Changed, DateTimeOffset? LookAt)> LookAsync(AlertRule rule, AlertState state,
        CancellationToken stop)
    {
        if (!rule.Enabled)
        {
            return (state.OpenAlertId is not null && await TryResolveAsync(state, stop), null);
        }

        var objective = await ObjectiveLoading.ByIdAsync(store, rule.WatchesId, stop);
        if (IndicatorCatalog.Find(objective?.KpiKey ?? GlobalId.Local(rule.WatchesId, "Kpi")
            ?? "") is not { } indicator)
        {
            return (false, null);
        }

        var series = objective is null ? await reading.SeriesAsync(rule.Grain, stop)
            : await reading.SeriesAsync(objective, rule.Grain, stop);
        state = await NoteStalenessAsync(rule, state, series, stop);
        var verdict = await VerdictAsync(rule, (indicator, objective), series, state, stop);
        var cooled = state.LastRaisedAt is not { } last || now >= last + rule.Cooldown;
        return (verdict.Holds, state.OpenAlertId) switch
        {
            (true, null) when cooled => (await TryRaiseAsync(rule, state, verdict, (indicator, objective), stop),
                verdict.LookAt),
            (true, null) => (false, state.LastRaisedAt + rule.Cooldown),
            (false, not null) => (await TryResolveAsync(state, stop), verdict.LookAt),
            _ => (false, verdict.LookAt),
        };
    }

    private async Task<AlertVerdict> VerdictAsync(
        AlertRule rule, (Indicator Indicator, Objective? Objective) watched, KpiSeries series, AlertState state,
            CancellationToken stop) =>
        (rule.Condition.Kind, watched.Objective) switch
        {
            (AlertKind.Stale, _) => AlertConditions.OfStaleness(rule, series, state.StaleSince),
            (AlertKind.OffTrack, { } objective) =>
                AlertConditions.OfTrack(
                    objective, await reading.ProgressAsync(objective, objective.Grain, stop), series.Text),
            (AlertKind.Undecided, { } objective) => AlertConditions.OfUndecided(
                rule, objective, watched.Indicator, series, await DecidedAtAsync(objective, stop)),
            (AlertKind.OffTrack or AlertKind.Undecided, null) => new(false, null, "The objective is gone."),
            _ => AlertConditions.OfValue(rule, watched.Indicator, series),
        };

    private async Task<DateTimeOffset?> DecidedAtAsync(Objective objective, CancellationToken stop)
    {
        var query = new Query(Container.Master, "", "decision")
        {
            OrderBy = "at",
            Descending = true,
            Where = [new("objectiveId", Store.Comparison.Equal, objective.ObjectiveId)],
            Take = 1,
        };
        var found = await store.QueryAsync<Decision>(query, stop);
        return found.Items.Count > 0 ? found.Items[0].At : null;
    }

    private async Task<AlertState> NoteStalenessAsync(AlertRule rule, AlertState state, KpiSeries series,
        CancellationToken stop)
    {
        if (rule.Condition.Kind != AlertKind.Stale || series.Freshness.Stale == state.StaleSince is not null)
        {
            return state;
        }

        var noted = state with { StaleSince = series.Freshness.Stale ? now : null };
        return await TrySaveAsync(noted, stop) ? noted with { Version = noted.Version + 1 } : state;
    }

    // Of a rule that was deleted: its alert is over, and nothing will ask for its state again.
    private async Task<bool> ForgetAsync(AlertState orphan, CancellationToken stop)
    {
        if (orphan.OpenAlertId is null)
        {
            await store.DeleteIfUnchangedAsync(orphan, stop);
            return false;
        }

        return await TryResolveAsync(orphan, stop);
    }

    private Task<bool> TryRaiseAsync(
        AlertRule rule, AlertState state, AlertVerdict verdict, (Indicator Indicator, Objective? Objective) watched,
            CancellationToken stop)
    {
        var episode = state.Episode + 1;
        var alert = new Alert
        {
            AlertId = string.Create(CultureInfo.InvariantCulture, $"{rule.RuleId}-{episode:D6}"),
            RuleId = rule.RuleId,
            RuleName = rule.Name,
            Kind = rule.Condition.Kind,
            KpiKey = watched.Indicator.Key,
            ObjectiveId = watched.Objective?.ObjectiveId,
            Grain = rule.Grain,
            RaisedAt = now,
            Value = verdict.Value,
            Message = verdict.Message,
            Status = AlertStatus.Open,
        };
        return TrySaveAsync(state with { Episode = episode, OpenAlertId = alert.AlertId, LastRaisedAt = now }, stop,
            alert);
    }

    private async Task<bool> TryResolveAsync(AlertState state, CancellationToken stop)
    {
        var alert = await store.FindAsync<Alert>(Alert.KeyOf(state.OpenAlertId!), stop);
        var after = state with { OpenAlertId = null };
        return alert is null
            ? await TrySaveAsync(after, stop)
            : await TrySaveAsync(after, stop, alert with { Status = AlertStatus.Resolved, ResolvedAt = now });
    }

    private async Task<bool> TrySaveAsync(AlertState state, CancellationToken stop,
        params IEnumerable<IDocument> others)
    {
        try
        {
            await store.SaveAsync(Batch.Of([state, .. others]), stop);
            return true;
        }
        catch (VersionConflictException)
        {
            // Acknowledged at this moment, or another worker was faster; the next visit sees what is there.
            return false;
        }
    }
}
