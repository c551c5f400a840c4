namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>Where a share of 0 to 100 % may stand some periods ahead.</summary>
/// <remarks>
/// A direct forecast: over all pairs of periods that lie as far apart as the horizon, the later value is fitted on the
/// earlier one by least squares (slope held in 0..1: between "it returns to its mean" and "it goes on from here"). What
/// the fit missed, each miss as likely as the other, is laid around its forecast. So the interval is as wide as history
/// over that time was, and a year ahead says much the same at any grain. A horizon of which there are fewer than six
/// pairs is judged by the longest one that has six.
/// </remarks>
public static class ShareForecast
{
    public const string Method =
        "least squares of values one horizon apart, its own misses around it, 80 % interval; no season";

    private const int FewestPairs = 6;

    /// <param name="values">At least two, oldest first, in percent.</param>
    /// <param name="horizon">Periods ahead.</param>
    /// <returns>Equally likely values, sorted.</returns>
    public static IReadOnlyList<double> Ends(IReadOnlyList<double> values, int horizon)
    {
        var step = Math.Max(1, Math.Min(horizon, values.Count - FewestPairs));
        var pairs = values.Zip(values.Skip(step), (from, to) => (From: from, To: to)).ToList();
        var (meanFrom, meanTo) = (pairs.Average(p => p.From), pairs.Average(p => p.To));
        var spread = pairs.Sum(p => (p.From - meanFrom) * (p.From - meanFrom));
        var slope = spread == 0 ? 0 : pairs.Sum(p => (p.From - meanFrom) * (p.To - meanTo)) / spread;
        slope = Math.Clamp(slope, 0, 1);
        var expected = meanTo + (slope * (values[^1] - meanFrom));
        return [.. pairs.Select(p => p.To - meanTo - (slope * (p.From - meanFrom)))
            .Select(miss => Math.Clamp(expected + miss, 0, 100)).Order()];
    }
}
