using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>Is a target more than what happens anyway, and not far beyond what ever happened?</summary>
/// <remarks>
/// The wanted change is laid beside the changes that really happened over every span of the same length in the
/// indicator's own history (spans overlap), as they were, in the indicator's unit: nothing is scaled, and one target
/// has one verdict however it is worded (in percent, growth from nearly nothing would call anything usual).
/// Too easy: at or below the median, and either the target was reached before or a
/// quarter of the spans at most did less. Unrealistic: above the largest by more than one standard deviation of
/// them. A band is judged by how many earlier periods lay inside it: 95 % or more is too easy, under 10 %
/// unrealistic.
/// </remarks>
public static class Stretch
{
    /// <summary>Periods looked back at most.</summary>
    public const int MostPeriods = 400;

    /// <summary>With fewer changes to compare with, nothing is said.</summary>
    public const int FewestChanges = 4;

    /// <param name="text">Writes figures into the explanation.</param>
    public static StretchCheck Check(
        Target target, decimal baseline, IReadOnlyList<HistoryPoint> history, int span, FigureText text) =>
        target.Direction == Direction.Hold ? Band(target, history, text)
            : Change(target, baseline, history, span, text);

    /// <summary>Changes over spans of a length, in the given direction, as they happened; sorted.</summary>
    public static IReadOnlyList<decimal> Changes(
        IReadOnlyList<HistoryPoint> history, int span, Direction direction)
    {
        var changes = new List<decimal>();
        var sign = direction == Direction.Decrease ? -1 : 1;
        for (var i = 0; i + span < history.Count; i++)
        {
            changes.Add(sign * (history[i + span].Value - history[i].Value));
        }

        changes.Sort();
        return changes;
    }

    private static StretchCheck Change(
        Target target, decimal baseline, IReadOnlyList<HistoryPoint> history, int span, FigureText text)
    {
        var changes = Changes(history, span, target.Direction);
        if (changes.Count < FewestChanges)
        {
            return new(StretchVerdict.Unknown, null,
                $"Too little history to say whether it is too easy, stretching or unrealistic: {Periods(history)}; "
                    + $"a change over {Counted(span, "period")} needs {span + FewestChanges} to compare with.",
                span, changes.Count, null);
        }

        var wanted = Math.Abs(target.Resulting - baseline);
        var distribution = Distribution(changes);
        var percentile = decimal.Round(100m * changes.Count(c => c < wanted) / changes.Count, 2);
        var wasReached = history.Any(p => TargetRules.IsReached(target, p.Value));
        var verdict = wanted > distribution.Most + Deviation(changes) ? StretchVerdict.Unrealistic
            : wanted <= distribution.Median && (wasReached || wanted <= distribution.Quarter) ? StretchVerdict.TooEasy
            : StretchVerdict.Stretching;
        var isUsual = wanted <= distribution.Median;
        string Said(decimal change) => text.OfChange(change, target.Unit);
        var judged = $"Judged by {Counted(changes.Count, "earlier span")} of {Counted(span, "period")} in "
            + $"{Span(history)}: the middle change this way was {Said(distribution.Median)}, the largest "
            + $"{Said(distribution.Most)}.";
        return new(verdict, percentile, $"{Verdict(verdict, Said(wanted), isUsual)} {judged}", span, changes.Count,
            distribution);
    }

    private static string Verdict(StretchVerdict verdict, string wanted, bool isUsual) => verdict switch
    {
        StretchVerdict.TooEasy => $"TOO EASY: it asks for {wanted}, no more than what usually happened anyway.",
        StretchVerdict.Unrealistic => $"UNREALISTIC: it asks for {wanted}, far more than ever happened.",
        _ when isUsual => $"STRETCHING: it asks for {wanted}, no more than usual, but to where it never stood.",
        _ => $"STRETCHING: it asks for {wanted}, more than usual and within reach.",
    };

    private static StretchCheck Band(Target target, IReadOnlyList<HistoryPoint> history, FigureText text)
    {
        if (history.Count < FewestChanges)
        {
            return new(StretchVerdict.Unknown, null,
                $"Too little history to say whether it is too easy, stretching or unrealistic: {Periods(history)}; "
                + $"{FewestChanges} are needed to compare with.", 1, history.Count, null);
        }

        var inside = history.Count(p => TargetRules.IsReached(target, p.Value));
        var outside = decimal.Round(100m * (history.Count - inside) / history.Count, 2);
        var (verdict, words) = outside <= 5 ? (StretchVerdict.TooEasy, "TOO EASY: it nearly always was so anyway.")
            : outside > 90 ? (StretchVerdict.Unrealistic, "UNREALISTIC: it hardly ever was so.")
            : (StretchVerdict.Stretching, "STRETCHING: it was so at times, not always.");
        return new(verdict, outside,
            $"{words} Judged by {history.Count} earlier periods in {Span(history)}: {inside} of them lay inside "
            + $"({text.Of(target)}).", 1, history.Count, null);
    }

    private static string Periods(IReadOnlyList<HistoryPoint> history) =>
        history.Count == 0 ? "no period is complete and known"
            : $"{Counted(history.Count, "complete period")} {(history.Count == 1 ? "is" : "are")} known";

    private static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static string Span(IReadOnlyList<HistoryPoint> history) =>
        $"{history[0].Period.Label} to {history[^1].Period.Label}";

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
