namespace CrmCloud.Core.Kpis;

/// <summary>Scores every customer of a bucket by given cuts.</summary>
internal static class Scoring
{
    private const int CustomersPerSlice = 65_536;

    public static void Score(ProfileColumns profiles, RfmCuts cuts, int threads)
    {
        var groups = new GroupTable(cuts);
        Slices.Run(profiles.Customers, CustomersPerSlice, threads, () => 0, (_, from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                if (profiles.Orders[i] == 0)
                {
                    profiles.Group[i] = RfmGroup.Prospect;
                    continue;
                }

                var key = cuts.Settings.Method == RfmMethod.Ntile ? profiles.Key(i) : 0;
                var r = cuts.Recency.Score(profiles.LastOrderDay[i], key);
                var f = cuts.Frequency.Score(profiles.Orders[i], key);
                var m = cuts.Monetary.Score(profiles.Amount(i, cuts.Settings.Monetary), key);
                profiles.Recency[i] = (byte)r;
                profiles.Frequency[i] = (byte)f;
                profiles.Monetary[i] = (byte)m;
                profiles.Group[i] = groups[r, f, m];
            }
        },
        _ => { });
    }

    /// <summary>The group of every possible cell, so that boxes are not searched per customer.</summary>
    private sealed class GroupTable
    {
        private readonly RfmGroup[] _groups;
        private readonly int _side;

        public GroupTable(RfmCuts cuts)
        {
            _side = cuts.Settings.Scale + 1;
            _groups = new RfmGroup[_side * _side * _side];
            for (var i = 0; i < _groups.Length; i++)
            {
                _groups[i] = cuts.GroupOf(i / (_side * _side), i / _side % _side, i % _side);
            }
        }

        public RfmGroup this[int r, int f, int m] => _groups[(((r * _side) + f) * _side) + m];
    }
}
