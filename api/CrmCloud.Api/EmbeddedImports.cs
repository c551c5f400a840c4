using CrmCloud.Api.Logging;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Api;

/// <summary>
/// Runs imports inside this process, for the embedded store, beside the workers that keep figures: an import of hours
/// must not hold them up. One import at a time, so that requests keep a core; tenants take turns of some chunks each,
/// so that nobody waits for the end of another's file.
/// </summary>
public sealed class EmbeddedImports(
    IDocumentStore stores, UploadStore uploads, ImportQueue queue, ChangeSignal changed, ILogger<EmbeddedImports> log)
    : BackgroundService
{
    // The same after a restart, so that this process takes up at once what it left.
    private const string Runner = "embedded";

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly ChangeSignal _wanted = new();

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the workers start, so that nobody who is visited at the start is missed.
        changed.Taken += Notify;
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        changed.Taken -= Notify;
        _wanted.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var tenant = await _wanted.TakeAsync(stoppingToken);
                await RunAsync(tenant, stoppingToken);
                _wanted.Done(tenant);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Asked to stop. The next start goes on after the last chunk that was stored.
                return;
            }
        }
    }

    // Whoever was visited may have an import waiting; looking costs one query.
    private void Notify(TenantMode tenant) => _wanted.Notify(tenant.Tenant, tenant.Mode);

    // Not waited for: others have their turn meanwhile. A disk that is full or a fault is met again only after a while.
    private async Task NotifyLaterAsync(TenantMode tenant, CancellationToken stop)
    {
        await Task.Delay(AfterFailure, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
        {
            Notify(tenant);
        }
    }

    private async Task RunAsync(TenantMode tenant, CancellationToken stop)
    {
        try
        {
            var signals = new TurnSignals(() => changed.Notify(tenant.Tenant, tenant.Mode), () => _wanted.AnyWaiting);
            var (store, files) = (stores.Open(tenant.Tenant, tenant.Mode), uploads.Open(tenant.Tenant, tenant.Mode));
            var hasWorked = await queue.RunTurnAsync(store, files, Runner, signals, stop);
            changed.Tell(tenant);
            if (hasWorked)
            {
                // To the end of the line; whoever waits already comes first.
                Notify(tenant);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        // The edge: one tenant's import must not end the others'. It is looked at again with the next visit.
#pragma warning disable CA1031
        catch (Exception failure)
#pragma warning restore CA1031
        {
            log.ImportFailed(tenant.Tenant, tenant.Mode, failure);
            _ = NotifyLaterAsync(tenant, stop);
        }
    }
}
