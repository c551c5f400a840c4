namespace CrmCloud.Core.Kpis;

/// <summary>A customer's scores and the cut values that gave them.</summary>
public sealed record RfmScore(int Recency, int Frequency, int Monetary, RfmGroup Group, int CutVersion)
{
    /// <summary>Such as "5-4-2".</summary>
    public string Cell => $"{Recency}-{Frequency}-{Monetary}";
}

/// <summary>A score is 1 + the number of cuts below the value. Without tie keys a cut is a value alone.</summary>
/// <param name="Values">scale - 1 values, ascending.</param>
/// <param name="TieKeys">Only for NTILE: the key of the last customer of each score.</param>
public sealed record RfmCut(IReadOnlyList<long> Values, IReadOnlyList<long>? TieKeys = null)
{
    private readonly long[] _values = [.. Values];

    // Read-only, so that a copy can never disagree with the array that scores.
    public IReadOnlyList<long> Values { get; } = Values;

    /// <summary>The score of a value, 1 to scale.</summary>
    public int Score(long value, long key)
    {
        var score = 1;
        foreach (var cut in _values)
        {
            score += cut < value ? 1 : 0;
        }

        return TieKeys is null ? score : score + TiesBelow(value, key);
    }

    private int TiesBelow(long value, long key) =>
        _values.Where((cut, i) => cut == value && TieKeys![i] < key).Count();
}

/// <summary>
/// The cut values of one epoch. Scores stay comparable as long as the version is the same: an exact cut would move
/// many customers at every order, so cuts are frozen until a timer or <see cref="Drift"/> says otherwise.
/// </summary>
/// <param name="Version">1 and up; every score is stamped with it.</param>
/// <param name="AsOf">When the cuts were taken, epoch milliseconds UTC.</param>
/// <param name="Customers">How many customers were ranked.</param>
public sealed record RfmCuts(int Version, long AsOf, int Customers, RfmSettings Settings)
{
    /// <summary>New cuts are worth taking when more than this share of customers would score differently.</summary>
    public const decimal DriftLimit = 0.01m;

    /// <summary>In local day numbers (see <see cref="PeriodCalendar"/>): later is better.</summary>
    public required RfmCut Recency { get; init; }

    public required RfmCut Frequency { get; init; }

    /// <summary>In minor units.</summary>
    public required RfmCut Monetary { get; init; }

    public static RfmCuts Compute(RfmRanks ranks, Definitions definitions, long asOf, int version)
    {
        var settings = definitions.Rfm;
        Check(settings);
        if (settings.Method == RfmMethod.FixedThresholds)
        {
            return Fixed(ranks, definitions, asOf, version);
        }

        var cuts = new RfmCut[3];
        Slices.Run(cuts.Length, 1, 2, () => 0, (_, i, _) => cuts[i] = Cut(ranks, (RfmDimension)i, settings), _ => { });
        return new RfmCuts(version, asOf, ranks.Count, settings)
        {
            Recency = cuts[(int)RfmDimension.Recency],
            Frequency = cuts[(int)RfmDimension.Frequency],
            Monetary = cuts[(int)RfmDimension.Monetary],
        };
    }

    /// <summary>Scores a customer; null without a qualifying order (his group is PROSPECT).</summary>
    /// <param name="key">The customer's 64-bit key; matters only to NTILE.</param>
    public RfmScore? Score(CustomerProfile profile, long key) =>
        profile.LastOrderDay is { } day
            ? Score(key, day, profile.Orders, RfmRanks.AmountOf(profile, Settings.Monetary))
            : null;

    /// <summary>The share (0 to 1) of customers of whom at least one score differs under the other cuts.</summary>
    public decimal Drift(RfmRanks ranks, RfmCuts other)
    {
        var moved = 0;
        for (var i = 0; i < ranks.Count; i++)
        {
            moved += Differs(ranks, i, RfmDimension.Recency, Recency, other.Recency)
                || Differs(ranks, i, RfmDimension.Frequency, Frequency, other.Frequency)
                || Differs(ranks, i, RfmDimension.Monetary, Monetary, other.Monetary) ? 1 : 0;
        }

        return ranks.Count == 0 ? 0 : (decimal)moved / ranks.Count;
    }

