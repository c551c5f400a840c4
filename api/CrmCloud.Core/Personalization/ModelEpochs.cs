using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

/// <summary>
/// Makes the model of the next epoch: every local day, when an action changed, and hourly while there are outcomes.
/// In between scores stand still, so asking again gives the same answer.
/// </summary>
internal static class ModelEpochs
{
    private static readonly TimeSpan BetweenEpochs = TimeSpan.FromHours(1);
    private static readonly double HalfLifeDays = new DecidingSettings("").HalfLifeDays;

    /// <returns>The next local midnight while there is anything to show; else null.</returns>
    public static async Task<DateTimeOffset?> RunAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop)
    {
        if (await store.FindAsync<Tenant>(Tenant.KeyOf(), stop) is not { } tenant)
        {
            return null;
        }

        var known = await ActionModel.LatestAsync(store, stop);
        var actions = (await ActionCatalog.LoadAsync(store, stop))
            .Where(action => action.Status == DefinitionStatus.Active)
            .OrderBy(action => action.ActionId, StringComparer.Ordinal).Take(ActionDefinition.Most).ToList();
        if (actions.Count == 0 && known is null or { Actions.Count: 0 })
        {
            return null;
        }

        var calendar = TenantDefinitions.CalendarOf(tenant);
        var day = calendar.DayOf(now.ToUnixTimeMilliseconds());
        var stamp = StampOf(actions);
        var reader = new TotalsReader(store, tenant);
        var rested = known is not null && known.MadeAt + BetweenEpochs <= now;
        if (known?.Day != day || known.Stamp != stamp || (rested && await reader.AnySinceAsync(known.MadeAt, stop)))
        {
            var totals = await reader.ReadAsync(null, stop);
            await SaveAsync(
                store, Make(actions, totals, (day, now)) with { Epoch = (known?.Epoch ?? 0) + 1, Stamp = stamp }, stop);
        }

        return DateTimeOffset.FromUnixTimeMilliseconds(calendar.StartOfDay(day + 1));
    }

    /// <summary>A model of what was counted; its epoch and stamp are for the caller to set.</summary>
    internal static ActionModel Make(
        IReadOnlyList<ActionDefinition> actions, IReadOnlyList<ActionTotals> totals, (int Day, DateTimeOffset At) now)
    {
        // The order of addition is fixed, so that equal counts give equal sums to the last bit.
        var rows = totals.OrderBy(t => t.ActionId, StringComparer.Ordinal).ThenBy(t => t.Month, StringComparer.Ordinal)
            .ThenBy(t => t.Bucket, StringComparer.Ordinal)
            .SelectMany(t => t.Rows.Where(row => !row.Control)
                .Select(row => (t.ActionId, row.Group, Evidence: EvidenceOf(row, now.Day))))
            .ToList();
        var byAction = rows.ToLookup(row => row.ActionId);
        return new()
        {
            Epoch = 0,
            MadeAt = now.At,
            Day = now.Day,
            Stamp = "",
            All = Sum(rows.Select(row => row.Evidence), now.Day),
            Actions =
            [
                .. actions.Select(action => new ModelAction(
                    action.ActionId, ValueOf(action), (double)(action.Cost?.Amount ?? 0),
                    Sum(byAction[action.ActionId].Select(row => row.Evidence), now.Day),
                    byAction[action.ActionId].GroupBy(row => row.Group).OrderBy(cell => cell.Key)
                        .ToDictionary(cell => cell.Key, cell => Sum(cell.Select(row => row.Evidence), now.Day)))),
            ],
        };
    }

    private static Evidence EvidenceOf(TotalsRow row, int day) =>
        new Evidence(row.Shown, Math.Min(row.Accepted, row.Shown), row.Day).On(day, HalfLifeDays);

    private static Evidence Sum(IEnumerable<Evidence> parts, int day) =>
        parts.Aggregate(new Evidence(0, 0, day), (sum, part) => sum + part);

    private static double ValueOf(ActionDefinition action) =>
        (double)((action.Value?.Amount ?? 1) * (100 + action.Priority) / 100);

    private static string StampOf(IEnumerable<ActionDefinition> actions) =>
        KeyHash.Of([.. actions.Select(action => $"{action.ActionId}@{action.Version}")]);

    private static async Task SaveAsync(ITenantStore store, ActionModel model, CancellationToken stop)
    {
        try
        {
            await store.SaveAsync(Batch.Of(model), stop);
        }
        catch (VersionConflictException)
        {
            // Another worker made this epoch from the same counts a moment ago.
        }
    }
}
