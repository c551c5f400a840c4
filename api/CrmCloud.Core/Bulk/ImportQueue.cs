using System.Collections.Concurrent;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <param name="Changed">Called when a chunk is stored: figures may follow.</param>
/// <param name="OthersWait">Whether another tenant's turn has come; asked after some chunks.</param>
public sealed record TurnSignals(Action Changed, Func<bool> OthersWait);

/// <summary>
/// Waiting and running imports, for the hosts' workers. One import at a time for each tenant and mode.
/// </summary>
public sealed class ImportQueue(TimeProvider clock)
{
    private static readonly TimeSpan Present = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _runners = new();
    private readonly ConcurrentDictionary<string, bool> _running = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _swept = new();
    private readonly PausedChecks _paused = new();

    /// <summary>Workers of this process that have looked for work within the last two minutes, or are at it.</summary>
    public int Workers => _runners.Count(r => clock.GetUtcNow() - r.Value < Present);

    public int RecordsPerChunk { get; init; } = BulkLimits.RecordsPerChunk;

    /// <summary>Runs what is waiting for this tenant and mode, one after the other, until nothing is.</summary>
    /// <inheritdoc cref="RunTurnAsync"/>
    /// <returns>Imports that ended.</returns>
    public async Task<int> RunPendingAsync(
        ITenantStore store, UploadFolder files, string runner, Action changed, CancellationToken stop)
    {
        var done = 0;
        while (await RunTurnAsync(store, files, runner, new(changed, () => false), stop))
        {
            done++;
        }

        return done;
    }

    /// <summary>
    /// Runs the oldest import of this tenant and mode: to its end, or, where others wait, for a number of chunks.
    /// </summary>
    /// <remarks>Also deletes files that were kept long enough, at most once an hour.</remarks>
    /// <param name="runner">Name of the worker. After a restart the same name takes up its own runs at once.</param>
    /// <returns>Whether something was done, and so there may be more to do.</returns>
    /// <exception cref="StoreUnavailableException">Try again later; nothing is lost.</exception>
    public async Task<bool> RunTurnAsync(
        ITenantStore store, UploadFolder files, string runner, TurnSignals signals, CancellationToken stop)
    {
        _runners[runner] = clock.GetUtcNow();
        Sweep(files);
        void Seen()
        {
            _runners[runner] = clock.GetUtcNow();
            signals.Changed();
        }

        if (await NextAsync(store, stop) is not { } next || !_running.TryAdd(next.OperationId, true))
        {
            return false;
        }

        try
        {
            var setting = new ImportSetting(store, files, clock, runner, Seen)
            {
                RecordsPerChunk = RecordsPerChunk,
                OthersWait = signals.OthersWait,
                Paused = _paused,
            };
            return await new ImportRun(setting).RunAsync(next, stop) is not null;
        }
        finally
        {
            _running.TryRemove(next.OperationId, out _);
            _runners[runner] = clock.GetUtcNow();
        }
    }

    private void Sweep(UploadFolder files)
    {
        var now = clock.GetUtcNow();
        if (now - _swept.GetValueOrDefault(files.Path) >= SweepEvery)
        {
            _swept[files.Path] = now;
            files.Sweep(now);
        }
    }

    /// <summary>Imports before this one in the tenant's queue.</summary>
    public static async Task<int> AheadOfAsync(ITenantStore store, BulkOperation operation, CancellationToken stop) =>
        (await OpenAsync(store, stop)).Count(o => string.CompareOrdinal(o.OperationId, operation.OperationId) < 0);

    private static async Task<BulkOperation?> NextAsync(ITenantStore store, CancellationToken stop) =>
        await OpenAsync(store, stop) is [var oldest, ..]
            && await store.FindAsync<Tenant>(Tenant.KeyOf(), stop) is not { IsReadOnly: true } ? oldest : null;

    // Oldest first, because ids begin with the time.
    private static async Task<IReadOnlyList<BulkOperation>> OpenAsync(ITenantStore store, CancellationToken stop)
    {
        var query = new Query(Container.Master, "", "bulk")
        {
            Where = [new("status", Comparison.In, new[] { nameof(JobStatus.Queued), nameof(JobStatus.Running) })],
        };
        return (await store.QueryAsync<BulkOperation>(query, stop)).Items;
    }
}
