namespace CrmCloud.Core.Predictive;

/// <summary>Finds the lowest point of a smooth function of a few variables without its derivatives.</summary>
/// <remarks>
/// Nelder and Mead (1965) with the usual coefficients 1, 2, 1/2, 1/2. Deterministic. A result that is not a number
/// counts as infinitely high.
/// </remarks>
public static class NelderMead
{
    /// <param name="tolerance">Stops when the corners differ by less than this.</param>
    /// <param name="mostCalls">Of the function; it stops there with the best point so far.</param>
    public static (double[] At, double Value) Minimize(
        Func<double[], double> function, double[] start, double step, double tolerance, int mostCalls)
    {
        var (calls, count) = (0, start.Length);
        double Value(double[] at)
        {
            calls++;
            var value = function(at);
            return double.IsNaN(value) ? double.PositiveInfinity : value;
        }

        var corners = Corners(start, step).Select(at => (At: at, Value: Value(at))).ToArray();
        for (Array.Sort(corners, ByValue); calls < mostCalls; Array.Sort(corners, ByValue))
        {
            if (corners[^1].Value - corners[0].Value <= tolerance && Width(corners) < 1e-5)
            {
                break;
            }

            var center = Center(corners);
            var (best, worst) = (corners[0].Value, corners[^1]);
            (double[] At, double Value) Try(double factor)
            {
                var at = Along(center, worst.At, factor);
                return (at, Value(at));
            }

            var reflected = Try(-1);
            var next = reflected.Value < best ? Lower(Try(-2), reflected)
                : reflected.Value < corners[count - 1].Value ? reflected
                : reflected.Value < worst.Value ? Lower(Try(-0.5), reflected)
                : Try(0.5);
            if (next.Value < worst.Value)
            {
                corners[^1] = next;
                continue;
            }

            for (var i = 1; i <= count; i++)
            {
                var at = Along(corners[0].At, corners[i].At, 0.5);
                corners[i] = (at, Value(at));
            }
        }

        return corners[0];
    }

    private static int ByValue((double[] At, double Value) one, (double[] At, double Value) other) =>
        one.Value.CompareTo(other.Value);

    private static (double[] At, double Value) Lower((double[] At, double Value) a, (double[] At, double Value) b) =>
        a.Value < b.Value ? a : b;

    private static IEnumerable<double[]> Corners(double[] start, double step) =>
        Enumerable.Range(-1, start.Length + 1).Select(corner =>
            start.Select((value, i) => i == corner ? value + step : value).ToArray());

    private static double Width((double[] At, double Value)[] corners) =>
        corners.Max(corner => corner.At.Zip(corners[0].At, (one, other) => Math.Abs(one - other)).Max());

    private static double[] Center((double[] At, double Value)[] corners) =>
        [.. Enumerable.Range(0, corners.Length - 1).Select(i => corners[..^1].Average(corner => corner.At[i]))];

    private static double[] Along(double[] center, double[] point, double factor) =>
        [.. center.Zip(point, (from, to) => from + (factor * (to - from)))];
}
