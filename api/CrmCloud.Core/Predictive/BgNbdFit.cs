namespace CrmCloud.Core.Predictive;

/// <summary>Maximum likelihood of <see cref="BgNbd"/> over many customers.</summary>
public static class BgNbdFit
{
    // Parameters stay within e^-8 and e^8: beyond, all customers are alike, the likelihood is flat and formulas slow.
    private const double Farthest = 8;

    private const int MostCalls = 4_000;

    /// <returns>The parameters, and the log likelihood of all customers under them.</returns>
    /// <exception cref="ArgumentException">Nobody is given.</exception>
    public static (BgNbd Model, double LogLikelihood) Fit(IEnumerable<PurchaseHistory> customers)
    {
        var likelihood = new GroupedLikelihood(customers);
        var age = Math.Log(likelihood.MeanAgeWeeks + 1);

        // From three places roughly, so that no local hill is taken for the summit; then from the best one exactly.
        double[][] starts = [[0, 0, 0, 0], [-1, age - 1, 0, 1], [0, age, -1, 2]];
        var best = starts
            .Select(start => NelderMead.Minimize(likelihood.Negative, start, 0.5, 0.01, MostCalls / 8))
            .MinBy(found => found.Value);
        best = NelderMead.Minimize(likelihood.Negative, best.At, 0.1, 1e-9, MostCalls);
        return (Of(best.At), -best.Value);
    }

    private static BgNbd Of(double[] at) => new(Math.Exp(at[0]), Math.Exp(at[1]), Math.Exp(at[2]), Math.Exp(at[3]));

    /// <summary>Equal customers once, and every logarithm once: their days are whole numbers.</summary>
    private sealed class GroupedLikelihood
    {
        private readonly (PurchaseHistory Of, double Count)[] _groups;
        private readonly double[] _customersByRepeats;
        private readonly double[] _logByDay;
        private readonly double[] _logPenaltyByRepeats;

        public GroupedLikelihood(IEnumerable<PurchaseHistory> customers)
        {
            var counts = new Dictionary<PurchaseHistory, double>();
            foreach (var customer in customers)
            {
                counts[customer] = counts.GetValueOrDefault(customer) + 1;
            }

            if (counts.Count == 0)
            {
                throw new ArgumentException("There is nobody to learn from.", nameof(customers));
            }

            _groups = [.. counts.Select(group => (group.Key, group.Value))];
            _logByDay = new double[_groups.Max(group => group.Of.AgeDays) + 1];
            _customersByRepeats = new double[_groups.Max(group => group.Of.Repeats) + 1];
            _logPenaltyByRepeats = new double[_customersByRepeats.Length];
            foreach (var (of, count) in _groups)
            {
                _customersByRepeats[of.Repeats] += count;
            }

            MeanAgeWeeks = _groups.Sum(group => group.Of.AgeWeeks * group.Count) / _customersByRepeats.Sum();
        }

        public double MeanAgeWeeks { get; }

        public double Negative(double[] at)
        {
            if (at.Any(value => Math.Abs(value) > Farthest))
            {
                return double.PositiveInfinity;
            }

            var model = Of(at);
            for (var day = 0; day < _logByDay.Length; day++)
            {
                _logByDay[day] = Math.Log(model.Alpha + (day / PurchaseHistory.DaysPerWeek));
            }

            var sum = ByRepeats(model);
            foreach (var (of, count) in _groups)
            {
                var here = -(model.R + of.Repeats) * _logByDay[of.AgeDays];
                sum += count * (of.Repeats == 0 ? here : SpecialFunctions.LogSumExp(here, Gone(model, of)));
            }

            return -sum;
        }

        private double Gone(BgNbd model, PurchaseHistory of) =>
            _logPenaltyByRepeats[of.Repeats] - ((model.R + of.Repeats) * _logByDay[of.LastDays]);

        // What depends on the number of repeats alone: all gamma functions.
        private double ByRepeats(BgNbd model)
        {
            var (r, a, b) = (model.R, model.A, model.B);
            var same = (r * Math.Log(model.Alpha)) - SpecialFunctions.LogGamma(r)
                + SpecialFunctions.LogGamma(a + b) - SpecialFunctions.LogGamma(b);
            var sum = 0.0;
            for (var x = 0; x < _customersByRepeats.Length; x++)
            {
                _logPenaltyByRepeats[x] = x == 0 ? 0 : Math.Log(a / (b + x - 1));
                if (_customersByRepeats[x] > 0)
                {
                    sum += _customersByRepeats[x] * (same + SpecialFunctions.LogGamma(r + x)
                        + SpecialFunctions.LogGamma(b + x) - SpecialFunctions.LogGamma(a + b + x));
                }
            }

            return sum;
        }
    }
}
