using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>
/// Makes a tenant read-only in both modes, and lets him go on. A read-only tenant's keys read; mutations, uploads,
/// imports and visits are refused or wait.
/// </summary>
/// <remarks>
/// It is a state of the tenant's own document, so it outlasts every process. Others take note of it within the life of
/// what they keep of a key (<see cref="KeyRing.Kept"/>) and of a request under way: see <see cref="Settled"/>.
/// </remarks>
public sealed class TenantFreeze(IDocumentStore stores, KeyRing keys, ChangeSignal signal, TimeProvider clock)
{
    private const int MostAttempts = 20;

    /// <summary>
    /// So long after the freeze nobody who saw the tenant active is still writing: 2 seconds for what is kept of a key,
    /// 30 for a request under way. Default 35 seconds.
    /// </summary>
    public TimeSpan Settled { get; set; } = TimeSpan.FromSeconds(35);

    /// <returns>False when he was read-only already.</returns>
    /// <remarks>Failing or cancelled, while it waits too, it leaves him as he was.</remarks>
    /// <exception cref="MoveRefusedException">
    /// There is no such tenant, or he is suspended, closing or not made yet.
    /// </exception>
    public async Task<bool> FreezeAsync(string slug, CancellationToken stop)
    {
        await ThrowIfAbsentAsync(slug, stop);
        var changed = new List<DataMode>();
        try
        {
            await SetAsync(slug, TenantContent.Modes, (TenantStatus.Active, TenantStatus.ReadOnly), changed, stop);
            if (changed.Count > 0)
            {
                await Task.Delay(Settled, clock, stop);
            }
        }
        catch
        {
            // Nobody else would let him go on.
            await SetAsync(slug, changed, (TenantStatus.ReadOnly, TenantStatus.Active), [], CancellationToken.None);
            throw;
        }

        return changed.Count > 0;
    }

    /// <returns>False when he was active already.</returns>
    /// <inheritdoc cref="FreezeAsync"/>
    public async Task<bool> UnfreezeAsync(string slug, CancellationToken stop)
    {
        await ThrowIfAbsentAsync(slug, stop);
        var changed = new List<DataMode>();
        await SetAsync(slug, TenantContent.Modes, (TenantStatus.ReadOnly, TenantStatus.Active), changed, stop);
        var schedule = new VisitSchedule(stores);
        foreach (var mode in TenantContent.Modes)
        {
            await schedule.AskAsync(new(slug, mode), clock.GetUtcNow(), stop);
            signal.Notify(slug, mode);
        }

        return changed.Count > 0;
    }

    private async Task ThrowIfAbsentAsync(string slug, CancellationToken stop)
    {
        if (!Addresses.IsTenant(slug)
            || await stores.Directory.FindAsync<TenantEntry>(TenantEntry.KeyOf(slug), stop) is null)
        {
            throw new MoveRefusedException($"There is no tenant '{slug}'.");
        }
    }

    /// <param name="changed">Takes the modes whose status was another, as they are changed.</param>
    private async Task SetAsync(
        string slug, IReadOnlyList<DataMode> modes, (TenantStatus From, TenantStatus To) status,
        List<DataMode> changed, CancellationToken stop)
    {
        foreach (var mode in modes)
        {
            if (await SetAsync(stores.Open(slug, mode), status.From, status.To, stop))
            {
                changed.Add(mode);
            }
        }

        keys.Forget();
    }

    private async Task<bool> SetAsync(ITenantStore store, TenantStatus from, TenantStatus to, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var tenant = await store.FindAsync<Tenant>(Tenant.KeyOf(), stop);
            if (tenant is null || tenant.Status == to)
            {
                return false;
            }

            if (tenant.Status != from)
            {
                throw new MoveRefusedException($"Tenant '{tenant.Slug}' is {tenant.Status}, not {from}.");
            }

            try
            {
                // Not to be cut off, or nobody would know whether it was done.
                var next = tenant with { Status = to, UpdatedAt = clock.GetUtcNow() };
                await store.SaveAsync(Batch.Of(next), CancellationToken.None);
                return true;
            }
            catch (VersionConflictException) when (attempt < MostAttempts)
            {
                // Somebody changed a setting at this moment: look again.
            }
        }
    }
}
