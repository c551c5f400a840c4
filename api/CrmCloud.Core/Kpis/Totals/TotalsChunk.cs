namespace CrmCloud.Core.Kpis;

/// <summary>The address of one stored piece of a <see cref="TotalsTable"/>.</summary>
/// <param name="Block">
/// Which run of periods: <see cref="TotalsTable.PeriodsInChunk"/> of them, or
/// <see cref="TotalsTable.CohortsInChunk"/> cohorts with all their cells.
/// </param>
public readonly record struct ChunkId(Grain Grain, bool IsCohorts, int Block)
{
    /// <summary>For a document id: such as "month-1" or "cohort-week-7".</summary>
    public override string ToString() =>
        $"{(IsCohorts ? "cohort-" : "")}{Grain.ToString().ToLowerInvariant()}-{Block}";

    public static ChunkId Of(CellKey key) =>
        key.Metric == Metric.Cohort
            ? new ChunkId(key.Grain, true, key.Period / TotalsTable.CohortsInChunk)
            : new ChunkId(key.Grain, false, key.Period / TotalsTable.PeriodsInChunk);
}

/// <summary>One stored piece of the totals. At most about 100 KB; usually a few.</summary>
/// <param name="Bytes">Cells in the form of <see cref="Contribution.Encode"/>; empty when every cell is zero.</param>
public sealed record TotalsChunk(ChunkId Id, byte[] Bytes);
