using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>
/// Gathers documents by partition, because a batch stays in one, and writes several batches at once. Holds at most 32
/// MB.
/// </summary>
internal sealed class CarryingBatches(Func<DataMode, ITenantStore> open, TimeProvider clock) : IAsyncDisposable
{
    private const int MostAtOnce = 8;
    private const long MostBytes = 32_000_000;

    // Below the bound of a batch, for Cosmos DB counts what surrounds a document too.
    private const int BatchBytes = 1_000_000;

    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(DataMode Mode, Container Container, string Partition), Gathered> _gathered = [];
    private readonly List<Task> _writing = [];
    private long _bytes;

    /// <summary>Writes it now or later; what has ended meanwhile is left out.</summary>
    public async Task AddAsync(MovedDocument document, CancellationToken stop)
    {
        var (change, left) = (document.Change, document.Change.ExpiresAt - clock.GetUtcNow());
        if (left <= TimeSpan.Zero)
        {
            return;
        }

        var place = (document.Mode, change.Key.Container, change.Key.Partition);
        if (_gathered.TryGetValue(place, out var gathered)
            && (gathered.Batch.Writes.Count == Batch.MaxWrites || gathered.Bytes + change.Body.Length > BatchBytes))
        {
            await WriteAsync(place, stop);
        }

        if (!_gathered.TryGetValue(place, out gathered))
        {
            _gathered[place] = gathered = new();
        }

        // Lives are whole seconds; a part of one more rather than one less.
        TimeSpan? life = left is { } some
            ? TimeSpan.FromSeconds(Math.Ceiling(Max(some, LeastLife).TotalSeconds))
            : null;
        gathered.Batch.Carry(new(change.Key, change.Version, change.Body, life));
        gathered.Bytes += change.Body.Length;
        _bytes += change.Body.Length;
        while (_bytes > MostBytes)
        {
            await WriteAsync(_gathered.MaxBy(one => one.Value.Bytes).Key, stop);
        }
    }

    /// <summary>Ends when everything is written.</summary>
    public async Task FinishAsync(CancellationToken stop)
    {
        foreach (var place in _gathered.Keys.ToList())
        {
            await WriteAsync(place, stop);
        }

        await Task.WhenAll(_writing);
    }

    /// <summary>
    /// Ends when nothing is being written any more, however it ended: what comes later would lie where the caller has
    /// cleaned up.
    /// </summary>
    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private async Task WriteAsync((DataMode Mode, Container Container, string Partition) place, CancellationToken stop)
    {
        _gathered.Remove(place, out var gathered);
        _bytes -= gathered!.Bytes;
        if (_writing.Count == MostAtOnce)
        {
            var done = await Task.WhenAny(_writing);
            _writing.Remove(done);
            await done;
        }

        _writing.Add(open(place.Mode).SaveAsync(gathered.Batch, stop));
    }

    private sealed class Gathered
    {
        public Batch Batch { get; } = new();

        public long Bytes { get; set; }
    }
}
