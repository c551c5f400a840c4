namespace CrmCloud.Core.Kpis;

/// <summary>How many customers have each combination of scores.</summary>
public sealed record RfmCellFigures(int Recency, int Frequency, int Monetary, long Customers);

/// <param name="Revenue">Gross sum of their qualifying orders, minor units.</param>
public sealed record RfmGroupFigures(RfmGroup Group, long Customers, long Revenue);

/// <summary>The tenant's customers by cell and by group.</summary>
/// <param name="Cells">Only cells with customers, in order of R, F, M.</param>
/// <param name="Groups">Every group, in its order, with 0 where empty.</param>
public sealed record RfmOverviewFigures(
    RfmCuts Cuts, IReadOnlyList<RfmCellFigures> Cells, IReadOnlyList<RfmGroupFigures> Groups)
{
    public static RfmOverviewFigures Of(IReadOnlyList<ProfileColumns> profiles, RfmCuts cuts)
    {
        var side = cuts.Settings.Scale + 1;
        var cells = new long[side * side * side];
        var customers = new long[Enum.GetValues<RfmGroup>().Length];
        var revenue = new long[customers.Length];
        foreach (var bucket in profiles)
        {
            for (var i = 0; i < bucket.Customers; i++)
            {
                customers[(int)bucket.Group[i]]++;
                revenue[(int)bucket.Group[i]] += bucket.Gross[i];
                cells[(((bucket.Recency[i] * side) + bucket.Frequency[i]) * side) + bucket.Monetary[i]]++;
            }
        }

        // Cell 0 holds those without scores.
        var scored = Enumerable.Range(1, cells.Length - 1).Where(cell => cells[cell] > 0);
        return new RfmOverviewFigures(
            cuts,
            [.. scored.Select(c => new RfmCellFigures(c / (side * side), c / side % side, c % side, cells[c]))],
            [.. Enum.GetValues<RfmGroup>().Select(g => new RfmGroupFigures(g, customers[(int)g], revenue[(int)g]))]);
    }
}
