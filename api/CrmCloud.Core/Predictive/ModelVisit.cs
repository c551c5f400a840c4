using CrmCloud.Core.Kpis;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Predictive;

/// <summary>
/// Fits a tenant's model anew with every recount, so nightly, and as soon as his customers have doubled: a model of
/// the first hundred says little of the first ten thousand.
/// </summary>
internal static class ModelVisit
{
    private const int PageSize = 1_000;

    /// <returns>Null: what makes a new model due wakes the figures too, and they come first.</returns>
    public static async Task<DateTimeOffset?> RunAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop)
    {
        var state = await store.FindAsync<FigureState>(FigureState.KeyOf(), stop);
        var tenant = await store.FindAsync<Tenant>(Tenant.KeyOf(), stop);
        if (state is null || tenant is null)
        {
            return null;
        }

        var known = await store.FindAsync<ValueModel>(ValueModel.KeyOf(), stop);
        if (IsDue(state, known))
        {
            var fresh = await FitAsync(store, tenant, now, stop);
            await SaveAsync(
                store, fresh with { CutVersion = state.Cuts?.Version ?? 0, Version = known?.Version ?? 0 }, stop);
        }

        return null;
    }

    private static bool IsDue(FigureState state, ValueModel? known) =>
        known is null
            ? state.Cuts is not null
            : state.RecountedAt > known.FittedAt
                || (state.Cuts is { } cuts && cuts.Version != known.CutVersion
                    && cuts.Customers >= 2 * known.Customers);

    private static async Task<ValueModel> FitAsync(
        ITenantStore store, Tenant tenant, DateTimeOffset now, CancellationToken stop)
    {
        var today = TenantDefinitions.CalendarOf(tenant).DayOf(now.ToUnixTimeMilliseconds());
        var sample = new ValueSample();
        foreach (var bucket in Shared.Buckets.Partitions.Take(Math.Clamp(tenant.Buckets, 1, Shared.Buckets.Most)))
        {
            var query = new Query(Container.Figures, bucket, "profile") { Take = PageSize };
            await foreach (var profile in StorePages.AllAsync<StoredProfile>(store, query, stop))
            {
                if (profile.Value.OrderDays > 0)
                {
                    sample.Add(
                        Fact.IdOf(profile.CustomerId), Prediction.HistoryOf(profile.Value, today),
                        Prediction.MeanOf(profile.Value, tenant));
                }
            }
        }

        return sample.Fit(now);
    }

    private static async Task SaveAsync(ITenantStore store, ValueModel model, CancellationToken stop)
    {
        try
        {
            await store.SaveAsync(Batch.Of(model), stop);
        }
        catch (VersionConflictException)
        {
            // Another worker fitted the same customers a moment ago; his model is as good.
        }
    }
}
