using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Worker;
using CrmCloud.GraphQL;
using CrmCloud.Store;

namespace CrmCloud.Core.Live;

/// <summary>Which alerts of one tenant and mode are new to a reader. Not for use by several threads at once.</summary>
internal sealed class AlertNews
{
    // One visit raises at most one alert a rule.
    private const int MostAtOnce = AlertRule.Most;

    private readonly ITenantStore _store;
    private HashSet<string> _seen = [];
    private long? _visit;

    private AlertNews(ITenantStore store) => _store = store;

    /// <summary>Begins with what is raised from now on.</summary>
    public static async Task<AlertNews> OpenAsync(ITenantStore store, CancellationToken stop)
    {
        var news = new AlertNews(store);
        await news.ReadAsync(stop);
        return news;
    }

    /// <summary>Those raised since the last call, the oldest first.</summary>
    /// <exception cref="GraphQLRequestException">
    /// SUBSCRIBER_TOO_SLOW: more were raised than can be told apart.
    /// </exception>
    public async Task<IReadOnlyList<Alert>> ReadAsync(CancellationToken stop)
    {
        // Noted with every visit that looks at rules, after its alerts are saved.
        var visit = await _store.FindAsync<ObjectiveVisitState>(ObjectiveVisitState.KeyOf(), stop);
        if (_visit == (visit?.Version ?? 0))
        {
            return [];
        }

        var query = new Query(Container.Figures, "", "alert")
        {
            OrderBy = "raisedAt",
            Descending = true,
            Take = 2 * MostAtOnce,
        };
        var newest = (await _store.QueryAsync<Alert>(query, stop)).Items;
        var news = _visit is null ? [] : newest.Where(alert => !_seen.Contains(alert.AlertId)).Reverse().ToList();
        if (_seen.Count > 0 && news.Count == query.Take)
        {
            throw new GraphQLRequestException(
                "SUBSCRIBER_TOO_SLOW",
                $"More than {news.Count} alerts waited for this subscriber. Subscribe again and read what was missed.");
        }

        (_seen, _visit) = ([.. newest.Select(alert => alert.AlertId)], visit?.Version ?? 0);
        return news;
    }
}
