using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

public sealed class ActionQueries
{
    /// <summary>One action; null for one that is unknown or another tenant's.</summary>
    [Query, RequiresScope(Scope.PersonalizationRead)]
    public Task<ActionDefinition?> ActionAsync([Id] string id, Caller caller, CancellationToken stop) =>
        ActionCatalog.FindAsync(caller.Store, GlobalId.Local(id, "Action"), stop);

    /// <summary>By key.</summary>
    [Query, RequiresScope(Scope.PersonalizationRead)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<ActionDefinition>> ActionsAsync(
        Caller caller, CancellationToken stop, IReadOnlyList<ActionKind>? kind = null,
        IReadOnlyList<DefinitionStatus>? status = null, int first = 50, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "actions", kind, status);
        var all = (await ActionCatalog.LoadAsync(caller.Store, stop))
            .Where(a => (kind is null || kind.Contains(a.Kind))
                && (status is null || status.Contains(a.Status))).ToList();
        var rest = all.Where(a =>
            paging.After is null || string.CompareOrdinal(a.ActionKey, paging.After.Id) > 0).ToList();
        var count = new Count(all.Count, CountPrecision.Exact, caller.Now);
        return paging.Answer(
            rest.Take(paging.First).Select(a => (a, new Position(null, a.ActionKey))), rest.Count > paging.First,
            _ => Task.FromResult(count));
    }
}

/// <summary>How an action was received. Rates and uplift are in percent points.</summary>
/// <param name="Shown">Recommendations that were shown; the control group is not among them.</param>
/// <param name="AcceptanceRate">Of those shown; null where none was.</param>
/// <param name="Uplift">
/// Share of customers who accepted after being shown it, less that of the control group; null while one of the groups
/// is empty. Believe it as far as its interval goes.
/// </param>
/// <param name="UpliftInterval">Its 95 % interval, from and to (Newcombe, 1998); null where uplift is.</param>
/// <param name="UpliftVerdict">
/// With at least 30 customers in each group: BETTER or WORSE where the interval excludes 0. NOT_ENOUGH_DATA is an
/// answer, and most often the right one.
/// </param>
/// <param name="Treated">Customers who were shown it.</param>
/// <param name="ControlGroup">Customers who would have been shown it, but were held out.</param>
/// <param name="NeededPerGroup">
/// Customers in each group to tell a lift of a tenth from chance in four of five trials; null where control never
/// accepts. A larger lift shows with fewer: a verdict may come before, and NO_DIFFERENCE never does.
/// </param>
public sealed record ActionPerformance(
    int Shown, int Accepted, int Rejected, decimal? AcceptanceRate, decimal? Uplift,
    IReadOnlyList<decimal>? UpliftInterval, UpliftVerdict UpliftVerdict, int Treated, int ControlGroup,
    int? NeededPerGroup, Freshness Freshness);

[ExtendObjectType(typeof(ActionDefinition))]
public sealed class ActionFields
{
    /// <summary>Who may be shown it; null for everybody.</summary>
    [BatchResolver, Cost(2)]
    public Task<IReadOnlyList<SegmentRuleView?>> AudienceAsync(
        [Parent] IReadOnlyList<ActionDefinition> actions, Caller caller, CancellationToken stop) =>
        RulesAsync(actions.Select(action => action.AudienceText), caller, stop);

    /// <summary>Who may not, even of the audience; null for nobody.</summary>
    [BatchResolver, Cost(2)]
    public Task<IReadOnlyList<SegmentRuleView?>> ExclusionsAsync(
        [Parent] IReadOnlyList<ActionDefinition> actions, Caller caller, CancellationToken stop) =>
        RulesAsync(actions.Select(action => action.ExclusionsText), caller, stop);

    /// <summary>Exact: every outcome is counted with its own record.</summary>
    [Cost(5)]
    public async Task<ActionPerformance> PerformanceAsync(
        [Parent] ActionDefinition action, Caller caller, CancellationToken stop)
    {
        var totals = await new TotalsReader(caller.Store, caller.Tenant).ReadAsync(action.ActionId, stop);
        var rows = totals.SelectMany(t => t.Rows).ToList();
        var shown = rows.Where(row => !row.Control).ToList();
        var (treated, control) = (GroupOf(shown), GroupOf(rows.Where(row => row.Control)));
        var uplift = Uplift.Of(treated, control);
        var count = shown.Sum(row => row.Shown);
        return new(
            count, shown.Sum(row => row.Accepted), shown.Sum(row => row.Rejected),
            count == 0 ? null : Percent((double)shown.Sum(row => row.Accepted) / count),
            uplift is null ? null : Percent(uplift.Difference),
            uplift is null ? null : [Percent(uplift.From), Percent(uplift.To)],
            uplift?.Verdict ?? UpliftVerdict.NotEnoughData, treated.Customers, control.Customers,
            uplift?.NeededPerGroup, new Freshness(caller.Now, caller.Now, null, null, null));
    }

    private static Group GroupOf(IEnumerable<TotalsRow> rows) =>
        rows.Aggregate(default(Group), (sum, row) => new(sum.Customers + row.Customers, sum.Successes + row.Successes));

    private static decimal Percent(double share) => Math.Round((decimal)share * 100, 4);

    // One that no longer compiles is shown by nothing; `recommend` names its fault.
    private static async Task<IReadOnlyList<SegmentRuleView?>> RulesAsync(
        IEnumerable<string?> texts, Caller caller, CancellationToken stop)
    {
        var book = await SegmentRulebook.LoadAsync(caller, stop);
        return [.. texts.Select(book.RuleOf).Select(rule => rule is null ? null : new SegmentRuleView(rule))];
    }
}
