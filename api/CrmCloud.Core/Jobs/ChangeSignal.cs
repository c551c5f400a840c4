using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <summary>One tenant's data in one mode: what a worker visits.</summary>
public readonly record struct TenantMode(string Tenant, DataMode Mode);

/// <summary>
/// Tells workers whose data changed. A hint, not the truth: the change feed is, and a slow timer visits everybody, so a
/// lost signal delays figures and loses nothing.
/// </summary>
/// <remarks>Safe for concurrent use. Hands each tenant and mode to one worker at a time.</remarks>
public sealed class ChangeSignal : IDisposable
{
    /// <summary>Waiting tenants kept; more are dropped and left to the timer.</summary>
    public const int MostWaiting = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<TenantMode> _queue = new();
    private readonly HashSet<TenantMode> _waiting = [];
    private readonly HashSet<TenantMode> _inWork = [];
    private readonly SemaphoreSlim _available = new(0);

    /// <summary>Raised when a worker takes a tenant, for other work that waits for him. Must return at once.</summary>
    public event Action<TenantMode>? Taken;

    /// <summary>Raised when something of a tenant was saved, for who shows it. Must return at once.</summary>
    public event Action<TenantMode>? Saved;

    /// <summary>Whether a tenant waits whom nobody has taken.</summary>
    public bool AnyWaiting
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count > 0;
            }
        }
    }

    /// <summary>Never waits: it is called between a save and its answer.</summary>
    public void Notify(string tenant, DataMode mode)
    {
        lock (_gate)
        {
            Enqueue(new TenantMode(tenant, mode));
        }

        Tell(new TenantMode(tenant, mode));
    }

    /// <summary>Says that something was saved that calls for no visit, such as the end of an import.</summary>
    public void Tell(TenantMode tenant) => Saved?.Invoke(tenant);

    /// <summary>
    /// The next tenant to visit, when there is one. Call <see cref="Done"/> with it, whatever happened.
    /// </summary>
    public async Task<TenantMode> TakeAsync(CancellationToken stop)
    {
        await _available.WaitAsync(stop);
        TenantMode next;
        lock (_gate)
        {
            next = _queue.Dequeue();
            _waiting.Remove(next);
            _inWork.Add(next);
        }

        Taken?.Invoke(next);
        return next;
    }

    /// <summary>Lets the tenant be taken again, at once if it was signalled meanwhile.</summary>
    public void Done(TenantMode visited)
    {
        lock (_gate)
        {
            _inWork.Remove(visited);
            if (_waiting.Remove(visited))
            {
                Enqueue(visited);
            }
        }
    }

    public void Dispose() => _available.Dispose();

    private void Enqueue(TenantMode tenant)
    {
        if (_waiting.Count >= MostWaiting || !_waiting.Add(tenant) || _inWork.Contains(tenant))
        {
            return;
        }

        _queue.Enqueue(tenant);
        _available.Release();
    }
}
