using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Kpis.Api;

/// <summary>Cut points, cells and groups of the tenant at an instant.</summary>
/// <param name="Customers">Customers with a qualifying order; the others are PROSPECT.</param>
/// <param name="CutVersion">Scores are comparable while it stays the same; 0 for an asked-for past instant.</param>
public sealed record RfmOverview(
    DateTimeOffset AsOf, int Customers, int CutVersion, IReadOnlyList<RfmCutPoint> CutPoints,
    IReadOnlyList<RfmCellCount> Cells, IReadOnlyList<RfmGroupCount> Groups, Freshness Freshness);

/// <summary>Which values earn a score. Both bounds belong to it; null where there is none.</summary>
/// <param name="Dimension">
/// recency (whole local days since the last order), frequency (orders) or monetary (major units).
/// </param>
public sealed record RfmCutPoint(string Dimension, int Score, decimal? From, decimal? To);

/// <summary>Only cells with customers are listed.</summary>
public sealed record RfmCellCount(int Recency, int Frequency, int Monetary, int Customers);

/// <param name="Revenue">Gross sum of their qualifying orders.</param>
public sealed record RfmGroupCount(RfmGroup Group, int Customers, Money Revenue);

public sealed class RfmQueries
{
    /// <summary>
    /// How customers are spread by recency, frequency and monetary value, with the cut points that decided it.
    /// Without `asOf` the current epoch's cuts; with it everything is ranked anew as of that instant.
    /// </summary>
    [Query, RequiresScope(Scope.ObjectivesRead), Cost(20)]
    public async Task<RfmOverview> RfmAsync(Caller caller, CancellationToken stop, DateTimeOffset? asOf = null)
    {
        if (asOf > caller.Now)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE", "asOf lies in the future; figures are of what happened.");
        }

        var reader = new FigureReader(caller.Store, caller.Tenant);
        var freshness = await reader.FreshnessAsync(caller.Now, stop);
        var figures = asOf is { } instant
            ? (await ColumnsReader.RecountAsync(caller.Store, caller.Tenant, instant, stop)).Overview()
            : await reader.RfmAsync(stop);
        return Of(figures, asOf ?? caller.Now, asOf is null, caller, freshness);
    }

    private static RfmOverview Of(
        RfmOverviewFigures? figures, DateTimeOffset asOf, bool current, Caller caller, Freshness freshness)
    {
        if (figures is null)
        {
            return new(asOf, 0, 0, [], [], [], freshness);
        }

        var cells = figures.Cells.Select(
            c => new RfmCellCount(c.Recency, c.Frequency, c.Monetary, checked((int)c.Customers)));
        var groups = figures.Groups.Select(g => new RfmGroupCount(
            g.Group, checked((int)g.Customers), new Money(g.Revenue, caller.Tenant.Money)));
        return new(
            asOf, checked((int)figures.Cells.Sum(c => c.Customers)), current ? figures.Cuts.Version : 0,
            RfmCutPoints.Of(figures.Cuts, caller.Tenant), [.. cells], [.. groups], freshness with { AsOf = asOf });
    }
}

/// <summary>Cuts as people read them: from which value to which value a score reaches.</summary>
public static class RfmCutPoints
{
    public static IReadOnlyList<RfmCutPoint> Of(RfmCuts cuts, Tenant tenant) =>
    [
        .. Recency(cuts, TenantDefinitions.CalendarOf(tenant).DayOf(cuts.AsOf)),
        .. Rising("frequency", cuts.Frequency, v => v),
        .. Rising("monetary", cuts.Monetary, v => Money.ToMajor(v, tenant.Money)),
    ];

    // A score is 1 + the number of cuts below the value: score k holds (cut k-1, cut k], in minor steps of one.
    private static IEnumerable<RfmCutPoint> Rising(string dimension, RfmCut cut, Func<long, decimal> major) =>
        Enumerable.Range(1, cut.Values.Count + 1).Select(score => new RfmCutPoint(
            dimension, score,
            score == 1 ? null : major(cut.Values[score - 2] + 1),
            score > cut.Values.Count ? null : major(cut.Values[score - 1])));

    // Recency is ranked by the day of the last order; people read it as days ago, which run the other way.
    private static IEnumerable<RfmCutPoint> Recency(RfmCuts cuts, int today) =>
        Rising("recency", cuts.Recency, day => today - day)
            .Select(point => point with { From = point.To, To = point.From });
}
