namespace CrmCloud.Core.Personalization.Deciding;

public enum UpliftVerdict
{
    /// <summary>
    /// Fewer than 30 customers in one of the groups, whatever the interval; or the interval holds 0, and fewer than
    /// `neededPerGroup` were seen (or control never accepted, so that the number is not known).
    /// </summary>
    NotEnoughData,

    /// <summary>The interval holds 0 although `neededPerGroup` were seen.</summary>
    NoDifference,

    /// <summary>At least 30 customers in each group, and the whole interval is above 0.</summary>
    Better,

    /// <summary>At least 30 customers in each group, and the whole interval is below 0.</summary>
    Worse,
}

/// <summary>Customers of a group, and how many of them did what was hoped for. Each customer counts once.</summary>
public readonly record struct Group(int Customers, int Successes)
{
    /// <summary>0 to 1; 0 for nobody.</summary>
    public double Rate => Customers == 0 ? 0 : (double)Successes / Customers;
}

/// <summary>Treated minus control, as a difference of shares from -1 to 1, with its 95 % interval.</summary>
/// <param name="NeededPerGroup">
/// Customers in each of two equal groups to find the wanted lift in four of five trials; null where the control group
/// shows no success to start from.
/// </param>
public sealed record Uplift(double Difference, double From, double To, int? NeededPerGroup, UpliftVerdict Verdict)
{
    // Two-sided 95 %, and a power of 80 %.
    private const double Z95 = 1.959963984540054;
    private const double Z80 = 0.8416212335729143;

    // Below this an interval is honest but of no use, and a first success would be called a triumph.
    private const int FewestPerGroup = 30;

    /// <param name="wantedLift">Relative: 0.10 asks for 10 % more than control.</param>
    /// <returns>Null where one of the groups is empty.</returns>
    /// <remarks>
    /// Interval: Newcombe's hybrid score method (1998, method 10) from Wilson's intervals. Looking every day and
    /// stopping at the first BETTER finds more than 5 % of them by chance.
    /// </remarks>
    public static Uplift? Of(Group treated, Group control, double wantedLift = 0.10)
    {
        if (treated.Customers == 0 || control.Customers == 0)
        {
            return null;
        }

        var difference = treated.Rate - control.Rate;
        var (treatedFrom, treatedTo) = Wilson(treated);
        var (controlFrom, controlTo) = Wilson(control);
        var from = difference - Length(treated.Rate - treatedFrom, controlTo - control.Rate);
        var to = difference + Length(treatedTo - treated.Rate, control.Rate - controlFrom);
        var needed = Needed(control.Rate, wantedLift);
        return new(difference, from, to, needed, VerdictOf(treated, control, (from, to), needed));
    }

    /// <summary>Customers per group to find a relative lift with 95 % confidence and 80 % power.</summary>
    /// <param name="rate">Of control.</param>
    /// <returns>Null where the rate is 0 or the lifted one is above 1, or the number beyond all customers.</returns>
    /// <remarks>Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions" (2003), 4.14.</remarks>
    public static int? Needed(double rate, double wantedLift)
    {
        var lifted = rate * (1 + wantedLift);
        if (rate <= 0 || lifted > 1 || wantedLift <= 0)
        {
            return null;
        }

        var mean = (rate + lifted) / 2;
        var root = (Z95 * Math.Sqrt(2 * mean * (1 - mean)))
            + (Z80 * Math.Sqrt((rate * (1 - rate)) + (lifted * (1 - lifted))));
        var needed = Math.Ceiling(root * root / ((lifted - rate) * (lifted - rate)));
        return needed <= int.MaxValue ? (int)needed : null;
    }

    /// <summary>Wilson's 95 % interval of a share (1927). 0 to 1 for nobody.</summary>
    public static (double From, double To) Wilson(Group group)
    {
        if (group.Customers == 0)
        {
            return (0, 1);
        }

        var (n, rate, square) = ((double)group.Customers, group.Rate, Z95 * Z95);
        var center = (rate + (square / (2 * n))) / (1 + (square / n));
        var half = Z95 / (1 + (square / n)) * Math.Sqrt((rate * (1 - rate) / n) + (square / (4 * n * n)));
        return (Math.Max(0, center - half), Math.Min(1, center + half));
    }

    private static UpliftVerdict VerdictOf(Group treated, Group control, (double From, double To) interval, int? needed)
    {
        if (Math.Min(treated.Customers, control.Customers) < FewestPerGroup)
        {
            return UpliftVerdict.NotEnoughData;
        }

        if (interval.From > 0 || interval.To < 0)
        {
            return interval.From > 0 ? UpliftVerdict.Better : UpliftVerdict.Worse;
        }

        // Unequal groups tell as much as equal ones of their harmonic mean.
        var each = 2 / ((1.0 / treated.Customers) + (1.0 / control.Customers));
        return needed is { } enough && each >= enough ? UpliftVerdict.NoDifference : UpliftVerdict.NotEnoughData;
    }

    private static double Length(double one, double other) => Math.Sqrt((one * one) + (other * other));
}
