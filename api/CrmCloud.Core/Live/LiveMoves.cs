using CrmCloud.Core.Segments;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Live;

/// <summary>Who enters and leaves segments, as it is saved.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class LiveMoves(TenantPulse pulse, LiveWatch watch, TimeProvider clock)
{
    private readonly Following<SegmentMove> _moves = new(
        pulse, watch, clock, async (store, _, stop) => (await MoveFeed.OpenAsync(store, stop)).ReadAsync,
        move => move.SegmentId);

    /// <inheritdoc cref="Following{T}.Followed"/>
    public int Followed => _moves.Followed;

    /// <inheritdoc cref="Following{T}.ListenAsync"/>
    public Task<IAsyncEnumerable<SegmentMove>> ListenAsync(Caller caller, string segmentId, CancellationToken stop) =>
        _moves.ListenAsync(caller, segmentId, stop);
}
