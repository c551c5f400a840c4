namespace CrmCloud.Core.Kpis;

/// <summary>The address of one number among the totals; ordered by grain, metric, period, offset.</summary>
public readonly record struct CellKey(long Packed) : IComparable<CellKey>
{
    public Grain Grain => (Grain)(Packed >> 56);

    public Metric Metric => (Metric)((Packed >> 48) & 0xFF);

    /// <summary>Number of the period, or of the cohort's period.</summary>
    public int Period => (int)((Packed >> 24) & 0xFF_FFFF);

    /// <summary>Periods since the cohort's; 0 for every other metric.</summary>
    public int Offset => (int)(Packed & 0xFF_FFFF);

    public static CellKey Of(Grain grain, Metric metric, int period, int offset = 0) =>
        new(((long)grain << 56) | ((long)metric << 48) | ((long)period << 24) | (long)offset);

    public int CompareTo(CellKey other) => Packed.CompareTo(other.Packed);

    public override string ToString() => $"{Grain}/{Metric}/{Period}+{Offset}";

    public static bool operator <(CellKey left, CellKey right) => left.Packed < right.Packed;

    public static bool operator >(CellKey left, CellKey right) => left.Packed > right.Packed;

    public static bool operator <=(CellKey left, CellKey right) => left.Packed <= right.Packed;

    public static bool operator >=(CellKey left, CellKey right) => left.Packed >= right.Packed;
}

/// <summary>One number and where it belongs.</summary>
public readonly record struct Cell(CellKey Key, long Value);
