using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>A bucket's ledger and totals as read, with changes being added until they are saved together.</summary>
internal sealed class BucketDraft
{
    public const string TooMuch = "An amount is beyond what sums can hold, or one change touches too many periods.";

    /// <summary>Leaves sixteen buckets room to add up. About 2.9e17 minor units.</summary>
    public const long MostPerCell = long.MaxValue / 32;

    private const int MostBytes = Batch.MaxBytes * 3 / 4;

    private readonly ITenantStore _store;
    private readonly TotalsTable _totals = new();
    private readonly Dictionary<ChunkId, BucketTotals> _chunks = [];
    private readonly HashSet<ChunkId> _touched = [];
    private readonly Dictionary<string, long> _counts;
    private readonly List<PlannedWrite> _writes = [];
    private BucketLedger _ledger;
    private int _bytes;

    // A worker who began before another one took new cuts writes profiles without their scores: the bucket is then no
    // longer scored by them, and the next visit scores it.
    private BucketDraft(ITenantStore store, BucketLedger ledger, int cutVersion)
    {
        (_store, _ledger) = (store, ledger with { CutVersion = Math.Min(ledger.CutVersion, cutVersion) });
        _counts = new(ledger.Counts, StringComparer.Ordinal);
    }

    /// <exception cref="RecountNeededException">The totals are of other settings or half recounted.</exception>
    public static async Task<BucketDraft> LoadAsync(
        ITenantStore store, string bucket, FigureContext context, CancellationToken stop)
    {
        var ledger = await store.FindAsync<BucketLedger>(BucketLedger.KeyOf(bucket), stop)
            ?? new BucketLedger { Bucket = bucket, Stamp = context.Stamp, CutVersion = context.Cuts?.Version ?? 0 };
        return !ledger.Recounting && ledger.Stamp == context.Stamp
            ? new BucketDraft(store, ledger, context.Cuts?.Version ?? 0)
            : throw new RecountNeededException();
    }

    /// <summary>Reads the pieces of the totals that these changes touch, those not read yet.</summary>
    public async Task LoadChunksAsync(IEnumerable<Contribution> deltas, CancellationToken stop)
    {
        var missing = deltas.SelectMany(ChunksOf).Distinct().Where(id => !_chunks.ContainsKey(id)).ToList();
        foreach (var some in missing.Chunk(500))
        {
            var found = await _store.FindManyAsync<BucketTotals>([.. some.Select(id => KeyOf(id))], stop);
            var byName = found.ToDictionary(chunk => chunk.Chunk);
            foreach (var id in some)
            {
                var chunk = byName.GetValueOrDefault(id.ToString())
                    ?? new BucketTotals { Bucket = _ledger.Bucket, Chunk = id.ToString(), Cells = [] };
                _chunks.Add(id, chunk);
                _totals.Load(new TotalsChunk(id, chunk.Cells));
            }
        }
    }

    /// <summary>Whether a customer still fits into the batch being made.</summary>
    public bool Fits(CustomerSave save)
    {
        var touched = ChunksOf(save.Delta).Where(id => !_touched.Contains(id)).ToList();
        return _writes.Count + save.Writes.Count + _touched.Count + touched.Count + 1 <= Batch.MaxWrites
            && _bytes + save.Bytes + touched.Sum(BytesOf) <= MostBytes;
    }

    /// <returns>False when he does not even fit alone, or a sum would overflow; then nothing was added.</returns>
    public bool TryAdd(CustomerSave save)
    {
        if (!Fits(save) || Enumerable.Range(0, save.Delta.Count).Any(i => Overflows(save.Delta[i])))
        {
            return false;
        }

        var touched = ChunksOf(save.Delta).Where(_touched.Add).ToList();
        _bytes += save.Bytes + touched.Sum(BytesOf);
        _totals.Add(save.Delta);
        Standing.Add(_counts, save.Before, -1);
        Standing.Add(_counts, save.After, 1);
        _writes.AddRange(save.Writes);
        return true;
    }

    /// <exception cref="VersionConflictException">
    /// Somebody else changed the bucket; he knows nothing of these cuts yet.
    /// </exception>
    public async Task MarkScoredAsync(int cutVersion, CancellationToken stop)
    {
        await _store.SaveAsync(Batch.Of(_ledger with { CutVersion = cutVersion }), stop);
        _ledger = _ledger with { CutVersion = cutVersion, Version = _ledger.Version + 1 };
    }

    /// <summary>Saves what was added, in one batch.</summary>
    /// <exception cref="VersionConflictException">Somebody else changed the bucket; read it again.</exception>
    public async Task FlushAsync(CancellationToken stop)
    {
        if (_writes.Count == 0)
        {
            return;
        }

        var ledger = _ledger with { Counts = new SortedDictionary<string, long>(_counts, StringComparer.Ordinal) };
        var chunks = _touched.Select(id => (Id: id, Document: _chunks[id] with { Cells = _totals.Chunk(id).Bytes }))
            .ToList();
        var batch = new Batch();
        foreach (var write in _writes)
        {
            AddTo(batch, write);
        }

        await _store.SaveAsync(chunks.Aggregate(batch.Put(ledger), (all, chunk) => all.Put(chunk.Document)), stop);
        _ledger = ledger with { Version = ledger.Version + 1 };
        foreach (var (id, document) in chunks)
        {
            _chunks[id] = document with { Version = document.Version + 1 };
        }

        _writes.Clear();
        _touched.Clear();
        _bytes = 0;
    }

    public static void AddTo(Batch batch, PlannedWrite write) => _ = write.Kind switch
    {
        WriteKind.Put => batch.Put(write.Document),
        WriteKind.Delete => batch.Delete(write.Document),
        _ => batch.Purge(write.Document),
    };

    public static IReadOnlyCollection<ChunkId> ChunksOf(Contribution delta)
    {
        var chunks = new HashSet<ChunkId>();
        for (var i = 0; i < delta.Count; i++)
        {
            chunks.Add(ChunkId.Of(delta[i].Key));
        }

        return chunks;
    }

    private DocumentKey KeyOf(ChunkId id) => BucketTotals.KeyOf(_ledger.Bucket, id.ToString());

    // What is stored now, and as much again for what is being added.
    private int BytesOf(ChunkId id) => 2_000 + (_chunks[id].Cells.Length * 2);

    private bool Overflows(Cell cell)
    {
        var key = cell.Key;
        var value = key.Metric == Metric.Cohort
            ? _totals.CohortCell(key.Grain, key.Period, key.Offset)
            : _totals[key.Grain, key.Metric, key.Period];
        return Int128.Abs((Int128)value + cell.Value) > MostPerCell;
    }
}
