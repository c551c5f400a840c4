using System.Collections.Concurrent;
using CrmCloud.Api.Logging;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Api;

/// <summary>
/// Runs the workers inside this process, for the embedded store: visits whoever was signalled, everybody at the start
/// and now and then, and each tenant when time alone changes his figures. What a visit does is in Core.
/// </summary>
public sealed class EmbeddedWorkers(
    EmbeddedVisits visits, TenantDirectory tenants, ChangeSignal signal, TimeProvider clock,
    ILogger<EmbeddedWorkers> log)
    : BackgroundService
{
    /// <summary>Tenants visited at once: requests need the other core.</summary>
    private const int Workers = 2;

    private static readonly TimeSpan LookAtClock = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EverybodyEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<TenantMode, DateTimeOffset> _nextVisit = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The server starts first; nothing here may hold it up.
        await Task.Yield();
        var loops = Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken))
            .Append(WatchClockAsync(stoppingToken));
        try
        {
            await Task.WhenAll(loops);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop. What was half done is done again at the next start.
        }
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        while (true)
        {
            var tenant = await signal.TakeAsync(stop);
            try
            {
                await VisitAsync(tenant, stop);
            }
            finally
            {
                signal.Done(tenant);
            }
        }
    }

    private async Task VisitAsync(TenantMode tenant, CancellationToken stop)
    {
        try
        {
            Remember(tenant, await visits.RunAsync(tenant, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // The edge: one tenant's trouble must not end the others' workers. It is tried again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            log.VisitFailed(tenant.Tenant, tenant.Mode, failure);
            Remember(tenant, clock.GetUtcNow() + AfterFailure);
        }
    }

    private void Remember(TenantMode tenant, DateTimeOffset? next)
    {
        if (next is { } at)
        {
            _nextVisit[tenant] = at;
        }
        else
        {
            _nextVisit.TryRemove(tenant, out _);
        }
    }

    private async Task WatchClockAsync(CancellationToken stop)
    {
        var everybodyAt = clock.GetUtcNow();
        using var timer = new PeriodicTimer(LookAtClock, clock);
        do
        {
            var now = clock.GetUtcNow();
            if (now >= everybodyAt && await TrySignalEverybodyAsync(stop))
            {
                everybodyAt = now + EverybodyEvery;
            }

            foreach (var (tenant, _) in _nextVisit.Where(next => next.Value <= now))
            {
                _nextVisit.TryRemove(tenant, out _);
                signal.Notify(tenant.Tenant, tenant.Mode);
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    private async Task<bool> TrySignalEverybodyAsync(CancellationToken stop)
    {
        try
        {
            foreach (var tenant in await tenants.ListAsync(stop))
            {
                signal.Notify(tenant.Slug, DataMode.Live);
                signal.Notify(tenant.Slug, DataMode.Sandbox);
            }

            return true;
        }
        catch (StoreUnavailableException)
        {
            // Signals and the clock go on; the list is asked for again in a second.
            return false;
        }
    }
}
