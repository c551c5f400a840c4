using CrmCloud.Core.Audit;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Objectives;

/// <summary>Fields of an objective that come from elsewhere; a list of them reads each grain's figures once.</summary>
[ExtendObjectType(typeof(Objective))]
public sealed class ObjectiveFields(AuditQueries audit)
{
    public Kpi Kpi([Parent] Objective objective, Caller caller) =>
        new(IndicatorCatalog.Find(objective.KpiKey)!, caller.Tenant);

    [Cost(1)]
    public Task<Objective?> ParentAsync([Parent] Objective objective, Caller caller, CancellationToken stop) =>
        ObjectiveLoading.ByLocalIdAsync(caller.Store, objective.ParentId, stop);

    /// <summary>Those that stand right under it.</summary>
    [BatchResolver, Cost(2)]
    [ListSize(AssumedSize = 10)]
    public async Task<IReadOnlyList<IReadOnlyList<Objective>>> ChildrenAsync(
        [Parent] IReadOnlyList<Objective> objectives, Caller caller, CancellationToken stop)
    {
        var children = (await ObjectiveLoading.AllAsync(caller.Store, stop)).ToLookup(o => o.ParentId);
        return [.. objectives.Select(o => (IReadOnlyList<Objective>)[.. children[o.ObjectiveId]])];
    }

    /// <summary>Daily, weekly, monthly and yearly views from the same data.</summary>
    /// <param name="grain">The objective's own where left out.</param>
    [BatchResolver, Cost(1)]
    public async Task<IReadOnlyList<Progress>> ProgressAsync(
        [Parent] IReadOnlyList<Objective> objectives, Caller caller, CancellationToken stop, Grain? grain = null)
    {
        var reading = new ProgressReading(caller.Store, caller.Tenant, caller.Now);
        var all = new List<Progress>();
        foreach (var objective in objectives)
        {
            all.Add(await reading.ProgressAsync(objective, grain ?? objective.Grain, stop));
        }

        return all;
    }

    /// <summary>Value, path and status of every period; those to come have the path alone.</summary>
    /// <param name="range">Local days; every period that overlaps them is answered whole. At most 1,200
    /// periods.</param>
    [Cost(5)]
    [ListSize(AssumedSize = 50)]
    public Task<IReadOnlyList<ProgressPoint>> ProgressSeriesAsync(
        [Parent] Objective objective, Grain grain, DateRangeInput range, Caller caller, CancellationToken stop) =>
        new ProgressReading(caller.Store, caller.Tenant, caller.Now).PointsAsync(objective, grain, range, stop);

    /// <summary>
    /// Where the indicator will stand in the period that decides, at the objective's own grain, if it goes on as it
    /// did; the same whatever grain progress is read at.
    /// </summary>
    [BatchResolver, Cost(3)]
    public async Task<IReadOnlyList<Forecast>> ForecastAsync(
        [Parent] IReadOnlyList<Objective> objectives, Caller caller, CancellationToken stop)
    {
        var reading = new ProgressReading(caller.Store, caller.Tenant, caller.Now);
        var all = new List<Forecast>();
        foreach (var objective in objectives)
        {
            all.Add(await reading.ForecastAsync(objective, stop));
        }

        return all;
    }

    /// <summary>Every change, from the audit trail, newest first.</summary>
    [RequiresScope(Scope.AuditRead), Cost(2)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public Task<Connection<AuditEntry>> HistoryAsync(
        [Parent] Objective objective, Caller caller, CancellationToken stop, int first = 20, string? after = null) =>
        audit.AuditAsync(caller, stop, objective.Id, null, first, after);
}

[ExtendObjectType(typeof(Target))]
public sealed class TargetFields
{
    /// <summary>What reaches it, for people: "899.25 GBP", "55 % to 60 %", of a band "between 45 % and 50 %".</summary>
    public string Text([Parent] Target target, Caller caller) => new FigureText(caller.Tenant.Money).Of(target);
}
