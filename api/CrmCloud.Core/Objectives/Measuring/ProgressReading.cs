using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>How far an objective is, by the last complete period of a grain.</summary>
/// <param name="Current">Value of the last complete period, or of the one that decided; null where unknown.</param>
/// <param name="Expected">Where the straight path from baseline to target is then; null for a band.</param>
/// <param name="PercentDone">Share of the way, in percent; below 0 when it went the other way; null for a band
/// and for a period that was over before the baseline.</param>
/// <param name="PreviousPeriod">The period before.</param>
/// <param name="SamePeriodLastYear">The period that holds the same date one year earlier.</param>
/// <param name="Baseline">At this grain.</param>
/// <param name="Target">At this grain: the same relative change; of a band its lower end. Null where the baseline at
/// this grain is unknown.</param>
/// <param name="TargetUpper">The far end of a range or band at this grain; null without one.</param>
/// <param name="Reason">Why the status is PENDING or NO_DATA; null otherwise.</param>
public sealed record Progress(
    Grain Grain, DateRange? Period, string? Label, decimal? Current, decimal? Expected, decimal? PercentDone,
        TrackStatus Status,
    decimal? PreviousPeriod, decimal? SamePeriodLastYear, decimal? Baseline, decimal? Target, decimal? TargetUpper,
    string? Reason, Freshness Freshness);

/// <param name="Actual">Null where unknown or not begun.</param>
/// <param name="Complete">False for the value so far of a period that runs.</param>
public sealed record ProgressPoint(
    DateRange Period, string Label, decimal? Actual, decimal? Expected, bool Complete, TrackStatus Status);

/// <summary>Where it will stand in the period that decides.</summary>
/// <param name="AtDue">The middle estimate; null with a reason.</param>
/// <param name="Low">10 % of the paths end below.</param>
/// <param name="High">10 % of the paths end above.</param>
/// <param name="ReachProbability">Share of the paths that reach the target, in percent.</param>
/// <param name="Points">Complete periods it rests on.</param>
/// <param name="Reason">Why there is no forecast; null where there is one.</param>
public sealed record Forecast(
    decimal? AtDue, decimal? Low, decimal? High, decimal? ReachProbability, string Method, int Points, string? Reason,
        Freshness Freshness);

/// <summary>Reads progress of any number of objectives; each grain's figures are read once.</summary>
public sealed class ProgressReading(ITenantStore store, Tenant tenant, DateTimeOffset now)
{
    private readonly Dictionary<(Grain Grain, string? SegmentId), KpiSeries> _series = [];

    /// <summary>The figures of whom the objective is about: of its segment, or of all.</summary>
    public Task<KpiSeries> SeriesAsync(Objective objective, Grain grain, CancellationToken stop) =>
        SeriesAsync(grain, stop, objective.SegmentId);

    /// <param name="segmentId">Only its members; null for all customers.</param>
    public async Task<KpiSeries> SeriesAsync(Grain grain, CancellationToken stop, string? segmentId = null)
    {
        if (!_series.TryGetValue((grain, segmentId), out var series))
        {
            series = await KpiSeries.ReadAsync(store, tenant, (grain, segmentId), now, stop);
            _series.Add((grain, segmentId), series);
        }

        return series;
    }

    public async Task<Progress> ProgressAsync(Objective objective, Grain grain, CancellationToken stop)
    {
        var series = await SeriesAsync(objective, grain, stop);
        var indicator = IndicatorCatalog.Find(objective.KpiKey)!;
        var path = ObjectivePath.Of(objective, indicator, series);
        var value = series.At(indicator, Math.Min(series.Running - 1, path.Deciding.Index));
        if (value is null)
        {
            return new(grain, null, null, null, null, null, TrackStatus.NoData, null, null, path.Baseline,
                Near(path), Far(path), "No period is complete.", series.Freshness);
        }

        var status = path.Status(value.Period, value.Value);
        return new(
            grain, new(value.Period.Start, value.Period.End), value.Period.Label, value.Value,
                path.Expected(value.Period),
            path.PercentDone(value.Period, value.Value), status, series.At(indicator, value.Period.Index - 1)?.Value,
            LastYear(indicator, value.Period, series), path.Baseline, Near(path), Far(path),
            status is TrackStatus.NoData or TrackStatus.Pending ? Reason(path, value, series) : null, series.Freshness);
    }

    /// <summary>Every period of a range of local days, those to come with the path alone.</summary>
    public async Task<IReadOnlyList<ProgressPoint>> PointsAsync(
        Objective objective, Grain grain, DateRangeInput range, CancellationToken stop)
    {
        var series = await SeriesAsync(objective, grain, stop);
        var indicator = IndicatorCatalog.Find(objective.KpiKey)!;
        var path = ObjectivePath.Of(objective, indicator, series);
        return [.. Ranges.Periods(series.Calendar, grain, range, KpiFields.MostPeriods).Select(period =>
        {
            var value = series.At(indicator, period.Index);
            var complete = value?.IsComplete == true;
            return new ProgressPoint(
                new(period.Start, period.End), period.Label, value?.Value, path.Expected(period), complete,
                complete ? path.Status(period, value!.Value) : TrackStatus.Pending);
        })];
    }

    public async Task<Forecast> ForecastAsync(Objective objective, CancellationToken stop)
    {
        var series = await SeriesAsync(objective, objective.Grain, stop);
        var indicator = IndicatorCatalog.Find(objective.KpiKey)!;
        var deciding = ObjectivePath.DecidingPeriod(series.Calendar, series.Grain, objective.Due).Index;
        var history = series.History(indicator, Stretch.MostPeriods);
        var figures = Forecasting.Of(objective, indicator, history, deciding);
        var estimate = figures.Estimate;
        return new(
            estimate?.AtDue, estimate?.Low, estimate?.High, estimate?.ReachProbability, figures.Method,
                figures.Points, figures.Reason,
            series.Freshness);
    }

    private static decimal? Near(ObjectivePath path) => path.HasTarget ? path.Target.Resulting : null;

    private static decimal? Far(ObjectivePath path) => path.HasTarget ? path.Target.ResultingUpper : null;

    private static decimal? LastYear(Indicator indicator, PeriodBounds period, KpiSeries series)
    {
        var day = period.Start.AddYears(-1);
        return day.Year < 1970 ? null : series.At(indicator, series.Calendar.PeriodOf(series.Grain, day))?.Value;
    }

    private static string Reason(ObjectivePath path, IndicatorValue value, KpiSeries series) =>
        value.Value is null
            ? series.Segment?.WhyUnknown(value.Period, series.Now.ToUnixTimeMilliseconds())
                ?? $"{value.Indicator.Name} is unknown in {value.Period.Label}."
        : path.Baseline is null ? $"{value.Indicator.Name} was unknown at this grain when the objective began."
        : $"No {series.Grain.ToString().ToLowerInvariant()} has ended since the baseline; "
            + "`current` is where it stood then.";
}
