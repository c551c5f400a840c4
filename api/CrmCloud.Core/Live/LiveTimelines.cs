using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Live;

/// <summary>What comes onto customers' time lines, as it is saved.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class LiveTimelines(TenantPulse pulse, LiveWatch watch, TimeProvider clock)
{
    private readonly Following<TimelineNews> _news = new(
        pulse, watch, clock,
        async (store, isHeard, stop) => (await TimelineFeed.OpenAsync(store, isHeard, stop)).ReadAsync,
        news => news.CustomerId);

    /// <inheritdoc cref="Following{T}.Followed"/>
    public int Followed => _news.Followed;

    /// <inheritdoc cref="Following{T}.ListenAsync"/>
    internal Task<IAsyncEnumerable<TimelineNews>> ListenAsync(
        Caller caller, string customerId, CancellationToken stop) => _news.ListenAsync(caller, customerId, stop);
}
