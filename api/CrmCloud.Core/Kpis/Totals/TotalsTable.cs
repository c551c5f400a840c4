using System.Runtime.CompilerServices;

namespace CrmCloud.Core.Kpis;

/// <summary>Partial totals of any set of customers: sparse over time, dense where something happened.</summary>
/// <remarks>
/// Holds every (grain, period, metric) and every cohort cell. Tables of disjoint sets of customers (buckets, segments,
/// threads) add up by <see cref="Merge"/>. Reading is safe from several threads, changing is not.
/// </remarks>
public sealed class TotalsTable
{
    public const int PeriodsInChunk = 1 << PageBits;
    public const int CohortsInChunk = 1 << CohortBits;

    private const int PageBits = 8;
    private const int CohortBits = 6;

    // [grain][period >> 8][metric * 256 + (period & 255)]
    private readonly long[]?[][] _pages = new long[]?[Grains.Count][];

    // [grain][cohort >> 6][cohort & 63][offset]
    private readonly long[]?[]?[][] _cohorts = new long[]?[]?[Grains.Count][];

    public TotalsTable()
    {
        for (var grain = 0; grain < Grains.Count; grain++)
        {
            _pages[grain] = [];
            _cohorts[grain] = [];
        }
    }

    /// <summary>The number kept at one period; 0 where nothing happened.</summary>
    public long this[Grain grain, Metric metric, int period]
    {
        get
        {
            var pages = _pages[(int)grain];
            return period >= 0 && period >> PageBits < pages.Length && pages[period >> PageBits] is { } page
                ? page[Slot(metric, period)]
                : 0;
        }
    }

    /// <summary>The sum over all periods up to and with this one: what the moves of a metric have come to.</summary>
    public long SumTo(Grain grain, Metric metric, int period)
    {
        var pages = _pages[(int)grain];
        var sum = 0L;
        for (var number = 0; number < pages.Length && number <= period >> PageBits; number++)
        {
            if (pages[number] is { } page)
            {
                var count = Math.Min(PeriodsInChunk, period - (number << PageBits) + 1);
                foreach (var value in page.AsSpan(Slot(metric, 0), count))
                {
                    sum += value;
                }
            }
        }

        return sum;
    }

