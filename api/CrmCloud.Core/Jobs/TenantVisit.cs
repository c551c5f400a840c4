using System.Runtime.ExceptionServices;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <summary>
/// What a feature does for one tenant and mode when something changed there or its time has come.
/// </summary>
/// <param name="Name">Such as <c>figures</c>, for messages.</param>
/// <param name="RunAsync">
/// Brings everything up to date as of the given instant; safe to repeat and to stop at any moment. Returns when to come
/// again although nothing changes until then, null for never.
/// </param>
public sealed record Visitor(
    string Name, Func<ITenantStore, DateTimeOffset, CancellationToken, Task<DateTimeOffset?>> RunAsync);

/// <summary>
/// Everything that workers do for one tenant and mode at one moment. What hosts call, whatever woke them.
/// </summary>
/// <param name="visitors">
/// In the order in which features are registered: who reads figures comes after who makes them.
/// </param>
public sealed class TenantVisit(IDocumentStore stores, TimeProvider clock, IEnumerable<Visitor> visitors)
{
    private readonly Visitor[] _visitors = [.. visitors];

    /// <summary>Raised when a visitor has done its work and saved it. Must return at once.</summary>
    public event Action<TenantMode>? Worked;

    /// <returns>When to come again although nothing changes until then; null for never.</returns>
    /// <remarks>
    /// One visitor's failure does not keep the next from its work: an alert about stale figures is for just that
    /// moment. The first failure is thrown when all had their turn.
    /// </remarks>
    public async Task<DateTimeOffset?> RunAsync(TenantMode tenant, CancellationToken stop)
    {
        var (store, now) = (stores.Open(tenant.Tenant, tenant.Mode), clock.GetUtcNow());
        if (await store.FindAsync<Tenant>(Tenant.KeyOf(), stop) is { IsReadOnly: true })
        {
            // Whoever lets him go on has him visited.
            return null;
        }

        DateTimeOffset? next = null;
        ExceptionDispatchInfo? failure = null;
        foreach (var visitor in _visitors)
        {
            try
            {
                var at = await visitor.RunAsync(store, now, stop);
                next = next is null || at < next ? at ?? next : next;
            }
#pragma warning disable CA1031 // Not swallowed: thrown below.
            catch (Exception trouble) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                failure ??= ExceptionDispatchInfo.Capture(trouble);
            }

            Worked?.Invoke(tenant);
        }

        failure?.Throw();
        return next;
    }
}
