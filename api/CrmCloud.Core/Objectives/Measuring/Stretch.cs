using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>Is a target more than what happens anyway, and not far beyond what ever happened?</summary>
/// <remarks>
/// The wanted change is laid beside every change over a span of the same length in the indicator's own history (spans
/// overlap). At or below the median: too easy. Above the largest by more than one standard deviation of them:
/// unrealistic. A band is judged by how many earlier periods lay inside it: 95 % or more is too easy, under 10 %
/// unrealistic.
/// </remarks>
public static class Stretch
{
    /// <summary>Periods looked back at most.</summary>
    public const int MostPeriods = 400;

    private const int FewestChanges = 4;

    public static StretchCheck Check(Target target, decimal baseline, IReadOnlyList<HistoryPoint> history, int span) =>
        target.Direction == Direction.Hold ? Band(target, history) : Change(target, baseline, history, span);

    /// <summary>
    /// Changes over spans of a length, in the given direction; relative to where each began and applied to the
    /// baseline.
    /// </summary>
    public static IReadOnlyList<decimal> Changes(
        IReadOnlyList<HistoryPoint> history, int span, Direction direction, decimal baseline)
    {
        var changes = new List<decimal>();
        var sign = direction == Direction.Decrease ? -1 : 1;
        for (var i = 0; i + span < history.Count; i++)
        {
            var (from, to) = (history[i].Value, history[i + span].Value);
            changes.Add(sign * (to - from) * Scale(from, baseline));
        }

        changes.Sort();
        return changes;
    }

    // A shop that doubled its orders doubled them, however few they were; but growth from nearly nothing is no measure
    // of what comes next, so what was is laid on at most twice or half as large.
    private static decimal Scale(decimal from, decimal baseline) =>
        from == 0 || baseline == 0 ? 1 : Math.Clamp(Math.Abs(baseline / from), 0.5m, 2);

    private static StretchCheck Change(Target target, decimal baseline, IReadOnlyList<HistoryPoint> history, int span)
    {
        var changes = Changes(history, span, target.Direction, baseline);
        if (changes.Count < FewestChanges)
        {
            return new(StretchVerdict.Unknown, null,
                $"There are {history.Count} complete periods; a change over {span} needs {span + FewestChanges} to compare with.",
                span, changes.Count, null);
        }

        var wanted = Math.Abs(target.Resulting - baseline);
        var distribution = Distribution(changes);
        var percentile = decimal.Round(100m * changes.Count(c => c < wanted) / changes.Count, 2);
        var verdict = wanted <= distribution.Median ? StretchVerdict.TooEasy
            : wanted > distribution.Most + Deviation(changes) ? StretchVerdict.Unrealistic
            : StretchVerdict.Stretching;
        var far = verdict == StretchVerdict.Unrealistic ? "far beyond all of them."
            : $"more than {TargetRules.Plain(percentile, 0)} % of them.";
        var text = $"Over {changes.Count} earlier spans of {span} periods the middle change this way was "
            + $"{TargetRules.Text(distribution.Median, target.Unit)} and the largest "
            + $"{TargetRules.Text(distribution.Most, target.Unit)}; this asks for {TargetRules.Text(wanted, target.Unit)}, {far}";
        return new(verdict, percentile, text, span, changes.Count, distribution);
    }

    private static StretchCheck Band(Target target, IReadOnlyList<HistoryPoint> history)
    {
        if (history.Count < FewestChanges)
        {
            return new(StretchVerdict.Unknown, null,
                $"There are {history.Count} complete periods; {FewestChanges} are needed to compare with.", 1,
                    history.Count, null);
        }

        var inside = history.Count(p => TargetRules.IsReached(target, p.Value));
        var outside = decimal.Round(100m * (history.Count - inside) / history.Count, 2);
        var verdict = outside <= 5 ? StretchVerdict.TooEasy : outside > 90 ? StretchVerdict.Unrealistic
            : StretchVerdict.Stretching;
        return new(verdict, outside, $"Of {history.Count} earlier periods {inside} lay inside the band.", 1,
            history.Count, null);
    }

    public static ChangeDistribution Distribution(IReadOnlyList<decimal> sorted) => new(
        Round(sorted[0]), Quantile(sorted, 0.25m), Quantile(sorted, 0.5m), Quantile(sorted, 0.75m), Round(sorted[^1]));

    /// <summary>Linear between the two nearest.</summary>
    public static decimal Quantile(IReadOnlyList<decimal> sorted, decimal share)
    {
        var place = share * (sorted.Count - 1);
        var low = (int)place;
        var high = Math.Min(low + 1, sorted.Count - 1);
        return Round(sorted[low] + ((place - low) * (sorted[high] - sorted[low])));
    }

    private static decimal Deviation(IReadOnlyList<decimal> values)
    {
        var mean = values.Average();
        return (decimal)Math.Sqrt(values.Average(v => Math.Pow((double)(v - mean), 2)));
    }

    private static decimal Round(decimal value) => decimal.Round(value, TargetRules.Decimals, MidpointRounding.ToEven);
}
