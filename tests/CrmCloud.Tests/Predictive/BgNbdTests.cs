using CrmCloud.Core.Predictive;

namespace CrmCloud.Tests.Predictive;

/// <summary>
/// BG/NBD against the figures Fader, Hardie and Lee (2005) and their notes publish of the CDNOW sample.
/// </summary>
public sealed class BgNbdTests
{
    private static readonly BgNbd Fitted =
        new(0.24259452516739718, 4.413602135355263, 0.7929219826378666, 2.425906539423933);

    [SkippableFact]
    public void The_fit_finds_the_published_parameters_and_likelihood()
    {
        var customers = CdnowSample.Read();

        var (model, likelihood) = BgNbdFit.Fit(customers.Select(c => c.History));

        Assert.Equal((2_357, 946), (customers.Count, customers.Count(c => c.History.Repeats > 0)));
        Assert.Equal(0.2426, model.R, 2e-3);
        Assert.Equal(4.4136, model.Alpha, 2e-3);
        Assert.Equal(0.7929, model.A, 2e-3);
        Assert.Equal(2.4259, model.B, 2e-3);
        Assert.Equal(-9582.429, likelihood, 1e-2);
    }

    [SkippableFact]
    public void Every_customer_of_the_sample_has_the_expected_purchases_and_probability_of_being_alive()
    {
        var customers = CdnowSample.Read().ToDictionary(c => c.Id, c => c.History);

        var expected = CdnowSample.ExpectedOfEach();

        Assert.Equal(2_357, expected.Count);
        Assert.All(expected, one =>
        {
            var (x, last, age) = (customers[one.Id].Repeats, customers[one.Id].LastWeeks, customers[one.Id].AgeWeeks);
            Assert.Equal(one.Cet39, Fitted.ExpectedPurchases(x, last, age, 39), 1e-3);
            Assert.Equal(one.Alive, Fitted.Alive(x, last, age), 1e-3);
        });
    }

    [SkippableFact]
    public void The_holdout_is_forecast_as_published()
    {
        var customers = CdnowSample.Read();

        var forecast = customers.Sum(c =>
            Fitted.ExpectedPurchases(c.History.Repeats, c.History.LastWeeks, c.History.AgeWeeks, 39));

        Assert.Equal(1_882, customers.Sum(c => c.Later));
        Assert.Equal(1_653.4, forecast, 0.05);
    }

    [SkippableFact]
    public void A_new_customer_is_expected_to_buy_as_in_the_published_sheet()
    {
        var published = CdnowSample.Published()["expectation"]!;
        var weeks = published["t"]!.AsArray().Select(t => t!.GetValue<double>());

        var expected = weeks.Select(t => new BgNbd(0.243, 4.414, 0.793, 2.426).ExpectedPurchases(0, 0, 0, t));

        Assert.All(
            expected.Zip(published["EX_at_paper"]!.AsArray(), (ours, theirs) => (ours, theirs!.GetValue<double>())),
            pair => Assert.Equal(pair.Item2, pair.ours, 1e-6));
    }

    [Fact]
    public void The_papers_customer_is_expected_to_buy_as_often_as_published() =>
        Assert.Equal(1.226, Fitted.ExpectedPurchases(2, 30.43, 38.86, 39), 1e-3);

