using System.Text.RegularExpressions;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Objectives.Statements;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Objectives;

/// <summary>How a statement that was not taken could read.</summary>
internal sealed class StatementAdvice(Tenant tenant, KpiSeries series, DateOnly today, DraftQuestion question)
{
    private static readonly Regex And = new(@"\s+and\s+|[;,]\s+", RegexOptions.CultureInvariant);

    public IReadOnlyList<ObjectiveSuggestion> Suggest(
        StatementReading reading, Indicator? indicator, Target? target, StatedTarget? stated, DateOnly? due)
    {
        var day = due is { } wanted && wanted > today && wanted <= today.AddYears(ObjectiveJudge.MostYears) ? wanted
            : Suggestions.UsualDue(today);
        var maker = new Suggestions(tenant, series, today);
        if (indicator is null || maker.Known(indicator) is not { } baseline)
        {
            var near = maker.For(IndicatorNames.Near(question.Statement), day);
            return near.Count > 0 ? near : maker.For(IndicatorNames.Near(""), day);
        }

        var found = new List<ObjectiveSuggestion?>(Halves(reading, maker, day));
        if (reading.Direction == Direction.Hold && target is null && stated?.Target is null)
        {
            found.Add(maker.With(indicator, baseline, Band(indicator, (reading.To ?? reading.By)?.Value ?? baseline),
                day, "As a band, a twentieth to either side."));
        }

        if (stated?.OpenPercent is { } percent)
        {
            var direction = reading.Direction is Direction.Increase or Direction.Decrease ? reading.Direction.Value
                : indicator.Better;
            found.Add(maker.With(indicator, baseline, new(TargetMode.ChangeByPercent, direction, percent), day,
                $"Read as a share of where the indicator stands."));
            found.Add(maker.With(indicator, baseline, new(TargetMode.ChangeByPoints, direction, percent), day,
                "Read as percentage points."));
        }
        else if ((target is null ? stated?.Target
            : new TargetInput(target.Mode, target.Direction, target.Amount, target.Upper)) is { } said)
        {
            found.Add(maker.With(indicator, baseline, said, day, "As stated, with what was missing."));
            if (target is null && said is { Upper: null, Mode: not TargetMode.KeepWithin, Amount: > 0 })
            {
                found.Add(maker.With(indicator, baseline, Around(said), day, "As a range, a fifth to either side."));
            }
        }

        found.Add(maker.Chosen(indicator, baseline, day));
        return [.. found.OfType<ObjectiveSuggestion>().DistinctBy(s => s.Statement).Take(Suggestions.Most)];
    }

    private static TargetInput Around(TargetInput said) =>
        said is { Mode: TargetMode.ReachValue, Direction: Direction.Decrease }
            ? said with { Amount = said.Amount * 1.2m, Upper = said.Amount * 0.8m }
            : said with { Amount = said.Amount * 0.8m, Upper = said.Amount * 1.2m };

    // "Revenue +10 % and churn -5 points" are two objectives: each half as it stands.
    private IEnumerable<ObjectiveSuggestion?> Halves(StatementReading reading, Suggestions maker, DateOnly day)
    {
        if (reading.Indicators.Count < 2 || question.Kpi is not null)
        {
            yield break;
        }

        foreach (var half in And.Split(question.Statement))
        {
            var part = StatementReader.Read(half, today, series.Calendar.Settings);
            if (part.Indicators is not [var one] || maker.Known(one) is not { } baseline)
            {
                continue;
            }

            var due = part.Due ?? day;
            yield return StatementTarget.Of(part, one, baseline, tenant.Money).Target is { } said
                ? maker.With(one, baseline, said, due, "One of the results that it names.")
                : maker.Chosen(one, baseline, due);
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
}
