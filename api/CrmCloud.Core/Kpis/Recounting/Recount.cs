namespace CrmCloud.Core.Kpis;

/// <summary>
/// Everything computed anew: the oracle of incremental figures, the nightly repair, the new definition.
/// </summary>
/// <param name="Buckets">The totals of each bucket, in the order given.</param>
/// <param name="Profiles">Of each bucket.</param>
public sealed record RecountResult(
    IReadOnlyList<TotalsTable> Buckets, IReadOnlyList<ProfileColumns> Profiles, RfmCuts Cuts, long AsOf)
{
    /// <summary>All buckets together.</summary>
    public TotalsTable Total()
    {
        var total = new TotalsTable();
        foreach (var bucket in Buckets)
        {
            total.Merge(bucket);
        }

        return total;
    }

    public RfmOverviewFigures Overview() => RfmOverviewFigures.Of(Profiles, Cuts);
}

/// <summary>Recounts a tenant from columns in memory.</summary>
public static class Recount
{
    // Small enough that the last thread to finish is not far behind, large enough to cost nothing.
    private const int CustomersPerSlice = 4_096;

    /// <param name="buckets">The facts of each bucket; together the whole tenant, as cuts rank everybody.</param>
    /// <param name="asOf">Now, or any past instant: facts after it do not count. Epoch milliseconds UTC.</param>
    public static RecountResult Run(
        IReadOnlyList<Columns> buckets, Definitions definitions, long asOf, RecountScope? scope = null)
    {
        scope ??= RecountScope.Everything;
        var profiles = buckets.Select(b => new ProfileColumns(b)).ToList();
        var totals = profiles.Select(p => Totals(p, definitions, asOf, scope)).ToList();
        var cuts = scope.FrozenCuts
            ?? RfmCuts.Compute(Ranks(profiles, definitions.Rfm.Monetary), definitions, asOf, scope.CutVersion);
        foreach (var bucket in profiles)
        {
            Scoring.Score(bucket, cuts, scope.Threads);
        }

        return new RecountResult(totals, profiles, cuts, asOf);
    }

    /// <summary>What RFM ranks, of all buckets.</summary>
    public static RfmRanks Ranks(IReadOnlyList<ProfileColumns> profiles, RfmMonetary monetary)
    {
        var ranks = new RfmRanks(profiles.Sum(p => p.Customers));
        foreach (var bucket in profiles)
        {
            ranks.Add(bucket, monetary);
        }

        return ranks;
    }

    private static TotalsTable Totals(
        ProfileColumns profiles, Definitions definitions, long asOf, RecountScope scope)
    {
        var total = new TotalsTable();
        var gate = new Lock();
        Grain[] grains = [.. scope.Grains];
        Func<Lane> start = () => new Lane(definitions);
        Slices.Run(profiles.Customers, CustomersPerSlice, scope.Threads, start, (lane, from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                lane.Figures.Read(profiles.Source, i, asOf);
                profiles.Set(i, lane.Figures.Ledger);
                lane.Figures.Write(lane.Sink, scope.Parts, grains);
            }
        },
        lane =>
        {
            lock (gate)
            {
                total.Merge(lane.Totals);
            }
        });
        return total;
    }

    /// <summary>What one thread works with.</summary>
    private sealed class Lane(Definitions definitions)
    {
        public CustomerFigures Figures { get; } = new(definitions);

        public TotalsTable Totals { get; } = new();

        public TotalsSink Sink => new(Totals);
    }
}
