using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Live;

public sealed class ObjectiveSubscriptions(LiveWatch watch, TimeProvider clock)
{
    /// <summary>
    /// The objective now, and again whenever its status, its wording or its progress at its own grain has changed.
    /// </summary>
    [Subscription, RequiresScope(Scope.ObjectivesRead)]
    public Task<IAsyncEnumerable<Objective>> ObjectiveProgressAsync(
        [Id] string objectiveId, Caller caller, CancellationToken stop)
    {
        var (known, stamp) = ("", "");
        return watch.StatesAsync(caller, "objective", LookAsync, stop);

        async Task<Sight<Objective>?> LookAsync(CancellationToken token)
        {
            if (await ObjectiveLoading.ByIdAsync(caller.Store, objectiveId, token) is not { } objective)
            {
                return null;
            }

            // Adding up figures is only worth it where they, the objective or the hour have changed.
            var figures = await caller.Store.FindAsync<FigureState>(FigureState.KeyOf(), token);
            var now = clock.GetUtcNow();
            var basis = $"{objective.Version}|{figures?.Version}|{now.Ticks / TimeSpan.TicksPerHour}";
            if (basis != known)
            {
                var reading = new ProgressReading(caller.Store, caller.Tenant, now);
                var progress = await reading.ProgressAsync(objective, objective.Grain, token);
                (known, stamp) = (basis, $"{objective.Version}|{progress.Status}|{progress.Label}|{progress.Current}");
            }

            return new(objective, stamp);
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
