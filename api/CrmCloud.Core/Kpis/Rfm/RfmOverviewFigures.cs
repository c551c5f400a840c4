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
        var cells = new SortedDictionary<(byte R, byte F, byte M), long>();
        var customers = new long[Enum.GetValues<RfmGroup>().Length];
        var revenue = new long[customers.Length];
        foreach (var bucket in profiles)
        {
            for (var i = 0; i < bucket.Customers; i++)
            {
                customers[(int)bucket.Group[i]]++;
                revenue[(int)bucket.Group[i]] += bucket.Gross[i];
                if (bucket.Orders[i] > 0)
                {
                    var cell = (bucket.Recency[i], bucket.Frequency[i], bucket.Monetary[i]);
                    cells[cell] = cells.GetValueOrDefault(cell) + 1;
                }
            }
        }

        return new RfmOverviewFigures(
            cuts,
            [.. cells.Select(c => new RfmCellFigures(c.Key.R, c.Key.F, c.Key.M, c.Value))],
            [.. Enum.GetValues<RfmGroup>().Select(g => new RfmGroupFigures(g, customers[(int)g], revenue[(int)g]))]);
    }
}
