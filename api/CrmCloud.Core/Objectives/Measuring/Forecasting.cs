using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>Where an indicator will stand in the period that decides, if it goes on as it did.</summary>
/// <remarks>
/// Holt's linear trend, damped (phi 0.9; Gardner and McKenzie 1985), over the last 36 complete periods; alpha and beta
/// from a grid by the smallest squared one-step error. 2,000 paths add errors drawn from the fit's own, centred, with a
/// seed made of the figures, so that equal figures give the same forecast. No season is modelled: an indicator
/// that breathes with the year gets a wide interval. A share, such as churn, wavers between bounds and has no trend to
/// go on with: see <see cref="ShareForecast"/>.
/// </remarks>
public static class Forecasting
{
    public const int FewestPoints = 6;
    public const int MostPoints = 36;
    public const int MostHorizon = 120;
    public const string Method = "damped linear trend (Holt), bootstrapped one-step errors, 80 % interval; no season";

    private const int Paths = 2_000;
    private const double Damping = 0.9;
    private static readonly double[] Grid = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// <param name="history">Oldest first, without gaps.</param>
    /// <param name="deciding">Index of the period to forecast.</param>
    /// <returns>Without values and with a reason where there is too little to go by.</returns>
    public static ForecastFigures Of(
        Objective objective, Indicator indicator, IReadOnlyList<HistoryPoint> history, int deciding)
    {
        var used = history.Count > MostPoints ? [.. history.Skip(history.Count - MostPoints)] : history;
        if (used.Count < FewestPoints)
        {
            return new(null, $"{used.Count} complete periods are known; a forecast takes {FewestPoints}.", used.Count);
        }

        var horizon = deciding - used[^1].Index;
        if (horizon is < 1 or > MostHorizon)
        {
            return new(null, horizon < 1 ? "The period that decides is over."
                : $"The due day lies more than {MostHorizon} periods ahead.", used.Count);
        }

        if (TargetRules.IsShare(indicator))
        {
            return OfShare(objective, [.. history.Select(p => (double)p.Value)], horizon);
        }

        var values = used.Select(p => (double)p.Value).ToArray();
        var fit = Best(values);
        var ends = Simulate(fit, horizon, indicator, Seed(used));
        var reached = ends.Count(end => TargetRules.IsReached(objective.Target, Exact(end)));
        Array.Sort(ends);
        var middle = Clamp(fit.Level + (fit.Trend * Damped(horizon)), indicator);
        return new(
            new(Exact(middle), Exact(ends[Paths / 10]), Exact(ends[Paths * 9 / 10]),
                decimal.Round(100m * reached / Paths, 2)),
            null, used.Count);
    }

    private static ForecastFigures OfShare(Objective objective, double[] values, int horizon)
    {
        var ends = ShareForecast.Ends(values, horizon);
        var reached = ends.Count(end => TargetRules.IsReached(objective.Target, Exact(end)));
        decimal At(decimal share) => Stretch.Quantile([.. ends.Select(Exact)], share);
        return new(new(At(0.5m), At(0.1m), At(0.9m), decimal.Round(100m * reached / ends.Count, 2)), null,
            values.Length)
        {
            Method = ShareForecast.Method,
        };
    }

    private static HoltFit Best(double[] values)
    {
        HoltFit? best = null;
        foreach (var alpha in Grid)
        {
            foreach (var beta in Grid)
            {
                var fit = Fit(values, alpha, beta);
                best = best is null || fit.SquaredError < best.SquaredError ? fit : best;
            }
        }

        return best!;
    }

    private static HoltFit Fit(double[] values, double alpha, double beta)
    {
        // Two points make the start; their own error says nothing.
        var (level, trend) = (values[0], values[1] - values[0]);
        var errors = new double[values.Length - 2];
        level = values[1];
        for (var i = 2; i < values.Length; i++)
        {
            var predicted = level + (Damping * trend);
            var error = errors[i - 2] = values[i] - predicted;
            level = predicted + (alpha * error);
            trend = (Damping * trend) + (alpha * beta * error);
        }

        return new(alpha, beta, level, trend, errors, errors.Sum(e => e * e));
    }

    private static double[] Simulate(HoltFit fit, int horizon, Indicator indicator, int seed)
    {
        var chance = new Random(seed);
        var mean = fit.Errors.Average();
        var ends = new double[Paths];
        for (var path = 0; path < Paths; path++)
        {
            var (level, trend, value) = (fit.Level, fit.Trend, fit.Level);
            for (var step = 0; step < horizon; step++)
            {
                var error = fit.Errors[chance.Next(fit.Errors.Length)] - mean;
                var predicted = level + (Damping * trend);
                value = predicted + error;
                level = predicted + (fit.Alpha * error);
                trend = (Damping * trend) + (fit.Alpha * fit.Beta * error);
            }

            ends[path] = Clamp(value, indicator);
        }

        return ends;
    }

    // phi + phi^2 + ... + phi^h
    private static double Damped(int horizon) => Damping * (1 - Math.Pow(Damping, horizon)) / (1 - Damping);

    private static double Clamp(double value, Indicator indicator) => TargetRules.IsShare(indicator)
        ? Math.Clamp(value, 0, 100)
        : indicator.Kind == KpiKind.NetIncome || indicator.Key == "net_revenue" ? value : Math.Max(0, value);

    private static decimal Exact(double value) =>
        decimal.Round((decimal)Math.Clamp(value, -1e18, 1e18), TargetRules.Decimals, MidpointRounding.ToEven);

    private static int Seed(IReadOnlyList<HistoryPoint> points)
    {
        var seed = 17;
        foreach (var point in points)
        {
            foreach (var part in decimal.GetBits(point.Value))
            {
                seed = unchecked((seed * 31) + part);
            }
        }

        return seed;
    }

    private sealed record HoltFit(
        double Alpha, double Beta, double Level, double Trend, double[] Errors, double SquaredError);
}

/// <param name="Estimate">Null with a reason.</param>
public sealed record ForecastFigures(ForecastEstimate? Estimate, string? Reason, int Points)
{
    public string Method { get; init; } = Forecasting.Method;
}

/// <param name="ReachProbability">In percent.</param>
public sealed record ForecastEstimate(decimal AtDue, decimal Low, decimal High, decimal ReachProbability);
