using System.Text.Json;
using CrmCloud.Api.Logging;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api;

/// <summary>
/// The workers over Cosmos DB where no Functions app makes the visits: follows everybody's changes in leases that all
/// API processes share, and visits whose they are, whichever process saved them; and whoever is due by the clock.
/// </summary>
/// <remarks>
/// A change is done with when its tenant's visit has ended, or is noted as due in the directory, so that one tenant's
/// trouble holds up no other. A process that dies loses nothing: others take its leases, and come after their tenants.
/// </remarks>
public sealed class FeedWorkers(
    IDocumentStore stores, TenantVisit visits, IOptions<CrmCloudOptions> settings, TimeProvider clock,
    ILogger<FeedWorkers> log)
    : BackgroundService
{
    /// <summary>
    /// Documents of one delivery: a visit reads all of a tenant's changes, so few deliveries are few visits.
    /// </summary>
    private const int Most = 1_000;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FailedWithin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10);

    private readonly VisitSchedule _schedule = new(stores);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The server starts first; nothing here may hold it up.
        await Task.Yield();
        if (stores is not CosmosDocumentStore cosmos || !settings.Value.Workers)
        {
            return;
        }

        using var desk = new VisitDesk(visits, _schedule, clock, stoppingToken);
        var rounds = new FeedRounds(
            new(_schedule, desk, new TenantDirectory(stores, clock), clock), clock, log);
        var notices = new ChangeNotices(stores, desk, clock);
        await Task.WhenAll(
            FollowAsync(cosmos, notices, Container.Interactions, WakingKinds.OfInteractions, stoppingToken),
            FollowAsync(cosmos, notices, Container.Master, WakingKinds.OfMaster, stoppingToken),
            rounds.RunAsync(stoppingToken));

        // Cut off; whoever comes next does it again. The store outlives them.
        await desk.SettledAsync();
    }

    private async Task FollowAsync(
        CosmosDocumentStore cosmos, ChangeNotices notices, Container container, Func<string, bool> wakes,
        CancellationToken stop)
    {
        var name = $"api-{ContainerPlan.NameOf(container)}";
        var following = new FeedFollowing(
            container, name, Most, Poll, TimeSpan.FromSeconds(settings.Value.FeedLeaseSeconds),
            documents => notices.ReceiveAsync(
                ConsumerOf(container), documents, wakes, CancellationToken.None,
                (tenant, failure) => NoteAsync(tenant, failure, stop)),
            failure => Report(name, failure, stop));
        var follower = cosmos.Follow(following);
        while (!await TryAsync(name, () => follower.StartAsync().WaitAsync(stop), stop)
            && !stop.IsCancellationRequested)
        {
            await Task.Delay(AgainAfter, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            follower = cosmos.Follow(following);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await TryAsync(name, () => follower.StopAsync().WaitAsync(StopsWithin, clock, CancellationToken.None), stop);
    }

    // As functions are called: it is part of an id, where unreadable changes are recorded.
    private static string ConsumerOf(Container container) => $"Api{container}";

    // Noted as due, he is visited again soon by whoever looks first; if that cannot be saved, his changes come again.
    private async Task NoteAsync(TenantMode tenant, Exception failure, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        log.VisitFailed(tenant.Tenant, tenant.Mode, failure);
        await _schedule.WantAsync(tenant, clock.GetUtcNow() + FailedWithin, stop);
    }

    private async Task<bool> TryAsync(string name, Func<Task> act, CancellationToken stop)
    {
        try
        {
            await act();
            return true;
        }
#pragma warning disable CA1031 // The edge: whatever the client's processor throws, figures must follow again later.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Report(name, failure, stop);
            return false;
        }
    }

    private void Report(string name, Exception failure, CancellationToken stop)
    {
        if (!stop.IsCancellationRequested)
        {
            log.FeedFailed(name, failure);
        }
    }
}
