using System.Runtime.InteropServices;

namespace CrmCloud.Core.Bulk;

/// <summary>What a first pass over the file learns: how many rows, and how the rows of each group lie.</summary>
/// <remarks>
/// Rows of most groups lie together and are read as they come. Rows of scattered groups are brought together in further
/// passes over the file, each for one class of groups, so that memory stays bounded and no record is stored in parts.
/// </remarks>
public sealed class GroupIndex
{
    private readonly Dictionary<ulong, Group> _groups = [];
    private long _scatteredRows;
    private long _scatteredBytes;

    private GroupIndex()
    {
    }

    public long Rows { get; private set; }

    /// <summary>Passes needed for scattered groups; 0 where there are none.</summary>
    public int Classes => (int)Math.Max(
        (_scatteredRows + BulkLimits.ScatteredRowsHeld - 1) / BulkLimits.ScatteredRowsHeld,
        (_scatteredBytes + BulkLimits.ScatteredBytesHeld - 1) / BulkLimits.ScatteredBytesHeld);

    /// <param name="column">Whose equal values group rows; null where each row is a record.</param>
    /// <exception cref="UnreadableFileException">More groups than can be held.</exception>
    public static GroupIndex Build(IRowSource rows, string? column, CancellationToken stop)
    {
        var index = new GroupIndex();
        rows.Select(column is null ? [] : [column]);
        ulong? last = null;
        while (rows.Read() is { } row)
        {
            index.Rows++;
            if (index.Rows % 10_000 == 0)
            {
                stop.ThrowIfCancellationRequested();
            }

            if (column is not null && row.Cells[0] is { } key)
            {
                var hash = Hash(key);
                index.Add(hash, row, hash == last);
                last = hash;
            }
        }

        foreach (var group in index._groups.Values.Where(g => g is { Scattered: true, IsTooLong: false }))
        {
            index._scatteredRows += group.Rows;
            index._scatteredBytes += group.Bytes;
        }

        return index;
    }

    public Group Of(string key) => _groups[Hash(key)];

    public int ClassOf(string key) => (int)(Hash(key) % (ulong)Classes);

    private void Add(ulong hash, SourceRow row, bool adjacent)
    {
        if (_groups.Count >= BulkLimits.Groups)
        {
            throw new UnreadableFileException($"The file has more than {BulkLimits.Groups} groups of rows. Split it.");
        }

        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, hash, out var known);
        group = known
            ? group with
            {
                Rows = group.Rows + 1,
                Bytes = group.Bytes + row.Raw.Length,
                Scattered = group.Scattered || !adjacent,
            }
            : new((int)Math.Min(row.At.Number, int.MaxValue), 1, row.Raw.Length, Scattered: false);
    }

    // FNV-1a with a final mix: the same in every process, so that a resumed import finds the same classes. Two groups
    // with one hash are only read in the same pass; they are told apart by their text.
    public static ulong Hash(string key)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in key)
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        hash ^= hash >> 32;
        hash = unchecked(hash * 0x9E3779B97F4A7C15UL);
        return hash ^ (hash >> 29);
    }

    /// <param name="First">Number of its first row.</param>
    public readonly record struct Group(int First, int Rows, long Bytes, bool Scattered)
    {
        public bool IsTooLong => Rows > BulkLimits.RowsPerRecord || Bytes > BulkLimits.BytesPerChunk;
    }
}
