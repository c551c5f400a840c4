using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives;

/// <summary>What a draft comes to.</summary>
/// <param name="Stretch">Null where indicator, target or deadline is missing.</param>
/// <param name="Target">As understood; null where something is missing.</param>
/// <param name="Due">As understood.</param>
/// <param name="Kpi">As understood.</param>
/// <param name="Problems">Contradictions and impossible values.</param>
public sealed record ObjectiveCheck(
    Measurability Measurability, StretchCheck? Stretch, IReadOnlyList<ObjectiveSuggestion> Suggestions, Kpi? Kpi,
        Baseline? Baseline,
    Target? Target, DateOnly? Due, IReadOnlyList<IUserError> Problems);

public sealed class ObjectiveQueries
{
    /// <summary>
    /// Judge a draft before saving: what is vague and how it could read. An owner is asked for only by
    /// objectiveCreate.
    /// </summary>
    /// <param name="statement">In English, up to 500 characters.</param>
    /// <param name="grain">At which baseline and target are compared.</param>
    /// <param name="segment">Measures its members only.</param>
    [Query, RequiresScope(Scope.ObjectivesRead), Cost(10)]
    public async Task<ObjectiveCheck> ObjectiveCheckAsync(
        string statement, Caller caller, CancellationToken stop, TargetInput? target = null, KpiRef? kpi = null,
            DateOnly? due = null,
        Grain grain = Grain.Month, SegmentRef? segment = null)
    {
        if (statement.Length > 500)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE",
                $"A statement has at most 500 characters; this has {statement.Length}.");
        }

        var question = new DraftQuestion(statement, "") 
        {
            Target = target, Kpi = kpi, Due = due, Grain = grain,
            Segment = await ObjectiveSegments.FindAsync(segment, caller, stop),
        };
        if (segment is not null && question.Segment is null)
        {
            throw new GraphQLRequestException("NOT_FOUND", "No such segment in `segment`.");
        }

        var judged = await ObjectiveJudge.JudgeAsync(question, caller, stop);
        return new(
            judged.Measurability, judged.Stretch, judged.Suggestions, judged.Indicator is { } i
                ? new Kpi(i, caller.Tenant) : null,
            judged.Baseline, judged.Target, judged.Due, judged.Problems);
    }

    /// <summary>One objective; null for an unknown one.</summary>
    [Query, RequiresScope(Scope.ObjectivesRead)]
    public Task<Objective?> ObjectiveAsync(Ref @ref, Caller caller, CancellationToken stop) =>
        ObjectiveLoading.ByRefAsync(caller.Store, @ref, stop);

    /// <summary>Objectives, the newest first.</summary>
    [Query, RequiresScope(Scope.ObjectivesRead), Cost(2)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<Objective>> ObjectivesAsync(
        Caller caller, CancellationToken stop, ObjectiveFilter? filter = null, int first = 50, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "objectives", filter);
        var query = new MergedQuery<Objective>
        {
            Partitions = [""],
            Each = new Query(Container.Master, "", "objective") { OrderBy = "createdAt", Descending = true },
            SortValue = objective => SortText.Of(objective.CreatedAt),
            KeepAsync = filter is null ? null : found => KeepAsync(found, filter, caller, stop),
        };
        var page = await BucketMerge.ReadAsync(caller.Store, query, paging.First, paging.After, stop);
        return paging.Answer(
            page.Items, page.HasMore, token => BucketMerge.CountAsync(caller.Store, query, caller.Now, token),
                page.End);
    }

    /// <summary>Whether the open objectives serve both sides.</summary>
    [Query, RequiresScope(Scope.ObjectivesRead)]
    public async Task<ObjectiveBalance> ObjectiveBalanceAsync(Caller caller, CancellationToken stop) =>
        ObjectiveBalance.Of(await ObjectiveLoading.AllAsync(caller.Store, stop));

    private static async Task<IReadOnlyList<Objective>> KeepAsync(
        IReadOnlyList<Objective> found, ObjectiveFilter filter, Caller caller, CancellationToken stop)
    {
        var calendar = TenantDefinitions.CalendarOf(caller.Tenant);
        var kpi = GlobalId.Local(filter.Kpi, "Kpi");
        var kept = found.Where(o =>
            (filter.Status is null || filter.Status.Contains(o.Status))
            && (filter.Beneficiary is null || filter.Beneficiary.Contains(o.Beneficiary))
            && (filter.Kpi is null || o.KpiKey == kpi)
            && (filter.Segment is null || o.SegmentId == GlobalId.Local(filter.Segment, "Segment"))
            && (filter.OwnerName is null
                || string.Equals(o.OwnerName, filter.OwnerName, StringComparison.OrdinalIgnoreCase))
            && (filter.Due is null || filter.Due.Holds(StatusRules.EndOf(o.Due, calendar), caller.Now))).ToList();
        if (filter.Track is not { } wanted)
        {
            return kept;
        }

        var readings = new ProgressReading(caller.Store, caller.Tenant, caller.Now);
        var result = new List<Objective>();
        foreach (var objective in kept)
        {
            var progress = await readings.ProgressAsync(objective, objective.Grain, stop);
            if (wanted.Contains(progress.Status))
            {
                result.Add(objective);
            }
        }

        return result;
    }
}
