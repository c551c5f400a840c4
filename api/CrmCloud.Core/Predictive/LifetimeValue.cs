namespace CrmCloud.Core.Predictive;

/// <summary>
/// What a customer will still be worth: expected purchases by month, times spend and margin, discounted.
/// </summary>
/// <param name="Months">Horizon, 1 to 120.</param>
/// <param name="AnnualDiscount">0.10 for 10 % a year; a month's rate is (1 + annual)^(1/12) - 1.</param>
/// <param name="Margin">Share of the spend that counts as value: 1 values revenue.</param>
public sealed record LifetimeValue(int Months, double AnnualDiscount, double Margin)
{
    /// <summary>A year of revenue at 10 % a year.</summary>
    public static LifetimeValue Standard { get; } = new(12, 0.10, 1);

    public double MonthlyDiscount => Math.Pow(1 + AnnualDiscount, 1.0 / 12) - 1;

    /// <summary>sum over months of spend (CET(i) - CET(i-1)) margin / (1 + d)^i, in the spend's unit.</summary>
    /// <param name="spend">Expected spend per purchase.</param>
    public double Of(BgNbd model, PurchaseHistory customer, double spend)
    {
        var (value, before, factor) = (0.0, 0.0, 1.0);
        for (var month = 1; month <= Months; month++)
        {
            factor /= 1 + MonthlyDiscount;
            var after = model.ExpectedPurchases(
                customer.Repeats, customer.LastWeeks, customer.AgeWeeks, month * PurchaseHistory.WeeksPerMonth);
            value += spend * (after - before) * Margin * factor;
            before = after;
        }

        return value;
    }
}
