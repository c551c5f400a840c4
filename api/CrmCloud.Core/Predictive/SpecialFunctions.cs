namespace CrmCloud.Core.Predictive;

/// <summary>The two functions that the purchase models need and .NET does not have.</summary>
public static class SpecialFunctions
{
    // A term can grow to about (1 - z)^-a before the series falls; sums are rescaled on the way instead of overflowing.
    private const double Large = 1e200;
    private const int MostTerms = 1_000_000;

    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>Natural logarithm of the gamma function for x > 0; relative error about 1e-14.</summary>
    /// <remarks>Lanczos' approximation with g = 7 and nine terms (Numerical Recipes, 3rd ed., 6.1).</remarks>
    public static double LogGamma(double x)
    {
        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        }

        var sum = Lanczos[0];
        for (var i = 1; i < Lanczos.Length; i++)
        {
            sum += Lanczos[i] / (x - 1 + i);
        }

        var t = x + 6.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x - 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    /// <summary>(1 - z)^power times Gauss' 2F1(a, b; c; z), for 0 &lt;= z &lt; 1, by its power series.</summary>
    /// <param name="c">Not 0 or a negative integer.</param>
    /// <remarks>The factor is inside because it may be as small as the series is large.</remarks>
    public static double ScaledHypergeometric(double power, double a, double b, double c, double z)
    {
        var (term, sum, logScale) = (1.0, 1.0, power * Math.Log(1 - z));
        for (var k = 0; k < MostTerms; k++)
        {
            term *= (a + k) * (b + k) / ((c + k) * (k + 1)) * z;
            sum += term;
            if (Math.Abs(term) > Large)
            {
                (term, sum, logScale) = (term / Large, sum / Large, logScale + Math.Log(Large));
            }

            // Once terms fall by a steady factor, the rest is about the last term times z / (1 - z).
            if (Math.Abs(term) * z <= 1e-15 * (1 - z) * Math.Abs(sum) && k > Math.Abs(a) + Math.Abs(b))
            {
                break;
            }
        }

        return Math.Exp(logScale) * sum;
    }

    /// <summary>log(exp(a) + exp(b)) without overflow.</summary>
    public static double LogSumExp(double a, double b)
    {
        var (high, low) = a > b ? (a, b) : (b, a);
        return low - high < -40 ? high : high + Math.Log(1 + Math.Exp(low - high));
    }
}
