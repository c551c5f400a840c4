namespace CrmCloud.Core.Predictive;

/// <summary>
/// All that BG/NBD asks of a customer, in whole local days; several orders of a day are one purchase.
/// </summary>
/// <param name="Repeats">x: days with a purchase after the first. 0 or more.</param>
/// <param name="LastDays">t_x: days from the first to the last purchase; 0 where there is no repeat.</param>
/// <param name="AgeDays">T: days from the first purchase to the instant of the figure; t_x or more.</param>
public readonly record struct PurchaseHistory(int Repeats, int LastDays, int AgeDays)
{
    /// <summary>Models count in weeks, as the published parameters do.</summary>
    public const double DaysPerWeek = 7;

    /// <summary>A twelfth of a year of 365.25 days.</summary>
    public const double WeeksPerMonth = 365.25 / 12 / DaysPerWeek;

    public double LastWeeks => LastDays / DaysPerWeek;

    public double AgeWeeks => AgeDays / DaysPerWeek;
}
