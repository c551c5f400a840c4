using CrmCloud.Core.Audit;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Objectives;

/// <summary>Makes and changes objectives.</summary>
public sealed class ObjectiveMutations
{
    /// <summary>
    /// Makes an objective. One that cannot be measured is refused with VagueObjectiveError: what is missing, and how it
    /// could read. The baseline is measured now and frozen.
    /// </summary>
    [Mutation, RequiresScope(Scope.ObjectivesWrite)]
    public async Task<Outcome<Change<ObjectiveCreatePayload>>> ObjectiveCreateAsync(
        ObjectiveInput input, Caller caller, CancellationToken stop)
    {
        var all = await ObjectiveLoading.AllAsync(caller.Store, stop);
        var segment = await ObjectiveSegments.FindAsync(input.Segment, caller, stop);
        var problems = await BeforeJudgingAsync(input, all, caller, stop);
        if (input.Segment is not null && segment is null)
        {
            problems.Add(Problems.NotFound("segment", "input.segment"));
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        var judged = await ObjectiveJudge.JudgeAsync(QuestionOf(input, segment), caller, stop);
        if (Refusals(judged) is { Count: > 0 } refusals)
        {
            return Outcome<Change<ObjectiveCreatePayload>>.Refuse(refusals);
        }

        var objective = Make(input, judged, caller);
        var balance = BalanceOf(objective, all, caller);
        if (balance.Problem is not null)
        {
            return balance.Problem;
        }

        var change = new Change<ObjectiveCreatePayload>(new(objective with { Version = 1 }))
        {
            Warnings = [.. Warnings(objective, judged), .. balance.Warnings],
            Claims = objective.ExternalId is { } external
                ? [Claim.On(ObjectiveLoading.ExternalClaim, ObjectiveLoading.HashOf(external.Source, external.Id),
                    objective.ObjectiveId)]
                : [],
        };
        return change.With(null, objective);
    }

    /// <summary>
    /// Changes wording, target, deadline, beneficiary, owner or parent of an open objective, with a reason. The
    /// statement
    /// is judged anew; the baseline stays.
    /// </summary>
    [Mutation, RequiresScope(Scope.ObjectivesWrite)]
    public async Task<Outcome<Change<ObjectiveUpdatePayload>>> ObjectiveUpdateAsync(
        ObjectiveUpdateInput input, Caller caller, CancellationToken stop)
    {
        if (await ObjectiveLoading.ByIdAsync(caller.Store, input.Id, stop) is not { } before)
        {
            return ObjectiveProblems.NotFound("input.id");
        }

        if (!before.IsOpen)
        {
            return ObjectiveProblems.WrongState(
                $"The objective is {Problem.PublicName(before.Status)}; only a DRAFT or ACTIVE one can be changed.",
                    "input.id");
        }

        var all = await ObjectiveLoading.AllAsync(caller.Store, stop);
        var parent = input.ParentId.IsSet ? input.ParentId.Value : null;
        if (ParentProblem(before.ObjectiveId, parent, all) is { } problem)
        {
            return problem;
        }

        var segment = await ObjectiveSegments.OfAsync(before, caller, stop);
        var judged = await ObjectiveJudge.JudgeAsync(QuestionOf(input, before, segment), caller, stop);
        if (Refusals(judged) is { Count: > 0 } refusals)
        {
            return Outcome<Change<ObjectiveUpdatePayload>>.Refuse(refusals);
        }

        var after = Apply(input, before, judged, caller);
        var balance = BalanceOf(after, all, caller);
        if (balance.Problem is not null)
        {
            return balance.Problem;
        }

        after = after.Noting(new(caller.Now, ActorOf(caller), before.Status, before.Status, input.Reason.Trim(), null));
        return new Change<ObjectiveUpdatePayload>(new(after with { Version = after.Version + 1 }))
        {
            Warnings = [.. Warnings(after, judged), .. balance.Warnings],
        }.With(before, after);
    }

    /// <summary>
    /// Activates, closes, abandons or reopens an objective, with a reason. The worker sets REACHED or MISSED when the
    /// due
    /// day has passed; by hand it can be done before.
    /// </summary>
    [Mutation, RequiresScope(Scope.ObjectivesWrite)]
    public async Task<Outcome<Change<ObjectiveStatusSetPayload>>> ObjectiveStatusSetAsync(
        ObjectiveStatusInput input, Caller caller, CancellationToken stop)
    {
        if (await ObjectiveLoading.ByIdAsync(caller.Store, input.Id, stop) is not { } before)
        {
            return ObjectiveProblems.NotFound("input.id");
        }

        if (before.Status == input.Status)
        {
            return new Change<ObjectiveStatusSetPayload>(new(before)) { Unchanged = before };
        }

        var series = await KpiSeries.ReadAsync(
            caller.Store, caller.Tenant, (before.Grain, before.SegmentId), caller.Now, stop);
        if (StatusRules.Problem(before, input.Status, series) is { } problem)
        {
            return problem;
        }

        var after = before with { Status = input.Status };
        var balance = BalanceOf(after, await ObjectiveLoading.AllAsync(caller.Store, stop), caller);
        if (balance.Problem is not null)
        {
            return balance.Problem;
        }

        var evidence = StatusRules.Evidence(before, series);
        after = after.Noting(new(caller.Now, ActorOf(caller), before.Status, input.Status, input.Reason.Trim(),
            evidence));
        return new Change<ObjectiveStatusSetPayload>(new(after with { Version = after.Version + 1 }))
        {
            Warnings = [.. StatusRules.Warnings(after, evidence, series.Text), .. balance.Warnings],
        }.With(before, after);
    }

    internal static Actor ActorOf(Caller caller) => new(ActorKind.App, caller.App.AppId, caller.App.Name);

    private static async Task<List<Problem>> BeforeJudgingAsync(
        ObjectiveInput input, IReadOnlyList<Objective> all, Caller caller, CancellationToken stop)
    {
        var problems = new List<Problem>();
        if (all.Count >= Objective.Most)
        {
            problems.Add(Problems.OutOfRange("input", $"A tenant has at most {Objective.Most} objectives."));
        }

        if (input.Status is not (ObjectiveStatus.Draft or ObjectiveStatus.Active))
        {
            problems.Add(Problems.Invalid("input.status", "An objective begins as DRAFT or ACTIVE.",
                ["DRAFT", "ACTIVE"]));
        }

        if (input.ExternalId is { } external
            && await ObjectiveLoading.ByRefAsync(caller.Store, new() { ExternalId = external }, stop) is not null)
        {
            problems.Add(new InvalidInput(UserErrorCode.AlreadyExists, "Another objective has this external id.",
                "input.externalId"));
        }

        if (ParentProblem("", input.ParentId, all) is { } problem)
        {
            problems.Add(problem);
        }

        return problems;
    }

    private static Problem? ParentProblem(string objectiveId, string? parentId, IReadOnlyList<Objective> all)
    {
        if (parentId is null)
        {
            return null;
        }

        var local = GlobalId.Local(parentId, "Objective");
        return all.All(o => o.ObjectiveId != local) ? ObjectiveProblems.NotFound("input.parentId")
            : ObjectiveLoading.IsCycle(objectiveId, local, all) ? ObjectiveProblems.Cycle("input.parentId")
            : null;
    }

    private static DraftQuestion QuestionOf(ObjectiveInput input, SegmentDefinition? segment) =>
        new(input.Statement, "input.")
        {
            Kpi = input.Kpi,
            Segment = segment,
            Target = input.Target,
            Due = input.Due,
            Baseline = input.Baseline,
            OwnerName = input.OwnerName,
            NeedsOwner = true,
            Grain = input.Grain,
        };

    // New wording says it all anew, or the arguments beside it do; without new wording the rest stays as it was.
    private static DraftQuestion QuestionOf(
        ObjectiveUpdateInput input, Objective before, SegmentDefinition? segment)
    {
        var target = new TargetInput(before.Target.Mode, before.Target.Direction, before.Target.Amount,
            before.Target.Upper);
        return new(input.Statement ?? before.Statement, "input.")
        {
            Kpi = new() { Key = before.KpiKey },
            Segment = segment,
            Target = input.Target,
            Due = input.Due,
            Kept = input.Statement is null ? (target, before.Due) : (null, (DateOnly?)null),
            IsSettled = input.Statement is null,
            Frozen = before.Baseline,
            WrittenAt = input.Statement is null ? before.WrittenAt : null,
            OwnerName = input.OwnerName ?? before.OwnerName,
            NeedsOwner = true,
            Grain = before.Grain,
        };
    }

    private static IReadOnlyList<Problem> Refusals(Judgement judged) =>
        judged.Problems.Count > 0 ? judged.Problems
        : judged.Measurability.Accepted ? []
        : [ObjectiveProblems.Vague(judged.Measurability, judged.Suggestions)];

    private static Objective Make(ObjectiveInput input, Judgement judged, Caller caller)
    {
        var objective = new Objective
        {
            ObjectiveId = caller.Ids.Next().ToString("N"),
            ExternalId = input.ExternalId is { } external ? new(external.Source, external.Id) : null,
            Statement = input.Statement.Trim(),
            WrittenAt = caller.Now,
            Beneficiary = input.Beneficiary,
            Status = input.Status,
            OwnerName = input.OwnerName!.Trim(),
            KpiKey = judged.Indicator!.Key,
            SegmentId = judged.SegmentId,
            Grain = input.Grain,
            Baseline = judged.Baseline!,
            Target = judged.Target!,
            Due = judged.Due!.Value,
            Measurability = judged.Measurability,
            Stretch = judged.Stretch!,
            ParentId = GlobalId.Local(input.ParentId, "Objective"),
            CreatedAt = caller.Now,
        };
        return objective.Noting(new(caller.Now, ActorOf(caller), null, input.Status, "Made.",
            StatusRules.Evidence(objective, judged.Series)));
    }

    private static Objective Apply(ObjectiveUpdateInput input, Objective before, Judgement judged, Caller caller) =>
        before with
    {
        Statement = input.Statement?.Trim() ?? before.Statement,
        WrittenAt = input.Statement is null ? before.WrittenAt : caller.Now,
        Beneficiary = input.Beneficiary ?? before.Beneficiary,
        OwnerName = input.OwnerName?.Trim() ?? before.OwnerName,
        Target = judged.Target!,
        Due = judged.Due!.Value,
        Measurability = judged.Measurability,
        Stretch = judged.Stretch!,
        ParentId = input.ParentId.IsSet ? GlobalId.Local(input.ParentId.Value, "Objective") : before.ParentId,
    };

    private static IEnumerable<Warning> Warnings(Objective objective, Judgement judged)
    {
        if (objective.Stretch.Verdict is StretchVerdict.TooEasy or StretchVerdict.Unrealistic)
        {
            var code = objective.Stretch.Verdict == StretchVerdict.TooEasy ? "TARGET_TOO_EASY" : "TARGET_UNREALISTIC";
            yield return new(code, objective.Stretch.Explanation, ["input", "target"]);
        }

        if (TargetRules.IsAgainstBetter(objective.Target, judged.Indicator!))
        {
            yield return new("DIRECTION_AGAINST_BETTER",
                $"{judged.Indicator!.Name} is better when it goes the other way.", ["input", "target", "direction"]);
        }

        if (judged.Measurability.Results.FirstOrDefault(r =>
            r is { Criterion: MeasurabilityCriterion.NoVagueWording, Met: false }) is { } wording)
        {
            yield return new("VAGUE_WORDING", wording.Explanation, ["input", "statement"]);
        }

        if (judged.Series.Freshness.Stale && objective.Baseline.Source == BaselineSource.Measured)
        {
            yield return new("FIGURES_STALE", "Figures were not up to date when the baseline was measured.",
                ["input", "baseline"]);
        }
    }

    // Only a change that leaves the set one-sided is judged; closing the last of one side is nobody's fault here.
    private static (Problem? Problem, IReadOnlyList<Warning> Warnings) BalanceOf(
        Objective changed, IReadOnlyList<Objective> all, Caller caller)
    {
        var balance = ObjectiveBalance.Of([.. all.Where(o => o.ObjectiveId != changed.ObjectiveId), changed]);
        var side = ObjectiveBalance.SideOf(balance.Customer, balance.Organization, balance.Mutual);
        return (side, caller.Tenant.Settings.SingleSidedObjectivesAllowed) switch
        {
            (null, _) or (_, true) => (null, []),
            (_, false) when changed.Status == ObjectiveStatus.Active => (ObjectiveProblems.OneSided(side.Value), []),
            _ => (null, [ObjectiveProblems.OneSidedWarning(side.Value)]),
        };
    }
}
