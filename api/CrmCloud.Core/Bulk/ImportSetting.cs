using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>What an import works with.</summary>
/// <param name="Runner">
/// Name of the worker; the same after a restart, so that it takes its own run up again at once.
/// </param>
/// <param name="Changed">Called after each chunk: figures may follow.</param>
public sealed record ImportSetting(
    ITenantStore Store, UploadFolder Files, TimeProvider Clock, string Runner, Action Changed)
{
    public int RecordsPerChunk { get; init; } = BulkLimits.RecordsPerChunk;

    /// <summary>Asked when a turn is over: whether it is somebody else's. Otherwise the run goes on.</summary>
    public Func<bool> OthersWait { get; init; } = () => false;

    /// <summary>Where a check that gives up its turn leaves what it knows.</summary>
    public PausedChecks Paused { get; init; } = new();
}
