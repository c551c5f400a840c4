namespace CrmCloud.Core.Personalization.Deciding;

/// <summary>How often something was shown and accepted; old evidence weighs less.</summary>
/// <param name="Shown">Weighted impressions as of the day, 0 or more.</param>
/// <param name="Accepted">Weighted acceptances, 0 to <paramref name="Shown"/>.</param>
/// <param name="Day">Days since 1970-01-01 of the tenant's zone.</param>
public readonly record struct Evidence(double Shown, double Accepted, int Day)
{
    /// <summary>The same evidence on another day: half of it is left after each half-life.</summary>
    /// <remarks>On an earlier day it is what it was; clocks that run backwards must not make evidence grow.</remarks>
    public Evidence On(int day, double halfLifeDays)
    {
        var left = day <= Day ? 1 : Math.Pow(0.5, (day - Day) / halfLifeDays);
        return new(Shown * left, Accepted * left, Math.Max(day, Day));
    }

    /// <summary>With outcomes of a day. Late outcomes of an earlier day weigh less already.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More accepted than shown, or fewer than none.</exception>
    public Evidence Add(int shown, int accepted, int day, double halfLifeDays)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(accepted);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(accepted, shown);
        var (known, latest) = (On(day, halfLifeDays), Math.Max(day, Day));
        var added = new Evidence(shown, accepted, day).On(latest, halfLifeDays);
        return new(known.Shown + added.Shown, known.Accepted + added.Accepted, latest);
    }

    public static Evidence operator +(Evidence one, Evidence other) =>
        new(one.Shown + other.Shown, one.Accepted + other.Accepted, Math.Max(one.Day, other.Day));
}

/// <summary>What is believed of an acceptance rate: Beta(<paramref name="Alpha"/>, <paramref name="Beta"/>).</summary>
public readonly record struct Belief(double Alpha, double Beta)
{
    /// <summary>Before anything is known: a rate about 5 %, worth 20 impressions.</summary>
    private static readonly Belief First = new(1, 19);

    public double Mean => Alpha / (Alpha + Beta);

    /// <summary>
    /// The belief about an action in a segment, shrunk twice: what all actions reach is a prior for the action, and
    /// what the action reaches in other segments is the prior for this one. Small segments overfit otherwise.
    /// </summary>
    /// <param name="cell">Of the action in the segment.</param>
    /// <param name="action">Of the action in all segments, the cell included.</param>
    /// <param name="all">Of all actions of the tenant.</param>
    /// <param name="priorImpressions">How many impressions each prior is worth; 20 to 50 is sensible.</param>
    public static Belief Of(Evidence cell, Evidence action, Evidence all, double priorImpressions)
    {
        var overall = new Belief(First.Alpha + all.Accepted, First.Beta + Math.Max(0, all.Shown - all.Accepted)).Mean;
        // Without the cell itself: it must not count twice. Rounding must not leave less than nothing.
        var accepted = Math.Max(0, action.Accepted - cell.Accepted);
        var refused = Math.Max(0, action.Shown - action.Accepted - (cell.Shown - cell.Accepted));
        var elsewhere = new Belief(
            (priorImpressions * overall) + accepted, (priorImpressions * (1 - overall)) + refused).Mean;
        return new(
            (priorImpressions * elsewhere) + cell.Accepted,
            (priorImpressions * (1 - elsewhere)) + Math.Max(0, cell.Shown - cell.Accepted));
    }
}
