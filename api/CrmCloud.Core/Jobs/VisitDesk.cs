using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <summary>
/// Lets many who noticed changes of the same tenant share his visits: one at a time, and whoever asks meanwhile shares
/// the one that follows, because the one under way may have read past his change already.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
/// <param name="whileOpen">Ends visits under way when the host cannot wait for them any longer.</param>
public sealed class VisitDesk(
    TenantVisit visits, VisitSchedule schedule, TimeProvider clock, CancellationToken whileOpen) : IDisposable
{
    /// <summary>Tenants visited at once: a visit is half computing, half waiting for the store.</summary>
    public const int MostAtOnce = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<TenantMode, Task> _latest = [];
    private readonly HashSet<TenantMode> _notBegun = [];
    private readonly SemaphoreSlim _slots = new(MostAtOnce);

    /// <summary>Visits the tenant, beginning now or later, and notes when he is due again.</summary>
    /// <remarks>What the visit failed with is thrown to everybody who shares it.</remarks>
    /// <param name="stop">Ends the waiting, not the visit: others may wait for it too.</param>
    public Task VisitAsync(TenantMode tenant, CancellationToken stop)
    {
        lock (_gate)
        {
            var latest = _latest.GetValueOrDefault(tenant, Task.CompletedTask);
            if (_notBegun.Add(tenant))
            {
                latest = AfterAsync(latest, tenant);
                _latest[tenant] = latest;
            }

            return latest.WaitAsync(stop);
        }
    }

    /// <summary>Ends when no visit is under way any more; for after <c>whileOpen</c> has ended.</summary>
    public async Task SettledAsync()
    {
        Task[] underWay;
        lock (_gate)
        {
            underWay = [.. _latest.Values];
        }

        await Task.WhenAll(underWay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _slots.Dispose();

    private async Task AfterAsync(Task previous, TenantMode tenant)
    {
        // Whether the one before failed is its own askers' concern. Leaves the gate in any case.
        await Task.Yield();
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _slots.WaitAsync(CancellationToken.None);
        try
        {
            lock (_gate)
            {
                _notBegun.Remove(tenant);
            }

            await VisitAsync(tenant);
        }
        finally
        {
            _slots.Release();
            Forget(tenant);
        }
    }

    private async Task VisitAsync(TenantMode tenant)
    {
        var began = clock.GetUtcNow();
        long asked;
        DateTimeOffset? next;
        try
        {
            whileOpen.ThrowIfCancellationRequested();
            asked = await schedule.AskedAsync(tenant, whileOpen);
            next = await visits.RunAsync(tenant, whileOpen);
        }
        catch (Exception) when (!whileOpen.IsCancellationRequested)
        {
            await PostponeAsync(tenant);
            throw;
        }

        await schedule.RememberAsync(tenant, began, asked, next, whileOpen);
    }

    private async Task PostponeAsync(TenantMode tenant)
    {
        try
        {
            await schedule.PostponeAsync(tenant, clock.GetUtcNow(), whileOpen);
        }
        catch (Exception refused) when (refused is StoreUnavailableException or VersionConflictException)
        {
            // He stays due where he was. What the visit failed with says more and is thrown.
        }
    }

    // Without anybody who waits behind it, nobody needs to wait for this visit's end.
    private void Forget(TenantMode tenant)
    {
        lock (_gate)
        {
            if (!_notBegun.Contains(tenant))
            {
                _latest.Remove(tenant);
            }
        }
    }
}
