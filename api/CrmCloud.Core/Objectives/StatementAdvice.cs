using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Objectives.Statements;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Objectives;

/// <summary>How a statement that was not taken could read.</summary>
internal sealed class StatementAdvice(Tenant tenant, KpiSeries series, DateOnly today, DraftQuestion question)
{
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

        var found = new List<ObjectiveSuggestion?>();
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
}
