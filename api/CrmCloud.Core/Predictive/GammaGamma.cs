namespace CrmCloud.Core.Predictive;

/// <summary>
/// What customers spend per purchase: each purchase is gamma distributed around the customer's own mean, and those
/// means are spread among customers. Independent of how often they buy. Amounts in major units.
/// </summary>
/// <remarks>
/// Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). <paramref name="V"/> is the paper's gamma.
/// <paramref name="Q"/> is above 1, otherwise the mean over customers is infinite.
/// </remarks>
public sealed record GammaGamma(double P, double Q, double V)
{
    /// <summary>Expected spend per purchase of somebody of whom nothing is known: p v / (q - 1).</summary>
    public double PopulationMean => P * V / (Q - 1);

    /// <summary>Log likelihood of one customer; equation 1a of the paper.</summary>
    /// <param name="x">Purchases the mean is of, 1 or more.</param>
    /// <param name="mean">Above 0.</param>
    public double LogLikelihood(int x, double mean) =>
        SpecialFunctions.LogGamma((P * x) + Q) - SpecialFunctions.LogGamma(P * x) - SpecialFunctions.LogGamma(Q)
        + (Q * Math.Log(V)) + (((P * x) - 1) * Math.Log(mean)) + (P * x * Math.Log(x))
        - (((P * x) + Q) * Math.Log(V + (mean * x)));

    /// <summary>
    /// Expected spend per purchase of a customer: between his own mean and the population's, nearer to his own the
    /// more he bought. Equation 5 of the paper.
    /// </summary>
    /// <param name="x">Repeat purchases the mean is of; 0 gives the population's mean.</param>
    public double ExpectedSpend(int x, double mean) =>
        x == 0 ? PopulationMean : P * (V + (x * mean)) / ((P * x) + Q - 1);
}

/// <summary>Maximum likelihood of <see cref="GammaGamma"/> over customers with repeats.</summary>
public static class GammaGammaFit
{
    private const double Farthest = 12;
    private const int MostCalls = 4_000;

    /// <param name="customers">
    /// Repeat purchases and their mean in major units; those without either are left out.
    /// </param>
    /// <exception cref="ArgumentException">Nobody is left.</exception>
    public static (GammaGamma Model, double LogLikelihood) Fit(IEnumerable<(int Repeats, double Mean)> customers)
    {
        var rows = customers.Where(row => row is { Repeats: > 0, Mean: > 0 }).ToArray();
        if (rows.Length == 0)
        {
            throw new ArgumentException("There is nobody to learn from.", nameof(customers));
        }

        // Amounts as multiples of their mean: the same search for yen and for dinar.
        var unit = rows.Average(row => row.Mean);
        var sums = new Spends([.. rows.Select(row => (row.Repeats, row.Mean / unit))]);
        double[][] starts = [[0, 0, 0], [2, 1, -1], [1, 0, 1]];
        var best = starts
            .Select(start => NelderMead.Minimize(sums.Negative, start, 0.5, 0.01, MostCalls / 8))
            .MinBy(found => found.Value);
        best = NelderMead.Minimize(sums.Negative, best.At, 0.1, 1e-9, MostCalls);
        var scaled = Of(best.At);

        // A density per unit becomes one per currency unit: each customer's falls by the logarithm of the unit.
        return (scaled with { V = scaled.V * unit }, -best.Value - (rows.Length * Math.Log(unit)));
    }

    // The mean over customers exists for q above 1 only, so the search is for q - 1.
    private static GammaGamma Of(double[] at) => new(Math.Exp(at[0]), 1 + Math.Exp(at[1]), Math.Exp(at[2]));

    private sealed class Spends
    {
        private readonly (int Repeats, double Mean)[] _rows;
        private readonly double[] _customersByRepeats;
        private readonly double _logMeans;
        private readonly double _logMeansByRepeats;

        public Spends((int Repeats, double Mean)[] rows)
        {
            _rows = rows;
            _customersByRepeats = new double[rows.Max(row => row.Repeats) + 1];
            foreach (var (repeats, mean) in rows)
            {
                _customersByRepeats[repeats]++;
                _logMeans += Math.Log(mean);
                _logMeansByRepeats += repeats * (Math.Log(mean) + Math.Log(repeats));
            }
        }

        public double Negative(double[] at)
        {
            if (at.Any(value => Math.Abs(value) > Farthest))
            {
                return double.PositiveInfinity;
            }

            var (p, q, v) = Of(at);
            var sum = (p * _logMeansByRepeats) - _logMeans
                + (_rows.Length * ((q * Math.Log(v)) - SpecialFunctions.LogGamma(q)));
            for (var x = 1; x < _customersByRepeats.Length; x++)
            {
                sum += _customersByRepeats[x] == 0 ? 0 : _customersByRepeats[x]
                    * (SpecialFunctions.LogGamma((p * x) + q) - SpecialFunctions.LogGamma(p * x));
            }

            foreach (var (repeats, mean) in _rows)
            {
                sum -= ((p * repeats) + q) * Math.Log(v + (mean * repeats));
            }

            return -sum;
        }
    }
}
