namespace CrmCloud.Core.Kpis;

/// <summary>Shares a range of customers out to a few threads, slice by slice, so that none waits for long.</summary>
internal static class Slices
{
    public static void Run<TLane>(
        int count, int sliceSize, int threads, Func<TLane> start, Action<TLane, int, int> work, Action<TLane> finish)
    {
        var slices = (count + sliceSize - 1) / sliceSize;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(threads, 1, 16) };
        Parallel.For(
            0, slices, options, start,
            (slice, _, lane) =>
            {
                work(lane, slice * sliceSize, Math.Min(count, (slice + 1) * sliceSize));
                return lane;
            },
            finish);
    }
}
