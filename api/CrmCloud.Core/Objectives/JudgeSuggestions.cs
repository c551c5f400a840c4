using System.Text.RegularExpressions;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Objectives.Statements;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Objectives;

/// <summary>How a refused statement could read; each was judged like any other statement before it is shown.</summary>
internal sealed class JudgeSuggestions
{
    private static readonly Regex And = new(@"\s+and\s+|[;,]\s+", RegexOptions.CultureInvariant);

    private readonly DraftQuestion _question;
    private readonly Tenant _tenant;
    private readonly KpiSeries _series;
    private readonly DateOnly _today;
    private readonly Suggestions _maker;

    public JudgeSuggestions(Tenant tenant, KpiSeries series, DraftQuestion question, DateOnly today)
    {
        (_tenant, _question, _series, _today) = (tenant, question, series, today);
        _maker = new(tenant, series, today,
            suggestion => new ObjectiveJudge(tenant, series, Probe(suggestion)).Judge());
    }

    public IReadOnlyList<ObjectiveSuggestion> Of(
        StatementReading reading, Indicator? indicator, Target? target, StatedTarget? stated, DateOnly? due)
    {
        var day = due is { } wanted && CanBe(wanted) ? wanted
            : CanBe(Suggestions.UsualDue(_today)) ? Suggestions.UsualDue(_today)
            : _series.Calendar.Bounds(_series.Grain, _series.Running + 1).End.AddDays(-1);
        var found = new List<ObjectiveSuggestion?>();
        if (indicator is not null && _maker.Known(indicator) is { } baseline)
        {
            found.AddRange(Halves(reading, day).Select(_maker.Worded));
            found.AddRange(Said(reading, (indicator, baseline), target, stated, day).Select(_maker.Worded));
            found.Add(_maker.Chosen(indicator, baseline, day));
        }

        var taken = found.OfType<ObjectiveSuggestion>().DistinctBy(s => s.Statement).Take(Suggestions.Most).ToList();
        return taken.Count > 0 ? taken : Near(day);
    }

    // Of a named indicator nothing may stretch and be possible: then its neighbours, and then any.
    private IReadOnlyList<ObjectiveSuggestion> Near(DateOnly day)
    {
        var near = _maker.For(IndicatorNames.Near(_question.Statement), day);
        return near.Count > 0 ? near : _maker.For(IndicatorNames.Near(""), day);
    }

    private IEnumerable<ObjectiveSuggestion?> Said(
        StatementReading reading, (Indicator Indicator, decimal Baseline) of, Target? target, StatedTarget? stated,
        DateOnly day)
    {
        var (indicator, baseline) = of;
        if (reading.Direction == Direction.Hold && target is null && stated?.Target is null)
        {
            yield return _maker.With(
                indicator, baseline, Band(indicator, (reading.To ?? reading.By)?.Value ?? baseline),
                day, "As a band, a twentieth to either side.");
        }

        if (stated?.OpenPercent is { } percent)
        {
            var direction = reading.Direction is Direction.Increase or Direction.Decrease ? reading.Direction.Value
                : indicator.Better;
            yield return _maker.With(indicator, baseline, new(TargetMode.ChangeByPercent, direction, percent), day,
                "Read as a share of where the indicator stands.");
            yield return _maker.With(indicator, baseline, new(TargetMode.ChangeByPoints, direction, percent), day,
                "Read as percentage points.");
        }
        else if ((target is null ? stated?.Target
            : new TargetInput(target.Mode, target.Direction, target.Amount, target.Upper)) is { } said)
        {
            yield return _maker.With(indicator, baseline, said, day, "As stated, with what was missing.");
            if (target is null && said is { Upper: null, Mode: not TargetMode.KeepWithin, Amount: > 0 })
            {
                yield return _maker.With(indicator, baseline, Around(said), day, "As a range, a fifth to either side.");
            }
        }
    }

    // "Revenue +10 % and churn -5 points" are two objectives: each half as it stands.
    private IEnumerable<ObjectiveSuggestion?> Halves(StatementReading reading, DateOnly day)
    {
        if (reading.Indicators.Count < 2 || _question.Kpi is not null)
        {
            yield break;
        }

        foreach (var half in And.Split(_question.Statement))
        {
            var part = StatementReader.Read(half, _today, _series.Calendar.Settings);
            if (part.Indicators is not [var one] || _maker.Known(one) is not { } baseline)
            {
                continue;
            }

            var due = part.Due ?? day;
            yield return StatementTarget.Of(part, one, baseline, _tenant.Money).Target is { } said
                ? _maker.With(one, baseline, said, due, "One of the results that it names.")
                : _maker.Chosen(one, baseline, due);
        }
    }

    private static TargetInput Band(Indicator indicator, decimal middle)
    {
        var (low, high) = (middle * 0.95m, middle * 1.05m);
        (low, high) = indicator.Unit == Unit.Count ? (Math.Floor(low), Math.Ceiling(high))
            : (decimal.Round(low, 2), decimal.Round(high, 2));
        return new(TargetMode.KeepWithin, Direction.Hold, low, TargetRules.IsShare(indicator)
            ? Math.Min(high, 100) : high);
    }

    private static TargetInput Around(TargetInput said) =>
        said is { Mode: TargetMode.ReachValue, Direction: Direction.Decrease }
            ? said with { Amount = said.Amount * 1.2m, Upper = said.Amount * 0.8m }
            : said with { Amount = said.Amount * 0.8m, Upper = said.Amount * 1.2m };

    // A whole period must end between where the indicators stand and the day.
    private bool CanBe(DateOnly day) => day > _today && day <= _today.AddYears(ObjectiveJudge.MostYears)
        && ObjectivePath.DecidingPeriod(_series.Calendar, _series.Grain, day).Index >= _series.Running;

    private DraftQuestion Probe(ObjectiveSuggestion suggestion) => new(suggestion.Statement, "")
    {
        Grain = _question.Grain, Segment = _question.Segment, IsProbe = true,
    };
}
