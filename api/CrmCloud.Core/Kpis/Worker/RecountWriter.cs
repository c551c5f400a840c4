using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>Writes a recount's differences in batches, each with the bucket's ledger as its guard.</summary>
internal sealed class RecountWriter
{
    private const int MostBytes = Batch.MaxBytes * 3 / 4;

    private readonly ITenantStore _store;
    private readonly List<PlannedWrite> _writes = [];
    private BucketLedger _ledger;
    private int _bytes;

    private RecountWriter(ITenantStore store, BucketLedger ledger) => (_store, _ledger) = (store, ledger);

    public int Differences { get; private set; }

    public static async Task<RecountWriter> OpenAsync(ITenantStore store, string bucket, CancellationToken stop)
    {
        var ledger = await store.FindAsync<BucketLedger>(BucketLedger.KeyOf(bucket), stop)
            ?? new BucketLedger { Bucket = bucket };
        var writer = new RecountWriter(store, ledger);
        await writer.SaveAsync(ledger with { Recounting = true }, stop);
        return writer;
    }

    /// <summary>The writes of one customer stay in one batch.</summary>
    public async Task AddAsync(IReadOnlyList<PlannedWrite> writes, int bytes, CancellationToken stop)
    {
        if (_writes.Count + writes.Count + 1 > Batch.MaxWrites || _bytes + bytes > MostBytes)
        {
            await SaveAsync(_ledger, stop);
        }

        _writes.AddRange(writes);
        _bytes += bytes;
        Differences += writes.Count;
    }

    /// <summary>Writes the rest and opens the bucket for changes again.</summary>
    public Task CloseAsync(FigureContext context, IReadOnlyDictionary<string, long> counts, CancellationToken stop)
    {
        Differences += Standing.Difference(counts, _ledger.Counts).Count;
        return SaveAsync(
            _ledger with
            {
                Recounting = false,
                Stamp = context.Stamp,
                CutVersion = context.Cuts?.Version ?? 0,
                Counts = new SortedDictionary<string, long>(counts.ToDictionary(), StringComparer.Ordinal),
            },
            stop);
    }

    private async Task SaveAsync(BucketLedger ledger, CancellationToken stop)
    {
        var batch = new Batch().Put(ledger);
        foreach (var write in _writes)
        {
            BucketDraft.AddTo(batch, write);
        }

        await _store.SaveAsync(batch, stop);
        _ledger = ledger with { Version = ledger.Version + 1 };
        _writes.Clear();
        _bytes = 0;
    }
}
