using System.Diagnostics;
using CrmCloud.Core.Predictive;

namespace CrmCloud.Tests.Predictive;

/// <summary>
/// Spend and lifetime value against the published and independently computed figures of the CDNOW sample.
/// </summary>
public sealed class LifetimeValueTests
{
    private static readonly BgNbd Purchases =
        new(0.24259452516739718, 4.413602135355263, 0.7929219826378666, 2.425906539423933);
    private static readonly GammaGamma Spend = new(6.249574065717217, 3.744224532905988, 15.443515809981836);

    [SkippableFact]
    public void The_spend_model_finds_the_published_parameters_and_likelihood()
    {
        var (model, likelihood) = GammaGammaFit.Fit(CdnowSample.Read().Select(c => (c.History.Repeats, c.Mean)));

        Assert.Equal(6.2496, model.P, 2e-3);
        Assert.Equal(3.7442, model.Q, 2e-3);
        Assert.Equal(15.4435, model.V, 2e-3);
        Assert.Equal(-4055.918, likelihood, 1e-2);
        Assert.Equal(35.17, model.PopulationMean, 1e-2);
    }

    [SkippableFact]
    public void Every_customer_of_the_sample_has_the_expected_spend_and_value_of_a_year()
    {
        var customers = CdnowSample.Read().ToDictionary(c => c.Id);
        var year = new LifetimeValue(12, Math.Pow(1.01, 12) - 1, 1);

        var total = CdnowSample.ExpectedOfEach().Sum(one =>
        {
            var (_, history, mean, _) = customers[one.Id];
            var spend = Spend.ExpectedSpend(history.Repeats, mean);
            var value = year.Of(Purchases, history, spend);
            Assert.Equal(one.Spend, spend, 1e-3);
            Assert.Equal(one.Value12, value, 1e-3);
            return value;
        });

        Assert.Equal(71_550.20, total, 0.01);
    }

    [Fact]
    public void The_sum_over_customers_is_the_likelihood_that_the_fit_maximizes()
    {
        (int, double)[] rows = [(1, 12.5), (3, 40), (2, 8), (9, 22.75), (1, 120), (4, 31)];

        var (model, likelihood) = GammaGammaFit.Fit(rows);

        Assert.Equal(rows.Sum(row => model.LogLikelihood(row.Item1, row.Item2)), likelihood, 1e-6);
    }

    [Fact]
    public void Margin_and_discount_take_their_share()
    {
        var customer = new PurchaseHistory(3, 100, 140);
        var whole = new LifetimeValue(12, 0, 1).Of(Purchases, customer, 50);

        Assert.Equal(
            50 * Purchases.ExpectedPurchases(3, customer.LastWeeks, customer.AgeWeeks, 365.25 / 7), whole, 1e-9);
        Assert.Equal(whole * 0.4, new LifetimeValue(12, 0, 0.4).Of(Purchases, customer, 50), 1e-9);
        Assert.InRange(LifetimeValue.Standard.Of(Purchases, customer, 50), whole / 1.1, whole);
    }

    [SkippableFact]
    public void All_customers_of_the_master_file_are_fitted_in_seconds()
    {
        var customers = CdnowSample.ReadMaster();
        var clock = Stopwatch.StartNew();

        var (model, _) = BgNbdFit.Fit(customers.Select(c => c.History));
        GammaGammaFit.Fit(customers.Select(c => (c.History.Repeats, c.Mean)));

        Assert.Equal(23_570, customers.Count);
        Assert.InRange(model.R, 0.2, 0.4);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }
}
