using CrmCloud.Core.Jobs;

namespace CrmCloud.Core.Live;

/// <summary>
/// What subscribers to an objective compare. Measuring one of a large segment reads the histories of all its members,
/// so it is done once for all who listen, and takes a tenth of the time at most.
/// </summary>
/// <remarks>
/// Safe for concurrent use. Holds nothing that a caller may not see: a stamp only says "as before" or not.
/// </remarks>
public sealed class ProgressStamps(TimeProvider clock)
{
    private const int PausePerWork = 9;

    // Beyond it all are forgotten, which costs measuring them again.
    private const int MostKept = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(TenantMode Tenant, string Objective), Known> _known = [];

    /// <returns>
    /// The stamp on this basis; while it is measured, or for a pause after that, of an earlier one.
    /// </returns>
    /// <param name="basis">What the measure depends on; the same basis, the same stamp.</param>
    /// <param name="measure">Not cancelled when one of those who listen is gone.</param>
    public Task<string> OfAsync(
        (TenantMode Tenant, string Objective) of, string basis, Func<Task<string>> measure, CancellationToken stop)
    {
        lock (_gate)
        {
            if (!_known.TryGetValue(of, out var known) || known.IsOver(basis, clock.GetTimestamp()))
            {
                if (_known.Count >= MostKept)
                {
                    _known.Clear();
                }

                _known[of] = known = new Known(basis);
                known.Begin(() => TimedAsync(known, measure));
            }

            return known.Work.WaitAsync(stop);
        }
    }

    private async Task<string> TimedAsync(Known known, Func<Task<string>> measure)
    {
        var start = clock.GetTimestamp();
        var stamp = await measure();
        var end = clock.GetTimestamp();
        known.PauseUntil(end + (PausePerWork * (end - start)));
        return stamp;
    }

    private sealed class Known(string basis)
    {
        private long _notBefore;

        public Task<string> Work { get; private set; } = Task.FromResult("");

        public void Begin(Func<Task<string>> work) => Work = Task.Run(work);

        public void PauseUntil(long timestamp) => Interlocked.Exchange(ref _notBefore, timestamp);

        public bool IsOver(string newBasis, long now) => Work.IsCompleted
            && (!Work.IsCompletedSuccessfully || (basis != newBasis && now >= Interlocked.Read(ref _notBefore)));
    }
}
