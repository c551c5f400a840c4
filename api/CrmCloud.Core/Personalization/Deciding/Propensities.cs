namespace CrmCloud.Core.Personalization.Deciding;

/// <summary>An action as Thompson sampling sees it: its score is rate x value - cost.</summary>
/// <param name="Value">Of an acceptance, above 0. Same unit as the cost; 1 where acceptances are only counted.</param>
/// <param name="Cost">Of showing it, 0 or more.</param>
public readonly record struct ScoredBelief(Belief Belief, double Value, double Cost)
{
    public double Score => (Belief.Mean * Value) - Cost;
}

/// <summary>
/// How likely Thompson sampling is to choose each action: the probability that its score is the best.
/// </summary>
public static class Propensities
{
    /// <summary>Propensities are whole parts of this, so that a draw is exact on every machine.</summary>
    public const int Parts = 1_000_000;

    private const int Points = 128;

    /// <summary>Parts per million for each action, at least 1, together exactly a million.</summary>
    /// <param name="actions">1 to 100.</param>
    /// <param name="floor">
    /// Share spread evenly over all actions whatever is believed, 0 to 1: nothing is ever given up for good, and
    /// every choice can be evaluated afterwards.
    /// </param>
    /// <remarks>
    /// P(k is best) = the mean over k's own belief of the product over the others of P(score below k's), at 128 equally
    /// probable points; deterministic, unlike sampling, and about 1e-3 exact. To draw once by these numbers is the same
    /// as to draw every rate from its belief and take the best.
    /// </remarks>
    public static IReadOnlyList<int> Of(IReadOnlyList<ScoredBelief> actions, double floor)
    {
        ArgumentOutOfRangeException.ThrowIfZero(actions.Count, nameof(actions));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(actions.Count, 100, nameof(actions));
        var tables = actions.Select(action => new BeliefTable(action.Belief)).ToArray();
        var best = new double[actions.Count];
        for (var own = 0; own < best.Length; own++)
        {
            for (var point = 0; point < Points; point++)
            {
                var rate = tables[own].RateAt((point + 0.5) / Points);
                best[own] += BeatsOthers(actions, tables, own, (rate * actions[own].Value) - actions[own].Cost);
            }
        }

        var sum = best.Sum();
        return Whole([.. best.Select(share =>
            ((1 - floor) * (sum > 0 ? share / sum : 1.0 / best.Length)) + (floor / best.Length))]);
    }

    private static double BeatsOthers(
        IReadOnlyList<ScoredBelief> actions, BeliefTable[] tables, int own, double score)
    {
        var chance = 1.0;
        for (var other = 0; other < tables.Length && chance > 0; other++)
        {
            chance *= other == own
                ? 1
                : tables[other].Below((score + actions[other].Cost) / actions[other].Value);
        }

        return chance;
    }

    // What rounding leaves over goes to the largest, which feels it least.
    private static int[] Whole(double[] shares)
    {
        var parts = shares.Select(share => Math.Max(1, (int)Math.Round(share * Parts))).ToArray();
        parts[Array.IndexOf(parts, parts.Max())] += Parts - parts.Sum();
        return parts;
    }
}
