using CrmCloud.Core.Jobs;

namespace CrmCloud.Core.Live;

/// <summary>
/// Wakes who watches a tenant when something of his was saved in this process. A hint: what was saved elsewhere is
/// found by looking again after <see cref="LiveLimits.LookEvery"/>.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class TenantPulse
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantMode, TaskCompletionSource> _waiting = [];

    public TenantPulse(ChangeSignal changes, TenantVisit visits)
    {
        changes.Saved += Beat;
        visits.Worked += Beat;
    }

    /// <summary>Ends with the next save. To be asked for before reading, so that no save falls between.</summary>
    public Task Next(TenantMode tenant)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(tenant, out var next))
            {
                _waiting[tenant] = next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return next.Task;
        }
    }

    private void Beat(TenantMode tenant)
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            _waiting.Remove(tenant, out next);
        }

        next?.SetResult();
    }
}
