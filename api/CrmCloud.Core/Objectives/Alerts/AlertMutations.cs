using CrmCloud.Core.Kpis;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Alerts;

public sealed class AlertMutations
{
    private static readonly TimeSpan LongestCooldown = TimeSpan.FromDays(366);

    /// <summary>
    /// Makes or changes a rule. The worker looks at it at once, whenever figures change, and when its time comes.
    /// </summary>
    [Mutation, RequiresScope(Scope.ObjectivesWrite)]
    public async Task<Outcome<Change<AlertRuleSetPayload>>> AlertRuleSetAsync(
        AlertRuleInput input, Caller caller, CancellationToken stop)
    {
        var before = input.Id is null ? null
            : await AlertQueries.FindRuleAsync(caller.Store, GlobalId.Local(input.Id, "AlertRule"), stop);
        if (input.Id is not null && before is null)
        {
            return Problems.NotFound("alert rule", "input.id");
        }

        var objective = await ObjectiveLoading.ByIdAsync(caller.Store, input.WatchesId, stop);
        var isKpi = GlobalId.Local(input.WatchesId, "Kpi") is { } key && IndicatorCatalog.Find(key) is not null;
        var problems = Check(input, isKpi, objective);
        if (before is null && (await AlertQueries.AllRulesAsync(caller.Store, stop)).Count >= AlertRule.Most)
        {
            problems.Add(Problems.OutOfRange("input", $"A tenant has at most {AlertRule.Most} alert rules."));
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        var after = Apply(input, before, objective, caller);
        return before is not null
            && DocumentJson.Write(before).AsSpan().SequenceEqual(
                DocumentJson.Write(after with { UpdatedAt = before.UpdatedAt }))
            ? new Change<AlertRuleSetPayload>(new(before)) { Unchanged = before }
            : new Change<AlertRuleSetPayload>(new(after with { Version = after.Version + 1 })).With(before, after);
    }

    /// <summary>Deletes a rule. An alert that is open is resolved by the worker; past ones stay readable.</summary>
    [Mutation, RequiresScope(Scope.ObjectivesWrite)]
    public async Task<Outcome<Change<AlertRuleDeletePayload>>> AlertRuleDeleteAsync(IdInput input, Caller caller,
        CancellationToken stop) =>
        await AlertQueries.FindRuleAsync(caller.Store, GlobalId.Local(input.Id, "AlertRule"), stop) is { } rule
            ? new Change<AlertRuleDeletePayload>(new(rule.Id)).With(rule, null)
            : Problems.NotFound("alert rule", "input.id");

    /// <summary>Says that somebody has seen an alert.</summary>
    [Mutation, RequiresScope(Scope.ObjectivesWrite)]
    public async Task<Outcome<Change<AlertAcknowledgePayload>>> AlertAcknowledgeAsync(IdInput input, Caller caller,
        CancellationToken stop)
    {
        if (await AlertQueries.FindAsync(caller.Store, GlobalId.Local(input.Id, "Alert"), stop) is not { } before)
        {
            return Problems.NotFound("alert", "input.id");
        }

        if (before.Status == AlertStatus.Resolved)
        {
            return ObjectiveProblems.WrongState("The alert is resolved; there is nothing to acknowledge.", "input.id");
        }

        if (before.Status == AlertStatus.Acknowledged)
        {
            return new Change<AlertAcknowledgePayload>(new(before)) { Unchanged = before };
        }

        var after = before with
        {
            Status = AlertStatus.Acknowledged,
            AcknowledgedBy = ObjectiveMutations.ActorOf(caller),
            AcknowledgedAt = caller.Now,
        };
        return new Change<AlertAcknowledgePayload>(new(after with { Version = after.Version + 1 })).With(before, after);
    }

    private static AlertRule Apply(AlertRuleInput input, AlertRule? before, Objective? objective, Caller caller) =>
        new()
    {
        RuleId = before?.RuleId ?? caller.Ids.Next().ToString("N"),
        Name = input.Name.Trim(),
        WatchesId = input.WatchesId,
        Condition = new(input.Condition.Kind, input.Condition.Threshold, input.Condition.Percent,
            input.Condition.Periods),
        Grain = objective?.Grain ?? input.Grain ?? before?.Grain ?? Grain.Month,
        MinimumSample = input.MinimumSample,
        Cooldown = input.Cooldown,
        Enabled = input.Enabled ?? before?.Enabled ?? true,
        Version = before?.Version ?? 0,
        CreatedAt = before?.CreatedAt ?? caller.Now,
        UpdatedAt = caller.Now,
    };

    private static List<Problem> Check(AlertRuleInput input, bool isKpi, Objective? objective)
    {
        var problems = new List<Problem>();
        var condition = input.Condition;
        if (!isKpi && objective is null)
        {
            problems.Add(Problems.NotFound("indicator or objective", "input.watchesId"));
        }
        else if (condition.Kind is AlertKind.OffTrack or AlertKind.Undecided && objective is null)
        {
            problems.Add(Problems.Invalid("input.watchesId",
                $"{Problem.PublicName(condition.Kind)} watches an objective."));
        }

        if (input.Cooldown < TimeSpan.Zero || input.Cooldown > LongestCooldown)
        {
            problems.Add(Problems.OutOfRange("input.cooldown", "Up to P366D."));
        }

        var problem = condition.Kind switch
        {
            not AlertKind.ChangedBy when condition.Percent is not null => Problems.Invalid(
                "input.condition.percent", "Only CHANGED_BY takes percent; the others compare with threshold."),
            AlertKind.Below or AlertKind.Above when condition.Threshold is null =>
                Problems.Required("input.condition.threshold"),
            AlertKind.ChangedBy when condition.Percent is null => Problems.Required("input.condition.percent"),
            AlertKind.ChangedBy when condition.Percent is <= 0 or > 1_000_000 =>
                Problems.OutOfRange("input.condition.percent", "Above 0."),
            AlertKind.Stale when condition.Threshold is < 1 or > 527_040 =>
                Problems.OutOfRange("input.condition.threshold", "From 1 to 527040 minutes."),
            AlertKind.Undecided when condition.Threshold is < 0 or > 366 =>
                Problems.OutOfRange("input.condition.threshold", "From 0 to 366 days."),
            _ => null,
        };
        return problem is null ? problems : [.. problems, problem];
    }
}
