using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Measuring;

namespace CrmCloud.Core.Objectives.Alerts;

/// <param name="Holds">Null where it cannot be said: unknown values, too few cases. Then nothing changes.</param>
/// <param name="LookAt">When time alone may change the answer; null for never.</param>
public sealed record AlertVerdict(bool? Holds, decimal? Value, string Message, DateTimeOffset? LookAt = null);

/// <summary>Whether a condition holds; pure, over figures that were read.</summary>
public static class AlertConditions
{
    public static readonly TimeSpan UsualStaleness = TimeSpan.FromMinutes(60);
    public const int UsualDays = 14;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(5);

    private const int MostBack = 60;

    /// <summary>BELOW, ABOVE, CHANGED_BY: complete periods only, a period with too few cases is no evidence.</summary>
    public static AlertVerdict OfValue(AlertRule rule, Indicator indicator, KpiSeries series)
    {
        var (condition, last) = (rule.Condition, series.Running - 1);
        var periods = condition.Periods ?? 1;
        return condition.Kind == AlertKind.ChangedBy
            ? Changed(rule, (series.At(indicator, last), series.At(indicator, last - periods)), series)
            : Beyond(rule, [.. Enumerable.Range(0, periods).Select(back => series.At(indicator, last - back))], series);
    }

    public static AlertVerdict OfStaleness(AlertRule rule, KpiSeries series, DateTimeOffset? staleSince)
    {
        var allowed = rule.Condition.Threshold is { } minutes ? TimeSpan.FromMinutes((double)minutes) : UsualStaleness;
        if (!series.Freshness.Stale || staleSince is not { } since)
        {
            // Nothing is written when workers stop: only looking finds out.
            return new(false, null, "Figures are up to date.", series.Now + BetweenLooks);
        }

        var until = since + allowed;
        return new(series.Now >= until, null,
            $"Figures have been stale since {Instant(since)}: "
                + $"{Shared.Problem.PublicName(series.Freshness.StaleReason!.Value)}.", until);
    }

    public static AlertVerdict OfTrack(Objective objective, Progress progress, FigureText text) => new(
        objective.Status != ObjectiveStatus.Active ? false
            : progress.Status is TrackStatus.NoData or TrackStatus.Pending ? null
            : progress.Status == TrackStatus.OffTrack,
        progress.Current,
        $"'{objective.Statement}' is off track: {Text(progress.Current, objective, text)} in {progress.Label}, "
            + (progress.Expected is { } expected ? $"{Text(expected, objective, text)} was "
            + $"expected." : "outside its band."));

    /// <param name="decidedAt">The newest decision about the objective.</param>
    public static AlertVerdict OfUndecided(
        AlertRule rule, Objective objective, Indicator indicator, KpiSeries series, DateTimeOffset? decidedAt)
    {
        if (objective.Status != ObjectiveStatus.Active || OffTrackSince(objective, indicator, series) is not { } since)
        {
            return new(false, null, "On track.");
        }

        var until = since.AddDays((double)(rule.Condition.Threshold ?? UsualDays));
        var value = series.LastComplete(indicator)?.Value;
        return new(
            decidedAt is not { } at || at < since ? series.Now >= until : false, value,
            $"'{objective.Statement}' has been off track since {Instant(since)} and nobody has recorded a decision.",
                until);
    }

    /// <summary>
    /// The end of the first of the unbroken run of periods off track that reaches to the last one; null when on
    /// track.
    /// </summary>
    private static DateTimeOffset? OffTrackSince(Objective objective, Indicator indicator, KpiSeries series)
    {
        var path = ObjectivePath.Of(objective, indicator, series);
        DateTimeOffset? since = null;
        var last = Math.Min(series.Running - 1, path.Deciding.Index);
        for (var period = last; period > last - MostBack && series.At(indicator, period) is { } value; period--)
        {
            if (path.Status(value.Period, value.Value) != TrackStatus.OffTrack)
            {
                break;
            }

            since = DateTimeOffset.FromUnixTimeMilliseconds(value.Period.EndAt);
        }

        // What was off track before the objective was made is nobody's omission.
        return since is { } at && at < objective.CreatedAt ? objective.CreatedAt : since;
    }

    private static AlertVerdict Beyond(AlertRule rule, IReadOnlyList<IndicatorValue?> values, KpiSeries series)
    {
        var newest = values[0];
        var threshold = rule.Condition.Threshold!.Value;
        var below = rule.Condition.Kind == AlertKind.Below;
        var holds = values.All(v => v?.Value is not null && IsEnough(rule, v, series))
            ? values.All(v => below ? v!.Value < threshold : v!.Value > threshold)
            : (bool?)null;
        return new(holds, newest?.Value,
            $"{newest?.Indicator.Name} is {Text(newest, series)} in {newest?.Period.Label}, "
                + $"{(below ? "below" : "above")} {series.Text.Of(threshold, newest?.Indicator.Unit ?? Unit.Ratio)}"
            + (values.Count > 1 ? $" as in each of the last {values.Count} periods." : "."));
    }

    private static AlertVerdict Changed(AlertRule rule, (IndicatorValue? Now, IndicatorValue? Before) pair,
        KpiSeries series)
    {
        if (pair is not ({ Value: { } now } current, { Value: { } before } earlier) || before == 0
            || !IsEnough(rule, current, series) || !IsEnough(rule, earlier, series))
        {
            return new(null, pair.Now?.Value, "Unknown.");
        }

        var percent = 100 * (now - before) / Math.Abs(before);
        return new(
            Math.Abs(percent) >= rule.Condition.Percent!.Value, now,
            $"{current.Indicator.Name} went from {Text(earlier, series)} in {earlier.Period.Label} to "
                + $"{Text(current, series)} in {current.Period.Label}: "
            + $"{(percent > 0 ? "+" : "")}{FigureText.Plain(percent, 2)} %.");
    }

    // What was measured outside has no cases to count.
    private static bool IsEnough(AlertRule rule, IndicatorValue value, KpiSeries series) =>
        rule.MinimumSample is not { } least
        || (value.Denominator ?? Orders(value, series)) is not { } cases
        || cases >= least;

    private static decimal? Orders(IndicatorValue value, KpiSeries series) =>
        value.Indicator.Kind == KpiKind.NetIncome ? null
            : series.At(IndicatorCatalog.Find("orders")!, value.Period.Index)?.Value;

    private static string Text(IndicatorValue? value, KpiSeries series) =>
        value?.Value is { } known ? series.Text.Of(known, value.Indicator.Unit) : "unknown";

    private static string Text(decimal? value, Objective objective, FigureText text) =>
        value is { } known ? text.Of(known, objective.Target.Unit) : "unknown";

    private static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) + " UTC";
}
