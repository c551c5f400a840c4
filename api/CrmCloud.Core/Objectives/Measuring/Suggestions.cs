using System.Globalization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>Statements that would be taken, from what the tenant's own indicators did and could do.</summary>
/// <param name="judge">
/// Judges a statement as if somebody had written it: what is not accepted, or known not to stretch, is never suggested.
/// </param>
public sealed class Suggestions(
    Tenant tenant, KpiSeries series, DateOnly today, Func<ObjectiveSuggestion, Judgement> judge)
{
    public const int Most = 3;

    private static readonly decimal[] Nice = [2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 100];

    // Beyond the best ever by so much at most.
    private const decimal Beyond = 0.05m;

    /// <summary>The last day of the half-year that is six months away or more.</summary>
    public static DateOnly UsualDue(DateOnly today)
    {
        var least = today.AddMonths(6);
        var june = new DateOnly(least.Year, 6, 30);
        return least <= june ? june : new(least.Year, 12, 31);
    }

    /// <summary>The nearest first, and those that stand at their own best last: there is no room shown.</summary>
    /// <param name="keys">Indicators that the statement may mean.</param>
    public IReadOnlyList<ObjectiveSuggestion> For(IReadOnlyList<string> keys, DateOnly due) =>
    [
        .. IndicatorCatalog.All.Select(i => (Indicator: i, Baseline: Known(i), Near: Rank(keys, i.Key)))
            .Where(c => c.Baseline is > 0 && c.Near < keys.Count)
            .OrderBy(c => Room(c.Indicator, c.Baseline!.Value) > 0 ? 0 : 1)
            .ThenBy(c => c.Near)
            .Select(c => Chosen(c.Indicator, c.Baseline!.Value, due))
            .OfType<ObjectiveSuggestion>()
            .Take(Most),
    ];

    /// <summary>
    /// The smallest round change that stretches, stands out from how the indicator wavers, and leads no more than a
    /// twentieth beyond its best; null where there is none.
    /// </summary>
    public ObjectiveSuggestion? Chosen(Indicator indicator, decimal baseline, DateOnly due)
    {
        var history = series.History(indicator, Stretch.MostPeriods);
        var span = ObjectivePath.Span(series.Calendar, series.Grain, LastDay(), due);
        var changes = Stretch.Changes(history, span, indicator.Better);
        var reason = Reason(indicator, baseline, changes, span);
        if (changes.Count < Stretch.FewestChanges)
        {
            return Taken(Changed(indicator, baseline, 10, due, reason));
        }

        var noise = Wavering(history);
        return Nice.Where(percent => percent < 100 || indicator.Better != Direction.Decrease)
            .Select(percent => Changed(indicator, baseline, percent, due, reason)).OfType<ObjectiveSuggestion>()
            .Where(s => Math.Abs(s.Target.Resulting - baseline) >= noise && !IsFarBeyondBest(s.Target, history))
            .Select(Taken).FirstOrDefault(s => s is not null);
    }

    /// <summary>The same, where it would be taken and is not known to be too easy or unrealistic.</summary>
    public ObjectiveSuggestion? Taken(ObjectiveSuggestion? suggestion) =>
        suggestion is not null && judge(suggestion) is
        {
            Measurability.Accepted: true, Stretch.Verdict: StretchVerdict.Stretching or StretchVerdict.Unknown,
        } judged && judged.Target!.Resulting == suggestion.Target.Resulting && judged.Due == suggestion.Due
            ? suggestion : null;

    /// <summary>
    /// What somebody asked for himself, worded so that it is taken, with what is to be said of it; null where it never
    /// is.
    /// </summary>
    public ObjectiveSuggestion? Worded(ObjectiveSuggestion? suggestion) =>
        suggestion is not null && judge(suggestion) is { Measurability.Accepted: true } judged
            ? suggestion with { Reason = $"{suggestion.Reason} {judged.Stretch?.Explanation}".TrimEnd() } : null;

    private ObjectiveSuggestion? Changed(
        Indicator indicator, decimal baseline, decimal percent, DateOnly due, string reason) =>
        With(indicator, baseline, Whole(indicator, baseline, percent)
            ?? new(TargetMode.ChangeByPercent, indicator.Better, percent), due, reason);

    // What the indicator moves from one period to the next in the middle, either way: less cannot be told from chance.
    private static decimal Wavering(IReadOnlyList<HistoryPoint> history) => Stretch.Quantile(
        [.. history.Zip(history.Skip(1), (one, next) => Math.Abs(next.Value - one.Value)).Order()], 0.5m);

    private static bool IsFarBeyondBest(Target target, IReadOnlyList<HistoryPoint> history) =>
        target.Direction == Direction.Decrease
            ? target.Resulting < history.Min(p => p.Value) * (1 - Beyond)
            : target.Resulting > history.Max(p => p.Value) * (1 + Beyond);

    // Of what is counted, the next whole number: nobody wins 3.4 customers.
    private static TargetInput? Whole(Indicator indicator, decimal baseline, decimal percent)
    {
        if (indicator.Unit != Unit.Count)
        {
            return null;
        }

        var isDown = indicator.Better == Direction.Decrease;
        var value = baseline * (isDown ? 100 - percent : 100 + percent) / 100;
        return new(TargetMode.ReachValue, indicator.Better, isDown ? Math.Floor(value) : Math.Ceiling(value));
    }

    /// <summary>A given target, as a sentence; null where it cannot be.</summary>
    public ObjectiveSuggestion? With(Indicator indicator, decimal baseline, TargetInput target, DateOnly due,
        string reason) =>
        TargetRules.Resolve(target, indicator, baseline, series.Text, "target") is { Succeeded: true } resolved
            ? new(Sentence(indicator, baseline, resolved.Value, due), new Kpi(indicator, tenant), resolved.Value, due,
                reason)
            : null;

    public decimal? Known(Indicator indicator) => series.LastComplete(indicator)?.Value;

    private string Sentence(Indicator indicator, decimal baseline, Target target, DateOnly due)
    {
        var name = indicator.Key is "arpu" ? "revenue per active customer" : indicator.Name.ToLowerInvariant();
        var by = $"by {due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
        if (target.Direction == Direction.Hold)
        {
            return target.ResultingUpper is null
                ? $"Keep {name} above {series.Text.Of(target.Resulting, target.Unit)} {by}"
                : $"Keep {name} {series.Text.Of(target)} {by}";
        }

        var verb = target.Direction == Direction.Increase ? "Increase" : "Decrease";
        var amount = target.Mode switch
        {
            TargetMode.ChangeByPercent => $" by {Amounts(target, v => FigureText.Plain(v, 6))} % (relative)",
            TargetMode.ChangeByPoints when target.Unit == Unit.Percent =>
                $" by {Amounts(target, v => FigureText.Plain(v, 6))} points",
            TargetMode.ChangeByPoints => $" by {Amounts(target, v => Exactly(v, target.Unit))}",
            _ => "",
        };
        return $"{verb} {name}{amount}{Way(baseline, target)} {by}";
    }

    private static string Amounts(Target target, Func<decimal, string> text) =>
        text(target.Amount) + (target.Upper is { } upper ? " to " + text(upper) : "");

    private string Exactly(decimal value, Unit unit) =>
        series.Text.Rounded(value, unit) == value ? series.Text.Of(value, unit) : FigureText.Plain(value, 6);

    // A range has no one end, and 23.1 orders are none: then the change alone is said.
    private string Way(decimal baseline, Target target)
    {
        var (from, to) = (series.Text.Of(baseline, target.Unit), series.Text.Of(target with { ResultingUpper = null }));
        var isRough = !IsExact(baseline, target.Unit) || !IsExact(target.Resulting, target.Unit);
        return (target.Mode, target.ResultingUpper) switch
        {
            (TargetMode.ReachValue, { } upper) => target.Direction == Direction.Increase
                ? $" to between {to} and {series.Text.Of(upper, target.Unit)}"
                : $" to between {series.Text.Of(upper, target.Unit)} and {to}",
            (_, not null) => "",
            (TargetMode.ReachValue, null) => $" from {from} to {to}",
            _ when isRough || from == to => "",
            _ => $" from {from} to {to}",
        };
    }

    private bool IsExact(decimal value, Unit unit) =>
        ObjectiveJudge.IsSame(series.Text.Rounded(value, unit), value, 0.004m);

    private string Reason(Indicator indicator, decimal baseline, IReadOnlyList<decimal> changes, int span)
    {
        var history = series.History(indicator, Stretch.MostPeriods);
        var now = series.Text.Of(baseline, indicator.Unit);
        if (history.Count == 0)
        {
            return $"{indicator.Name} stands at {now}; there is no earlier period to compare with, so 10 % is a start.";
        }

        var best = Best(indicator, history);
        var text = $"{indicator.Name} stood at {now} in {history[^1].Period.Label}; the best of {history.Count} "
            + $"periods was "
            + $"{series.Text.Of(best.Value, indicator.Unit)} ({best.Period.Label}).";
        return changes.Count < Stretch.FewestChanges
            ? text + " There is too little history to say what is usual, so 10 % is a start."
            : text + $" Over {changes.Count} earlier spans of {span} {(span == 1 ? "period" : "periods")} the middle "
                + $"change for the better was {series.Text.OfChange(Stretch.Quantile(changes, 0.5m), indicator.Unit)}, "
                + $"the largest {series.Text.OfChange(changes[^1], indicator.Unit)}.";
    }

    private decimal Room(Indicator indicator, decimal baseline)
    {
        var history = series.History(indicator, Stretch.MostPeriods);
        return history.Count == 0 ? 0 : Math.Abs(Best(indicator, history).Value - baseline) / baseline;
    }

    private static HistoryPoint Best(Indicator indicator, IReadOnlyList<HistoryPoint> history) =>
        indicator.Better == Direction.Decrease ? history.MinBy(p => p.Value)! : history.MaxBy(p => p.Value)!;

    private static int Rank(IReadOnlyList<string> keys, string key)
    {
        var at = keys.ToList().IndexOf(key);
        return at < 0 ? int.MaxValue : at;
    }

    private DateOnly LastDay() => series.Running > 0
        ? series.Calendar.Bounds(series.Grain, series.Running - 1).End.AddDays(-1) : today;
}