    [Fact]
    public void The_likelihood_holds_for_very_many_purchases()
    {
        var model = new BgNbd(0.25, 4, 0.8, 2.5);

        Assert.Equal(-0.5994738181995927, model.LogLikelihood(0, 0, 40), 1e-9);
        Assert.Equal(100.7956930927063, model.LogLikelihood(200, 38, 40), 1e-9);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1e-4)]
    [InlineData(0.3)]
    [InlineData(5_000)]
    public void Expected_purchases_stay_finite_rise_with_the_horizon_and_fall_with_silence(double a)
    {
        foreach (var b in new[] { 1e-4, 0.7, 30, 20_000 })
        {
            var model = new BgNbd(0.4, 6, a, b);
            var horizons = new[] { 0.0, 1, 13, 52, 520 }.Select(t => model.ExpectedPurchases(3, 20, 40, t)).ToList();

            Assert.Equal(0, horizons[0], 1e-9);
            Assert.All(horizons, value => Assert.True(double.IsFinite(value), $"{a} {b}: {value}"));
            Assert.Equal(horizons.Order(), horizons);
            Assert.True(model.ExpectedPurchases(3, 20, 80, 52) <= horizons[3] + 1e-9);
        }
    }

    [Theory]
    [InlineData(0.5, 6, 5)]
    [InlineData(40, 50, 5)]
    [InlineData(500, 600, 5)]
    [InlineData(2_000, 800, 900)]
    public void Those_who_never_leave_buy_at_the_rate_they_showed(double r, double alpha, double b)
    {
        var model = new BgNbd(r, alpha, 1e-7, b);

        Assert.Equal((r + 12) / (alpha + 40) * 52, model.ExpectedPurchases(12, 36, 40, 52), 1e-3);
    }

    [Theory]
    [InlineData(0.25, 4.5, 9.9, 1)]
    [InlineData(0.25, 4.5, 30, 300)]
    [InlineData(20, 30, 0.5, 2)]
    [InlineData(0.08, 0.3, 300, 2_900)]
    public void Expected_purchases_are_the_integral_over_all_kinds_of_customers(
        double r, double alpha, double a, double b)
    {
        var model = new BgNbd(r, alpha, a, b);

        foreach (var weeks in new[] { 1.0, 13, 52, 260 })
        {
            Assert.Equal(1, model.ExpectedPurchases(0, 0, 0, weeks) / Integral(model, weeks), 1e-6);
        }
    }

    [Fact]
    public void Silence_is_likelier_the_longer_nothing_came_also_without_a_repeat()
    {
        Assert.Equal(1, Fitted.Alive(0, 0, 80));
        Assert.True(Fitted.ChanceOfSilence(0, 0, 80, 13) > Fitted.ChanceOfSilence(0, 0, 8, 13));
        Assert.True(Fitted.ChanceOfSilence(0, 0, 8, 1) < Fitted.ChanceOfSilence(0, 0, 8, 0));
        Assert.Equal(1, Fitted.ChanceOfSilence(4, 10, 12, 0), 1e-12);
    }

    [Fact]
    public void A_shop_where_nobody_leaves_and_one_where_nobody_returns_can_be_fitted()
    {
        var loyal = Enumerable.Range(0, 400).Select(i => new PurchaseHistory(20 + (i % 5), 345 + (i % 7), 360));
        var once = Enumerable.Range(0, 400).Select(i => new PurchaseHistory(0, 0, 30 + i));

        Assert.All(new[] { loyal, once }, shop =>
        {
            var (model, likelihood) = BgNbdFit.Fit(shop);
            Assert.True(double.IsFinite(likelihood));
            Assert.All(shop, c => Assert.InRange(
                model.ExpectedPurchases(c.Repeats, c.LastWeeks, c.AgeWeeks, 52), 0, 100));
        });
    }

    // A customer who leaves after a purchase with probability p makes (1 - e^(-rate p t)) / p of them by t. Averaged
    // over the gamma distributed rate that is (1 - (alpha / (alpha + p t))^r) / p; over the beta distributed p by
    // trapezoids of its logit. No series, no 2F1.
    private static double Integral(BgNbd model, double weeks)
    {
        var (sum, weights, summit) = (0.0, 0.0, LogWeight(model, Math.Log(model.A / model.B)));
        for (var logit = -80.0; logit < 40; logit += 0.002)
        {
            var p = 1 / (1 + Math.Exp(-logit));
            var weight = Math.Exp(LogWeight(model, logit) - summit);
            weights += weight;
            sum += weight * (1 - Math.Pow(model.Alpha / (model.Alpha + (p * weeks)), model.R)) / p;
        }

        return sum / weights;
    }

    private static double LogWeight(BgNbd model, double logit) =>
        -(model.A * Math.Log(1 + Math.Exp(-logit))) - (model.B * Math.Log(1 + Math.Exp(logit)));
}