    /// <summary>Customers of a cohort who ordered at an offset; 0 where nobody did.</summary>
    public long CohortCell(Grain grain, int cohort, int offset)
    {
        var blocks = _cohorts[(int)grain];
        return cohort >= 0 && cohort >> CohortBits < blocks.Length
            && blocks[cohort >> CohortBits]?[cohort & (CohortsInChunk - 1)] is { } row && offset < row.Length
            ? row[offset]
            : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Grain grain, Metric metric, int period, long value)
    {
        var pages = _pages[(int)grain];
        var number = period >> PageBits;
        var page = (uint)number < (uint)pages.Length ? pages[number] : null;
        (page ?? NewPage(grain, number))[Slot(metric, period)] += value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddCohort(Grain grain, int cohort, int offset, long value)
    {
        var blocks = _cohorts[(int)grain];
        var number = cohort >> CohortBits;
        var block = (uint)number < (uint)blocks.Length ? blocks[number] : null;
        var row = block?[cohort & (CohortsInChunk - 1)];
        if (row is null || offset >= row.Length)
        {
            row = NewRow(grain, cohort, offset);
        }

        row[offset] += value;
    }

    /// <summary>Adds a customer's contribution, or with sign -1 takes it out again.</summary>
    public void Add(Contribution contribution, int sign = 1)
    {
        for (var i = 0; i < contribution.Count; i++)
        {
            Add(contribution[i], sign);
        }
    }

    public void Merge(TotalsTable other, int sign = 1)
    {
        foreach (var grain in Grains.All)
        {
            for (var number = 0; number < other._pages[(int)grain].Length; number++)
            {
                if (other._pages[(int)grain][number] is { } page)
                {
                    AddAll(NewPage(grain, number), page, sign);
                }
            }

            foreach (var (cohort, row) in other.CohortRows(grain))
            {
                AddAll(NewRow(grain, cohort, row.Length - 1), row, sign);
            }
        }
    }

    /// <summary>Every number that is not zero; by grain, then periods by chunk, then cohorts.</summary>
    public IEnumerable<Cell> Cells() => Chunked().SelectMany(id => CellsOf(id));

    /// <summary>
    /// What would have to be added to the other table to make it equal this one; empty when they are equal.
    /// </summary>
    public IReadOnlyList<Cell> DifferenceFrom(TotalsTable other)
    {
        var difference = new TotalsTable();
        difference.Merge(this);
        difference.Merge(other, -1);
        return [.. difference.Cells()];
    }

    /// <summary>The table in pieces that fit a document; pieces that hold nothing are left out.</summary>
    public IEnumerable<TotalsChunk> Chunks() =>
        Chunked().Select(Chunk).Where(chunk => chunk.Bytes.Length > 0);

    /// <summary>One piece as it is now, for saving what a change touched (<see cref="ChunkId.Of"/>).</summary>
    public TotalsChunk Chunk(ChunkId id)
    {
        var cells = new CellList(256);
        foreach (var cell in CellsOf(id))
        {
            cells.Add(cell.Key.Packed, cell.Value);
        }

        return new TotalsChunk(id, cells.Count == 0 ? [] : cells.ToContribution().Encode());
    }

    /// <summary>Adds a stored piece; load each piece of a set of customers once.</summary>
    /// <exception cref="InvalidDataException">The piece is torn or of another format.</exception>
    public void Load(TotalsChunk chunk)
    {
        if (chunk.Bytes.Length > 0)
        {
            Add(Contribution.Decode(chunk.Bytes));
        }
    }

    private static void AddAll(Span<long> to, ReadOnlySpan<long> values, int sign)
    {
        for (var i = 0; i < values.Length; i++)
        {
            to[i] += sign * values[i];
        }
    }

    private IEnumerable<(int Cohort, long[] Row)> CohortRows(Grain grain)
    {
        var blocks = _cohorts[(int)grain];
        for (var block = 0; block < blocks.Length; block++)
        {
            for (var row = 0; row < (blocks[block]?.Length ?? 0); row++)
            {
                if (blocks[block]![row] is { } cells)
                {
                    yield return ((block << CohortBits) | row, cells);
                }
            }
        }
    }

    private static int Slot(Metric metric, int period) =>
        ((int)metric << PageBits) | (period & (PeriodsInChunk - 1));

    private void Add(Cell cell, int sign)
    {
        var key = cell.Key;
        if (key.Metric == Metric.Cohort)
        {
            AddCohort(key.Grain, key.Period, key.Offset, sign * cell.Value);
        }
        else
        {
            Add(key.Grain, key.Metric, key.Period, sign * cell.Value);
        }
    }

    private IEnumerable<ChunkId> Chunked()
    {
        foreach (var grain in Grains.All)
        {
            for (var block = 0; block < _pages[(int)grain].Length; block++)
            {
                yield return new ChunkId(grain, false, block);
            }

            for (var block = 0; block < _cohorts[(int)grain].Length; block++)
            {
                yield return new ChunkId(grain, true, block);
            }
        }
    }

    private IEnumerable<Cell> CellsOf(ChunkId id) => id.IsCohorts ? CohortCells(id) : PeriodCells(id);

    private IEnumerable<Cell> PeriodCells(ChunkId id)
    {
        var pages = _pages[(int)id.Grain];
        if (id.Block >= pages.Length || pages[id.Block] is not { } page)
        {
            yield break;
        }

        for (var slot = 0; slot < page.Length; slot++)
        {
            if (page[slot] != 0)
            {
                var period = (id.Block << PageBits) | (slot & (PeriodsInChunk - 1));
                yield return new Cell(CellKey.Of(id.Grain, (Metric)(slot >> PageBits), period), page[slot]);
            }
        }
    }

    private IEnumerable<Cell> CohortCells(ChunkId id)
    {
        var blocks = _cohorts[(int)id.Grain];
        var rows = id.Block < blocks.Length ? blocks[id.Block] : null;
        for (var row = 0; row < (rows?.Length ?? 0); row++)
        {
            var cells = rows![row] ?? [];
            for (var offset = 0; offset < cells.Length; offset++)
            {
                if (cells[offset] != 0)
                {
                    var cohort = (id.Block << CohortBits) | row;
                    yield return new Cell(CellKey.Of(id.Grain, Metric.Cohort, cohort, offset), cells[offset]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long[] NewPage(Grain grain, int number)
    {
        ref var pages = ref _pages[(int)grain];
        if (number >= pages.Length)
        {
            Array.Resize(ref pages, number + 1);
        }

        return pages[number] ??= new long[Metrics.PerPeriod << PageBits];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long[] NewRow(Grain grain, int cohort, int offset)
    {
        ref var blocks = ref _cohorts[(int)grain];
        var number = cohort >> CohortBits;
        if (number >= blocks.Length)
        {
            Array.Resize(ref blocks, number + 1);
        }

        ref var row = ref (blocks[number] ??= new long[]?[CohortsInChunk])[cohort & (CohortsInChunk - 1)];
        if (row is null || row.Length <= offset)
        {
            var length = Math.Clamp(2 * (offset + 1), 16, Math.Max(16, Grains.CohortOffsets(grain)));
            Array.Resize(ref row, Math.Max(length, offset + 1));
        }

        return row;
    }
}
