using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Decisions;

public sealed class DecisionQueries
{
    /// <summary>Decisions, the newest first.</summary>
    /// <param name="open">True: those without an outcome; false: those with one.</param>
    [Query, RequiresScope(Scope.ObjectivesRead)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public Task<Connection<Decision>> DecisionsAsync(
        Caller caller, CancellationToken stop, bool? open = null, int first = 50, string? after = null) =>
        ListAsync(caller, open is { } only
            ? [new("outcome", only ? Store.Comparison.IsNull : Store.Comparison.IsNotNull)] : [], (first, after), stop);

    internal static async Task<Connection<Decision>> ListAsync(
        Caller caller, IReadOnlyList<Condition> where, (int First, string? After) page, CancellationToken stop)
    {
        var paging = Paging.Of(caller, page.First, page.After, "decisions", where);
        var query = new MergedQuery<Decision>
        {
            Partitions = [""],
            Each = new Query(Container.Master, "", "decision") { OrderBy = "at", Descending = true, Where = where },
            SortValue = decision => SortText.Of(decision.At),
        };
        var found = await BucketMerge.ReadAsync(caller.Store, query, paging.First, paging.After, stop);
        return paging.Answer(
            found.Items, found.HasMore, token => BucketMerge.CountAsync(caller.Store, query, caller.Now, token),
                found.End);
    }

    internal static async Task<Decision?> FindAsync(ITenantStore store, string? localId, CancellationToken stop) =>
        localId is { Length: 32 } ? await store.FindAsync<Decision>(Decision.KeyOf(localId), stop) : null;
}

[ExtendObjectType(typeof(Decision))]
public sealed class DecisionFields
{
    public Task<Objective?> ObjectiveAsync([Parent] Decision decision, Caller caller, CancellationToken stop) =>
        ObjectiveLoading.ByLocalIdAsync(caller.Store, decision.ObjectiveId, stop);

    /// <summary>The alert it answers; null without one, and when it is no longer kept.</summary>
    public Task<Alert?> AlertAsync([Parent] Decision decision, Caller caller, CancellationToken stop) =>
        AlertQueries.FindAsync(caller.Store, decision.AlertId, stop);

    /// <summary>Whether its follow-up day has come and nobody has written down what came of it.</summary>
    public bool FollowUpDue([Parent] Decision decision, Caller caller) =>
        decision is { Outcome: null, FollowUpAt: { } day }
        && caller.Now.ToUnixTimeMilliseconds() >= DayStart(TenantDefinitions.CalendarOf(caller.Tenant), day);

    private static long DayStart(PeriodCalendar calendar, DateOnly day) => calendar.StartOfDay(calendar.DayOf(day));
}

[ExtendObjectType(typeof(Objective))]
public sealed class ObjectiveDecisions
{
    /// <summary>Decisions about it, the newest first.</summary>
    [Cost(2)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public Task<Connection<Decision>> DecisionsAsync(
        [Parent] Objective objective, Caller caller, CancellationToken stop, int first = 20, string? after = null) =>
        DecisionQueries.ListAsync(caller, [new("objectiveId", Store.Comparison.Equal, objective.ObjectiveId)],
            (first, after), stop);
}

[ExtendObjectType(typeof(FigureSnapshot))]
public sealed class SnapshotFields
{
    public Kpi? Kpi([Parent] FigureSnapshot snapshot, Caller caller) =>
        IndicatorCatalog.Find(snapshot.KpiKey) is { } indicator ? new(indicator, caller.Tenant) : null;
}