    internal RfmScore Score(long key, int lastDay, int orders, long amount)
    {
        var (r, f, m) = (Recency.Score(lastDay, key), Frequency.Score(orders, key), Monetary.Score(amount, key));
        return new RfmScore(r, f, m, GroupOf(r, f, m), Version);
    }

    /// <summary>The first box that holds the scores. Another scale than 5 is mapped: ceil(5 x score / scale).</summary>
    public RfmGroup GroupOf(int recency, int frequency, int monetary)
    {
        var (r, f, m) = (OnFive(recency), OnFive(frequency), OnFive(monetary));
        foreach (var box in Settings.Boxes)
        {
            if (box.Recency.Holds(r) && box.Frequency.Holds(f) && box.Monetary.Holds(m))
            {
                return box.Group;
            }
        }

        return RfmGroup.Other;
    }

    private int OnFive(int score) => ((5 * score) + Settings.Scale - 1) / Settings.Scale;

    private static bool Differs(RfmRanks ranks, int i, RfmDimension dimension, RfmCut one, RfmCut other)
    {
        var value = ranks.Values(dimension)[i];
        return one.Score(value, ranks.Keys[i]) != other.Score(value, ranks.Keys[i]);
    }

    private static RfmCut Cut(RfmRanks ranks, RfmDimension dimension, RfmSettings settings)
    {
        if (ranks.Count == 0)
        {
            return new RfmCut([]);
        }

        return settings.Method == RfmMethod.Ntile
            ? Ntile(ranks, dimension, settings.Scale)
            : new RfmCut(OrderStatistics.Pick(ranks.Values(dimension), Ranks(ranks.Count, settings.Scale)));
    }

    // cut_k is the ceil(k n / scale)-th smallest value.
    private static int[] Ranks(int count, int scale) =>
        [.. Enumerable.Range(1, scale - 1).Select(k => (int)((((long)k * count) + scale - 1) / scale))];

    // As SQL's NTILE: the first (count mod scale) scores have one customer more than the others.
    private static RfmCut Ntile(RfmRanks ranks, RfmDimension dimension, int scale)
    {
        var values = ranks.Values(dimension).ToArray();
        var keys = ranks.Keys.ToArray();
        var order = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort(order, (a, b) =>
            values[a] != values[b] ? values[a].CompareTo(values[b]) : keys[a].CompareTo(keys[b]));
        var last = Enumerable.Range(1, scale - 1)
            .Select(k => (k * (order.Length / scale)) + Math.Min(k, order.Length % scale))
            .Where(count => count > 0)
            .Select(count => order[count - 1])
            .ToArray();
        return new RfmCut([.. last.Select(i => values[i])], [.. last.Select(i => keys[i])]);
    }

    private static RfmCuts Fixed(RfmRanks ranks, Definitions definitions, long asOf, int version)
    {
        var limits = definitions.Rfm.Thresholds!;
        var today = definitions.Calendar.DayOf(asOf);
        return new RfmCuts(version, asOf, ranks.Count, definitions.Rfm)
        {
            // "At most 30 days ago" is a last day after today - 31; "at least 3" is more than 2.
            Recency = new RfmCut([.. limits.RecencyAtMostDays.Select(days => (long)today - days - 1)]),
            Frequency = new RfmCut([.. limits.OrdersAtLeast.Select(orders => orders - 1)]),
            Monetary = new RfmCut([.. limits.AmountAtLeast.Select(amount => amount - 1)]),
        };
    }

    private static void Check(RfmSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Scale, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(settings.Scale, 10);
        if (settings.Method == RfmMethod.FixedThresholds
            && (settings.Thresholds is not { } limits
                || limits.RecencyAtMostDays.Count != settings.Scale - 1
                || limits.OrdersAtLeast.Count != settings.Scale - 1
                || limits.AmountAtLeast.Count != settings.Scale - 1))
        {
            throw new ArgumentException("Fixed thresholds need scale - 1 limits for each of R, F and M.");
        }
    }
}
