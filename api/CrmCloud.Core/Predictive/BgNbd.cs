namespace CrmCloud.Core.Predictive;

/// <summary>
/// How customers buy and stop buying, without a contract that says when: each buys at his own Poisson rate (gamma
/// distributed, <paramref name="R"/> and <paramref name="Alpha"/>) and leaves after a purchase with his own
/// probability (beta distributed, <paramref name="A"/> and <paramref name="B"/>). Time in weeks.
/// </summary>
/// <remarks>
/// Fader, Hardie and Lee, "Counting Your Customers the Easy Way: An Alternative to the Pareto/NBD Model", Marketing
/// Science 24 (2005). All four parameters are above 0.
/// </remarks>
public sealed record BgNbd(double R, double Alpha, double A, double B)
{
    // Formulas divide by a - 1 and the series by a + b + x - 1; next to the poles the value is its limit.
    private const double Apart = 1e-6;

    private const double MostTransformed = 10;

    /// <summary>Log likelihood of one customer; equation 6 of the paper as a sum of exponentials.</summary>
    public double LogLikelihood(int x, double lastWeeks, double ageWeeks)
    {
        var shared = SpecialFunctions.LogGamma(R + x) - SpecialFunctions.LogGamma(R) + (R * Math.Log(Alpha))
            + SpecialFunctions.LogGamma(A + B) + SpecialFunctions.LogGamma(B + x)
            - SpecialFunctions.LogGamma(B) - SpecialFunctions.LogGamma(A + B + x);
        var here = -(R + x) * Math.Log(Alpha + ageWeeks);
        return x == 0
            ? shared + here
            : shared + SpecialFunctions.LogSumExp(
                here, Math.Log(A / (B + x - 1)) - ((R + x) * Math.Log(Alpha + lastWeeks)));
    }

    /// <summary>Probability that the customer has not left yet, 0 to 1.</summary>
    /// <remarks>
    /// Fader and Hardie, "Computing P(alive) Using the BG/NBD Model" (2008). It is 1 for everybody without a repeat,
    /// because the model lets nobody leave before his first repeat: not a churn score alone, see
    /// <see cref="ChanceOfSilence"/>.
    /// </remarks>
    public double Alive(int x, double lastWeeks, double ageWeeks) =>
        x == 0 ? 1 : 1 / (1 + Math.Exp(LogOddsOfGone(x, lastWeeks, ageWeeks)));

    /// <summary>Expected purchases in the next weeks: CET, equation 10 of the paper.</summary>
    /// <param name="aheadWeeks">0 or more.</param>
    /// <remarks>
    /// 2F1 after Euler's transformation, which leaves (1 - z)^(a - 1) in front of a series that converges quickly:
    /// Fader and Hardie, "Overcoming the BG/NBD Model's #NUM! Error Problem" (2013) and its companion notes. With x = 0
    /// and age 0 it is the expectation for a new customer.
    /// </remarks>
    public double ExpectedPurchases(int x, double lastWeeks, double ageWeeks, double aheadWeeks)
    {
        var a = Math.Abs(A - 1) < Apart ? 1 + Apart : A;
        var c = Math.Abs(a + B + x - 1) < Apart ? Apart : a + B + x - 1;
        var z = aheadWeeks / (Alpha + ageWeeks + aheadWeeks);
        var (first, second) = (a + B - 1 - R, a - 1);

        // Where the transformed terms alternate or rise for long, those of the original series are all positive.
        var left = Math.Abs(first) <= MostTransformed && second <= MostTransformed
            ? SpecialFunctions.ScaledHypergeometric(second, first, second, c, z)
            : SpecialFunctions.ScaledHypergeometric(R + x, R + x, B + x, c, z);
        return Math.Max(0, c / (a - 1) * (1 - left) * Alive(x, lastWeeks, ageWeeks));
    }

    /// <summary>Probability that no purchase comes in the next weeks, because he left or because he waits.</summary>
    /// <remarks>
    /// From the same likelihood: of those alive, the share with no event in t more weeks is
    /// ((alpha + T) / (alpha + T + t))^(r + x). Unlike P(alive) it tells customers without a repeat apart.
    /// </remarks>
    public double ChanceOfSilence(int x, double lastWeeks, double ageWeeks, double aheadWeeks)
    {
        var waits = Math.Exp((R + x) * Math.Log((Alpha + ageWeeks) / (Alpha + ageWeeks + aheadWeeks)));
        return 1 - (Alive(x, lastWeeks, ageWeeks) * (1 - waits));
    }

    private double LogOddsOfGone(int x, double lastWeeks, double ageWeeks) =>
        Math.Log(A / (B + x - 1)) + ((R + x) * Math.Log((Alpha + ageWeeks) / (Alpha + lastWeeks)));
}
