using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Predictive;

/// <summary>What a model says of one customer today.</summary>
/// <param name="LifetimeValue">Discounted revenue of the next 12 months.</param>
/// <param name="ChurnRisk">Percent points: no order within the next churn window.</param>
/// <param name="AliveProbability">Percent points.</param>
/// <param name="ExpectedOrders">Days with an order in the next 12 months.</param>
/// <param name="Missing">Why something is null; null when nothing is.</param>
public sealed record Prediction(
    Money? LifetimeValue, decimal? ChurnRisk, decimal? AliveProbability, decimal? ExpectedOrders, string? Missing,
    IReadOnlyList<IndicatorOperand> Explain)
{
    public const string NoOrder = "No qualifying order yet.";

    private const string NotFitted = "Not fitted yet; that happens with the figures, and nightly.";
    private const string Recounting = "Figures are being recounted.";

    /// <param name="model">Null before the first fit.</param>
    /// <param name="today">Local day number in the tenant's zone.</param>
    public static Prediction Of(ValueModel? model, CustomerProfile customer, Tenant tenant, int today)
    {
        // A profile from before days were counted has none of them until the recount that follows has passed.
        var missing = customer.Orders == 0 ? NoOrder
            : customer.OrderDays == 0 ? Recounting
            : model is null ? NotFitted
            : model.Purchases is null ? model.Missing : null;
        return missing is not null
            ? new(null, null, null, null, missing, [])
            : Of(model!, model!.Purchases!, HistoryOf(customer, today), MeanOf(customer, tenant), tenant);
    }

    /// <summary>Of a customer with an order.</summary>
    public static PurchaseHistory HistoryOf(CustomerProfile customer, int today) => new(
        customer.OrderDays - 1, customer.LastOrderDay!.Value - customer.FirstOrderDay!.Value,
        Math.Max(today, customer.LastOrderDay.Value) - customer.FirstOrderDay.Value);

    /// <summary>Gross of a mean repeat day, major units; 0 without a repeat.</summary>
    public static double MeanOf(CustomerProfile customer, Tenant tenant) => customer.OrderDays < 2 ? 0
        : (double)(customer.Gross - customer.FirstDayGross) / tenant.Money.UnitsPerMajor / (customer.OrderDays - 1);

    private static Prediction Of(ValueModel model, BgNbd purchases, PurchaseHistory of, double mean, Tenant tenant)
    {
        var assumed = LifetimeValue12.Months * PurchaseHistory.WeeksPerMonth;
        var alive = purchases.Alive(of.Repeats, of.LastWeeks, of.AgeWeeks);
        var silent = purchases.ChanceOfSilence(
            of.Repeats, of.LastWeeks, of.AgeWeeks, tenant.Settings.ChurnWindow.TotalDays / PurchaseHistory.DaysPerWeek);
        var orders = purchases.ExpectedPurchases(of.Repeats, of.LastWeeks, of.AgeWeeks, assumed);
        var spend = model.Spend?.ExpectedSpend(of.Repeats, mean);
        return new(
            spend is { } each ? Amount(LifetimeValue12.Of(purchases, of, each), tenant) : null,
            Rounded(100 * silent), Rounded(100 * alive), Rounded(orders), model.Missing,
            [.. Operands(purchases, of, mean), .. Operands(model.Spend, spend)]);
    }

    private static LifetimeValue LifetimeValue12 => Predictive.LifetimeValue.Standard;

    private static IEnumerable<IndicatorOperand> Operands(BgNbd purchases, PurchaseHistory of, double mean) =>
    [
        new("repeat_days", of.Repeats, "orders"),
        new("days_first_to_last", of.LastDays, "orders"),
        new("days_since_first", of.AgeDays, "orders"),
        new("mean_repeat_day", of.Repeats == 0 ? null : Rounded(mean), "orders"),
        new("bgnbd_r", Rounded(purchases.R), "model"),
        new("bgnbd_alpha_weeks", Rounded(purchases.Alpha), "model"),
        new("bgnbd_a", Rounded(purchases.A), "model"),
        new("bgnbd_b", Rounded(purchases.B), "model"),
    ];

    private static IEnumerable<IndicatorOperand> Operands(GammaGamma? spend, double? expected) => spend is null ? [] :
    [
        new("gamma_gamma_p", Rounded(spend.P), "model"),
        new("gamma_gamma_q", Rounded(spend.Q), "model"),
        new("gamma_gamma_v", Rounded(spend.V), "model"),
        new("expected_spend", Rounded(expected!.Value), "model"),
        new("horizon_months", LifetimeValue12.Months, "setting"),
        new("annual_discount_percent", (decimal)LifetimeValue12.AnnualDiscount * 100, "setting"),
        new("margin_percent", (decimal)LifetimeValue12.Margin * 100, "setting"),
    ];

    private static Money? Amount(double major, Tenant tenant) =>
        Rounded(major) is { } amount && Money.TryFrom(amount, tenant.Money, out var money) ? money : null;

    /// <summary>Half-even to six decimals; null beyond what a decimal holds.</summary>
    internal static decimal? Rounded(double value) =>
        double.IsFinite(value) && Math.Abs(value) < 1e20
            ? decimal.Round((decimal)value, 6, MidpointRounding.ToEven)
            : null;
}
