using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Objectives.Measuring;

public enum TrackStatus
{
    /// <summary>Ahead of the path by more than a tenth of the way.</summary>
    Ahead,

    /// <summary>Within a tenth of the way of the path, or already there.</summary>
    OnTrack,

    /// <summary>Behind by more than a tenth and up to a third of the way.</summary>
    AtRisk,

    /// <summary>Behind by more than a third of the way.</summary>
    OffTrack,

    /// <summary>Too early to say: the period is not over, or none has ended since the baseline.</summary>
    Pending,

    /// <summary>The value, or where it started, is unknown.</summary>
    NoData,
}

/// <summary>
/// The way from baseline to target at one grain: a straight line over time that arrives in the period that decides.
/// </summary>
/// <remarks>
/// At another grain than the objective's own the same relative change is laid over that grain's own baseline: 30 orders
/// more a month are not 30 more a day.
/// </remarks>
public sealed class ObjectivePath
{
    private const decimal Tolerance = 0.10m;
    private const decimal Risk = 1m / 3;

    private readonly Target _target;
    private readonly PeriodCalendar _calendar;
    private readonly DateOnly _start;

    private ObjectivePath(Objective objective, PeriodCalendar calendar, Grain grain, decimal? baseline,
        Currency money)
    {
        (_calendar, Baseline) = (calendar, baseline);
        _start = objective.Baseline.At.AddDays(1);
        Deciding = DecidingPeriod(calendar, grain, objective.Due);
        HasTarget = grain == objective.Grain || baseline is not null;
        _target = grain == objective.Grain || baseline is not { } own || objective.Baseline.Value == 0
            ? objective.Target : Scaled(objective.Target, own / objective.Baseline.Value, money);
    }

    /// <summary>False at another grain than the objective's own whose baseline is unknown.</summary>
    public bool HasTarget { get; }

    /// <summary>Null where this grain's own baseline is unknown.</summary>
    public decimal? Baseline { get; }

    /// <summary>The last period that is over by the end of the due day; what it says decides.</summary>
    public PeriodBounds Deciding { get; }

    public Target Target => _target;

    public static ObjectivePath Of(Objective objective, Indicator indicator, KpiSeries series)
    {
        var baseline = series.Grain == objective.Grain
            ? objective.Baseline.Value
            : BaselineAt(objective, indicator, series);
        return new(objective, series.Calendar, series.Grain, baseline, series.Text.Currency);
    }

    /// <summary>The last period that ends by the end of a local day.</summary>
    public static PeriodBounds DecidingPeriod(PeriodCalendar calendar, Grain grain, DateOnly due)
    {
        var holding = calendar.PeriodOf(grain, due);
        var bounds = calendar.Bounds(grain, holding);
        return bounds.End <= due.AddDays(1) || holding == 0 ? bounds : calendar.Bounds(grain, holding - 1);
    }

    /// <summary>Periods from the baseline to the one that decides; at least 1.</summary>
    public static int Span(PeriodCalendar calendar, Grain grain, DateOnly baselineAt, DateOnly due) =>
        Math.Max(1, DecidingPeriod(calendar, grain, due).Index - calendar.PeriodOf(grain, baselineAt));

    /// <summary>The share of the way that time has covered by the end of a period, 0 to 1.</summary>
    public decimal TimeShare(PeriodBounds period)
    {
        var whole = Deciding.End.DayNumber - _start.DayNumber;
        var passed = period.End.DayNumber - _start.DayNumber;
        return whole <= 0 ? 1 : Math.Clamp((decimal)passed / whole, 0, 1);
    }

    /// <summary>
    /// Where the indicator should be at the end of a period; for a band the nearer of its ends, null where inside any
    /// value does.
    /// </summary>
    public decimal? Expected(PeriodBounds period) =>
        period.End < _start || Baseline is not { } from || _target.Direction == Direction.Hold
            ? null
            : Round(from + ((_target.Resulting - from) * TimeShare(period)));

    /// <summary>
    /// The share of the way that is done, in percent; below 0 when it went the other way. Null for a band, and for a
    /// period that was over before the baseline.
    /// </summary>
    public decimal? PercentDone(PeriodBounds period, decimal? value) =>
        period.End < _start || value is not { } now || Baseline is not { } from || _target.Direction == Direction.Hold
            || _target.Resulting == from
            ? null
            : Round(100 * (now - from) / (_target.Resulting - from));

    public TrackStatus Status(PeriodBounds period, decimal? value)
    {
        if (value is not { } now || Baseline is null)
        {
            return TrackStatus.NoData;
        }

        if (period.End <= _start)
        {
            return TrackStatus.Pending;
        }

        if (_target.Direction == Direction.Hold)
        {
            return OfBand(now);
        }

        var done = (PercentDone(period, now) ?? 0) / 100;
        var behind = TimeShare(period) - done;
        return behind < -Tolerance ? TrackStatus.Ahead
            : behind <= Tolerance || TargetRules.IsReached(_target, now) ? TrackStatus.OnTrack
            : behind <= Risk ? TrackStatus.AtRisk
            : TrackStatus.OffTrack;
    }

    // Outside a band by up to a quarter of its width (without an upper end: of its lower end) is a risk, beyond it
    // is off.
    private TrackStatus OfBand(decimal value)
    {
        if (TargetRules.IsReached(_target, value))
        {
            return TrackStatus.OnTrack;
        }

        var width = _target.ResultingUpper is { } upper ? upper - _target.Resulting : Math.Abs(_target.Resulting);
        var outside = value < _target.Resulting ? _target.Resulting - value : value - (_target.ResultingUpper ?? value);
        return outside <= width / 4 ? TrackStatus.AtRisk : TrackStatus.OffTrack;
    }

    // The last period of this grain that had ended by the day of the baseline.
    private static decimal? BaselineAt(Objective objective, Indicator indicator, KpiSeries series)
    {
        var period = DecidingPeriod(series.Calendar, series.Grain, objective.Baseline.At);
        return series.At(indicator, period.Index)?.Value;
    }

    private static Target Scaled(Target target, decimal scale, Currency money) => target with
    {
        Resulting = TargetRules.Exact(target.Resulting * scale, target.Unit, money),
        ResultingUpper = target.ResultingUpper is { } upper
            ? TargetRules.Exact(upper * scale, target.Unit, money) : null,
    };

    private static decimal Round(decimal value) => decimal.Round(value, TargetRules.Decimals, MidpointRounding.ToEven);
}
