using CrmCloud.Core.Lists;
using CrmCloud.Core.Objectives.Decisions;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Schema;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Alerts;

public sealed class AlertQueries
{
    /// <summary>Every rule. At most 200.</summary>
    [Query, RequiresScope(Scope.ObjectivesRead), ListSize(AssumedSize = 20)]
    public Task<IReadOnlyList<AlertRule>> AlertRulesAsync(Caller caller, CancellationToken stop) =>
        AllRulesAsync(caller.Store, stop);

    /// <summary>Alerts, the newest first.</summary>
    [Query, RequiresScope(Scope.ObjectivesRead)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<Alert>> AlertsAsync(
        Caller caller, CancellationToken stop, IReadOnlyList<AlertStatus>? status = null, int first = 50,
            string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "alerts", status);
        var query = new MergedQuery<Alert>
        {
            Partitions = [""],
            Each = new Query(Container.Figures, "", "alert")
            {
                OrderBy = "raisedAt",
                Descending = true,
                Where = status is null ? [] : [new("status", Comparison.In, status.Select(s => s.ToString()).ToList())],
            },
            SortValue = alert => SortText.Of(alert.RaisedAt),
        };
        var page = await BucketMerge.ReadAsync(caller.Store, query, paging.First, paging.After, stop);
        return paging.Answer(
            page.Items, page.HasMore, token => BucketMerge.CountAsync(caller.Store, query, caller.Now, token),
                page.End);
    }

    internal static async Task<Alert?> FindAsync(ITenantStore store, string? localId, CancellationToken stop) =>
        localId is { Length: > 33 and < 60 } ? await store.FindAsync<Alert>(Alert.KeyOf(localId), stop) : null;

    internal static async Task<AlertRule?> FindRuleAsync(ITenantStore store, string? localId, CancellationToken stop) =>
        localId is { Length: 32 } ? await store.FindAsync<AlertRule>(AlertRule.KeyOf(localId), stop) : null;

    internal static async Task<IReadOnlyList<AlertRule>> AllRulesAsync(ITenantStore store, CancellationToken stop) =>
        (await store.QueryAsync<AlertRule>(new(Container.Master, "", "alertrule") { Take = AlertRule.Most },
            stop)).Items;
}

[ExtendObjectType(typeof(AlertRule))]
public sealed class AlertRuleFields(NodeQueries nodes)
{
    /// <summary>The indicator or objective.</summary>
    public Task<INode?> WatchesAsync([Parent] AlertRule rule, Caller caller, CancellationToken stop) =>
        nodes.NodeAsync(rule.WatchesId, caller, stop);
}

[ExtendObjectType(typeof(Alert))]
public sealed class AlertFields
{
    /// <summary>Null when it was deleted since.</summary>
    public Task<AlertRule?> RuleAsync([Parent] Alert alert, Caller caller, CancellationToken stop) =>
        AlertQueries.FindRuleAsync(caller.Store, alert.RuleId, stop);

    public Task<Objective?> ObjectiveAsync([Parent] Alert alert, Caller caller, CancellationToken stop) =>
        ObjectiveLoading.ByLocalIdAsync(caller.Store, alert.ObjectiveId, stop);

    /// <summary>The newest decision about it; null while there is none.</summary>
    [Cost(2)]
    public async Task<Decision?> DecisionAsync([Parent] Alert alert, Caller caller, CancellationToken stop)
    {
        var query = new Query(Container.Master, "", "decision")
        {
            OrderBy = "at",
            Descending = true,
            Where = [new("alertId", Comparison.Equal, alert.AlertId)],
            Take = 1,
        };
        var found = await caller.Store.QueryAsync<Decision>(query, stop);
        return found.Items.Count > 0 ? found.Items[0] : null;
    }
}
