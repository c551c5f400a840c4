using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Objectives;

/// <summary>Which status may follow which, and on what figures.</summary>
public static class StatusRules
{
    private static readonly Dictionary<ObjectiveStatus, ObjectiveStatus[]> Allowed = new()
    {
        [ObjectiveStatus.Draft] = [ObjectiveStatus.Active, ObjectiveStatus.Abandoned],
        [ObjectiveStatus.Active] = [ObjectiveStatus.Draft, ObjectiveStatus.Reached, ObjectiveStatus.Missed,
            ObjectiveStatus.Abandoned],
        [ObjectiveStatus.Reached] = [ObjectiveStatus.Active],
        [ObjectiveStatus.Missed] = [ObjectiveStatus.Active],
        [ObjectiveStatus.Abandoned] = [ObjectiveStatus.Draft, ObjectiveStatus.Active],
    };

    /// <summary>Null where the change is allowed.</summary>
    public static Problem? Problem(Objective objective, ObjectiveStatus to, KpiSeries series)
    {
        if (!Allowed[objective.Status].Contains(to))
        {
            var names = Allowed[objective.Status].Select(s => Shared.Problem.PublicName(s)).ToList();
            return new InvalidInput(UserErrorCode.WrongState,
                $"From {Shared.Problem.PublicName(objective.Status)} it can become {string.Join(", ", names)}.",
                    "input.status", names);
        }

        return to is ObjectiveStatus.Active or ObjectiveStatus.Draft && IsOver(objective, series)
            ? ObjectiveProblems.WrongState("Its due day has passed; make a new objective.", "input.status")
            : null;
    }

    /// <summary>Whether the due day has passed in the tenant's zone.</summary>
    public static bool IsOver(Objective objective, KpiSeries series) =>
        series.Now >= EndOf(objective.Due, series.Calendar);

    /// <summary>The first instant after a local day.</summary>
    public static DateTimeOffset EndOf(DateOnly day, PeriodCalendar calendar) =>
        DateTimeOffset.FromUnixTimeMilliseconds(calendar.StartOfDay(calendar.DayOf(day) + 1));

    /// <summary>
    /// The last complete period's figure, or the deciding one's when it is over; null where there is none.
    /// </summary>
    public static FigureSnapshot? Evidence(Objective objective, KpiSeries series)
    {
        var indicator = IndicatorCatalog.Find(objective.KpiKey)!;
        var deciding = ObjectivePath.DecidingPeriod(series.Calendar, series.Grain, objective.Due).Index;
        return series.At(indicator, Math.Min(deciding, series.Running - 1)) is { } value ? series.Snapshot(value)
            : null;
    }

    /// <summary>What somebody closing by hand should know.</summary>
    public static IEnumerable<Warning> Warnings(Objective objective, FigureSnapshot? evidence, FigureText text)
    {
        var reached = evidence?.Value is { } value && TargetRules.IsReached(objective.Target, value);
        if (objective.Status is ObjectiveStatus.Reached or ObjectiveStatus.Missed
            && reached != (objective.Status == ObjectiveStatus.Reached))
        {
            var stood = evidence?.Value is { } v ? text.Of(v, objective.Target.Unit) : "an unknown value";
            yield return new("NOT_WHAT_FIGURES_SAY",
                $"{evidence?.Name} stood at {stood} in {evidence?.Label}; the target is {text.Of(objective.Target)}.",
                ["input", "status"]);
        }
    }
}
