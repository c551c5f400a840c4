using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Objectives.Decisions;

public sealed class DecisionMutations
{
    /// <summary>Records a decision with the figures it rests on, as they are now.</summary>
    [Mutation, RequiresScope(Scope.ObjectivesWrite)]
    public async Task<Outcome<Change<DecisionRecordPayload>>> DecisionRecordAsync(
        DecisionInput input, Caller caller, CancellationToken stop)
    {
        var problems = TextAndDay(input, caller);
        var objective = await ObjectiveLoading.ByIdAsync(caller.Store, input.ObjectiveId, stop);
        if (input.ObjectiveId is not null && objective is null)
        {
            problems.Add(ObjectiveProblems.NotFound("input.objectiveId"));
        }

        var alert = await AlertQueries.FindAsync(caller.Store, GlobalId.Local(input.AlertId, "Alert"), stop);
        if (input.AlertId is not null && alert is null)
        {
            problems.Add(Problems.NotFound("alert", "input.alertId"));
        }

        var keys = (input.KpiIds ?? []).Select(id => GlobalId.Local(id, "Kpi") ?? "").ToList();
        if (keys.Any(key => IndicatorCatalog.Find(key) is null))
        {
            problems.Add(Problems.NotFound("indicator", "input.kpiIds"));
        }

        if (objective is null && alert is null && keys.Count == 0 && problems.Count == 0)
        {
            problems.Add(new InvalidInput(UserErrorCode.Required,
                "A decision rests on figures: name an objective, an alert or indicators.", "input.objectiveId"));
        }

        return problems.Count > 0 ? problems : await RecordAsync(input, (objective, alert, keys), caller, stop);
    }

    /// <summary>
    /// Writes down what came of a decision, once, which closes it. The same again changes nothing; another one is
    /// refused, since the first is what was known then: record a new decision to say more.
    /// </summary>
    [Mutation, RequiresScope(Scope.ObjectivesWrite)]
    public async Task<Outcome<Change<DecisionOutcomeRecordPayload>>> DecisionOutcomeRecordAsync(
        DecisionOutcomeInput input, Caller caller, CancellationToken stop)
    {
        if (await DecisionQueries.FindAsync(caller.Store, GlobalId.Local(input.Id, "Decision"), stop) is not { } before)
        {
            return Problems.NotFound("decision", "input.id");
        }

        if (string.IsNullOrWhiteSpace(input.Outcome))
        {
            return Problems.Required("input.outcome");
        }

        if (before.Outcome == input.Outcome.Trim())
        {
            return new Change<DecisionOutcomeRecordPayload>(new(before)) { Unchanged = before };
        }

        if (before.Outcome is not null)
        {
            return ObjectiveProblems.WrongState(
                $"Its outcome was recorded at {before.OutcomeAt:u}; that stays. Record a new decision to say more.",
                "input.outcome");
        }

        var after = before with { Outcome = input.Outcome.Trim(), OutcomeAt = caller.Now, UpdatedAt = caller.Now };
        return new Change<DecisionOutcomeRecordPayload>(new(after with { Version = after.Version + 1 })).With(before,
            after);
    }

    private static List<Problem> TextAndDay(DecisionInput input, Caller caller)
    {
        var problems = new List<Problem>();
        if (string.IsNullOrWhiteSpace(input.Text))
        {
            problems.Add(Problems.Required("input.text"));
        }

        var calendar = TenantDefinitions.CalendarOf(caller.Tenant);
        var today = PeriodCalendar.DateOf(calendar.DayOf(caller.Now.ToUnixTimeMilliseconds()));
        if (input.FollowUpAt < today)
        {
            problems.Add(Problems.OutOfRange("input.followUpAt", $"Today, {today:yyyy-MM-dd}, or later."));
        }

        return problems;
    }

    private static async Task<Outcome<Change<DecisionRecordPayload>>> RecordAsync(
        DecisionInput input, (Objective? Objective, Alert? Alert, List<string> Keys) on, Caller caller,
            CancellationToken stop)
    {
        var reading = new ProgressReading(caller.Store, caller.Tenant, caller.Now);
        var watched = on.Objective ?? await ObjectiveLoading.ByLocalIdAsync(caller.Store, on.Alert?.ObjectiveId, stop);
        var wanted = on.Keys.Select(key => (Key: key, Grain: Grain.Month, SegmentId: (string?)null)).ToList();
        if (on.Objective is { } objective)
        {
            wanted.Insert(0, (objective.KpiKey, objective.Grain, objective.SegmentId));
        }

        if (on.Alert is { KpiKey: { } kpi } alert)
        {
            wanted.Insert(0, (kpi, alert.Grain, watched?.SegmentId));
        }

        var basis = new List<FigureSnapshot>();
        foreach (var (key, grain, segmentId) in wanted.Distinct())
        {
            var series = await reading.SeriesAsync(grain, stop, segmentId);
            if (series.LastComplete(IndicatorCatalog.Find(key)!) is { } value)
            {
                basis.Add(series.Snapshot(value));
            }
        }

        var decision = new Decision
        {
            DecisionId = caller.Ids.Next().ToString("N"),
            At = caller.Now,
            UpdatedAt = caller.Now,
            By = ObjectiveMutations.ActorOf(caller),
            Text = input.Text.Trim(),
            Basis = basis,
            ObjectiveId = on.Objective?.ObjectiveId ?? on.Alert?.ObjectiveId,
            AlertId = on.Alert?.AlertId,
            FollowUpAt = input.FollowUpAt,
        };
        return new Change<DecisionRecordPayload>(new(decision with { Version = 1 })).With(null, decision);
    }
}
