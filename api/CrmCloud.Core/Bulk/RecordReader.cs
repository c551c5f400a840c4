namespace CrmCloud.Core.Bulk;

/// <summary>A place between two chunks of an import, from which it can go on after a crash.</summary>
/// <param name="Pass">0 reads the file as it lies; 1 and up bring scattered records together, one class each.</param>
/// <param name="Row">Where pass 0 goes on.</param>
/// <param name="Records">Records already done of a later pass.</param>
public sealed record ImportCursor(int Pass, RowPosition Row, int Records)
{
    public static ImportCursor Start { get; } = new(0, default, 0);
}

/// <param name="Next">Where the following chunk starts.</param>
/// <param name="Mapping">Names the places of problems; null for a chunk without records.</param>
public sealed record RecordChunk(IReadOnlyList<MappedRecord> Records, ImportCursor Next, RecordMapping? Mapping)
{
    public long Rows => Records.Sum(r => (long)r.Rows.Rows.Count);
}

/// <summary>
/// Reads a file chunk by chunk, none of them empty. The same file and plan give the same chunks from the same cursor.
/// </summary>
public sealed class RecordReader(
    ImportPlan plan, Func<Stream> open, GroupIndex groups, int recordsPerChunk = BulkLimits.RecordsPerChunk)
{
    public IEnumerable<RecordChunk> Read(ImportCursor from)
    {
        if (from.Pass == 0)
        {
            foreach (var chunk in AsItLies(from))
            {
                yield return chunk;
            }

            from = new(1, default, 0);
        }

        var scattered = plan.GroupSlot >= 0 ? groups.Classes : 0;
        for (var pass = from.Pass; pass <= scattered; pass++)
        {
            foreach (var chunk in BroughtTogether(pass, pass == from.Pass ? from.Records : 0))
            {
                yield return chunk;
            }
        }
    }

    private IEnumerable<RecordChunk> AsItLies(ImportCursor from)
    {
        using var content = open();
        var rows = plan.Open(content);
        if (from.Row.Offset > 0)
        {
            rows.MoveTo(from.Row);
        }

        var chunk = new ChunkBuilder(new(plan, rows), recordsPerChunk);
        var record = new List<SourceRow>();
        while (rows.Read() is { } row)
        {
            var key = plan.GroupSlot < 0 ? null : row.Cells[plan.GroupSlot];
            var group = key is null ? default : groups.Of(key);
            if (record.Count > 0 && (key is null || key != record[0].Cells[plan.GroupSlot]))
            {
                chunk.Add(new(record));
                record = [];
            }

            if (record.Count == 0 && chunk.IsFull)
            {
                yield return chunk.Take(new(0, row.At, 0));
            }

            if (group.IsTooLong)
            {
                chunk.Add(new([row], row.At.Number == group.First ? 1 : 0) { TooLong = true });
            }
            else if (key is null)
            {
                chunk.Add(new([row]));
            }
            else if (!group.Scattered)
            {
                record.Add(row);
            }
        }

        if (record.Count > 0)
        {
            chunk.Add(new(record));
        }

        if (chunk.Count > 0)
        {
            yield return chunk.Take(new(1, default, 0));
        }
    }

    private IEnumerable<RecordChunk> BroughtTogether(int pass, int done)
    {
        var records = new Dictionary<string, List<SourceRow>>(StringComparer.Ordinal);
        using var content = open();
        var rows = plan.Open(content);
        while (rows.Read() is { } row)
        {
            if (row.Cells[plan.GroupSlot] is { } key && groups.Of(key) is { Scattered: true, IsTooLong: false }
                && groups.ClassOf(key) == pass - 1)
            {
                if (!records.TryGetValue(key, out var lines))
                {
                    records.Add(key, lines = []);
                }

                lines.Add(row);
            }
        }

        var chunk = new ChunkBuilder(new(plan, rows), recordsPerChunk);
        var number = 0;
        foreach (var lines in records.Values.OrderBy(l => l[0].At.Number))
        {
            number++;
            if (number <= done)
            {
                continue;
            }

            chunk.Add(new(lines));
            if (chunk.IsFull)
            {
                yield return chunk.Take(new(pass, default, number));
            }
        }

        if (chunk.Count > 0)
        {
            yield return chunk.Take(new(pass + 1, default, 0));
        }
    }

    private sealed class ChunkBuilder(RecordMapping mapping, int mostRecords)
    {
        private List<MappedRecord> _records = [];
        private int _rows;
        private long _bytes;

        public int Count => _records.Count;

        public bool IsFull => _records.Count >= mostRecords || _rows >= BulkLimits.RowsPerChunk
            || _bytes >= BulkLimits.BytesPerChunk;

        public void Add(RecordRows record)
        {
            _records.Add(mapping.Map(record));
            _rows += record.Rows.Count;
            _bytes += record.Rows.Sum(r => (long)r.Raw.Length);
        }

        public RecordChunk Take(ImportCursor next)
        {
            var chunk = new RecordChunk(_records, next, mapping);
            (_records, _rows, _bytes) = ([], 0, 0);
            return chunk;
        }
    }
}
