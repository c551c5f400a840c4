using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Live;

public sealed class ObjectiveSubscriptions(LiveWatch watch, ProgressStamps stamps, TimeProvider clock)
{
    /// <summary>
    /// The objective now, and again whenever its status, its wording or its progress at its own grain has changed.
    /// </summary>
    [Subscription, RequiresScope(Scope.ObjectivesRead)]
    public Task<IAsyncEnumerable<Objective>> ObjectiveProgressAsync(
        [Id] string objectiveId, Caller caller, CancellationToken stop)
    {
        return watch.StatesAsync(caller, "objective", LookAsync, stop);

        async Task<Sight<Objective>?> LookAsync(CancellationToken token) =>
            await ObjectiveLoading.ByIdAsync(caller.Store, objectiveId, token) is { } objective
                ? new(objective, $"{objective.Version}|{await ProgressOfAsync(objective, caller, token)}")
                : null;
    }

    // Adding up figures is only worth it where they, the members, the objective or the hour have changed.
    private async Task<string> ProgressOfAsync(Objective objective, Caller caller, CancellationToken stop)
    {
        var (store, now) = (caller.Store, clock.GetUtcNow());
        var figures = await store.FindAsync<FigureState>(FigureState.KeyOf(), stop);
        var members = objective.SegmentId is null
            ? null
            : await store.FindAsync<SegmentState>(SegmentState.KeyOf(), stop);
        var basis = string.Join(
            '|', objective.Version, figures?.Version, members?.Version, now.Ticks / TimeSpan.TicksPerHour);
        return await stamps.OfAsync(
            (new(caller.Tenant.Slug, caller.Mode), objective.ObjectiveId), basis, MeasureAsync, stop);

        async Task<string> MeasureAsync()
        {
            var reading = new ProgressReading(store, caller.Tenant, now);
            var progress = await reading.ProgressAsync(objective, objective.Grain, CancellationToken.None);
            return $"{progress.Status}|{progress.Label}|{progress.Current}";
        }
    }

    /// <summary>Alerts raised from now on.</summary>
    /// <param name="minimum">Only of this kind, or of one that comes after it in AlertKind; all where left out.</param>
    [Subscription, RequiresScope(Scope.ObjectivesRead)]
    public async Task<IAsyncEnumerable<Alert>> AlertRaisedAsync(
        Caller caller, CancellationToken stop, AlertKind? minimum = null)
    {
        var news = await AlertNews.OpenAsync(caller.Store, stop);
        return watch.News<Alert>(caller, async token =>
            [.. (await news.ReadAsync(token)).Where(alert => alert.Kind >= (minimum ?? AlertKind.Below))], stop);
    }
}
