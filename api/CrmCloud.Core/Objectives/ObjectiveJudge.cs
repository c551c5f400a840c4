using System.Globalization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Objectives.Statements;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Objectives;

/// <summary>A statement and what was said beside it.</summary>
/// <param name="At">Path of the arguments, such as "input."; empty for a query.</param>
public sealed record DraftQuestion(string Statement, string At)
{
    public KpiRef? Kpi { get; init; }

    public TargetInput? Target { get; init; }

    public DateOnly? Due { get; init; }

    public BaselineInput? Baseline { get; init; }

    /// <summary>Whose members alone are measured; null for all customers.</summary>
    public SegmentDefinition? Segment { get; init; }

    /// <summary>Of an objective that exists already.</summary>
    public Baseline? Frozen { get; init; }

    /// <summary>What stays where neither the statement nor the arguments say something else.</summary>
    public (TargetInput? Target, DateOnly? Due) Kept { get; init; }

    public string? OwnerName { get; init; }

    /// <summary>Whether an owner is required: for an objective, not for a question.</summary>
    public bool NeedsOwner { get; init; }

    public Grain Grain { get; init; } = Grain.Month;

    /// <summary>Whether the statement was taken before and is not what changes now.</summary>
    public bool IsSettled { get; init; }

    /// <summary>Asked about a suggestion, to which nothing is suggested.</summary>
    public bool IsProbe { get; init; }

    /// <summary>When the statement was written: "within 6 months" counts from then. Null for now.</summary>
    public DateTimeOffset? WrittenAt { get; init; }
}

/// <summary>What came of a draft.</summary>
public sealed record Judgement
{
    public Indicator? Indicator { get; init; }

    public Baseline? Baseline { get; init; }

    public Target? Target { get; init; }

    public DateOnly? Due { get; init; }

    public StretchCheck? Stretch { get; init; }

    public required Measurability Measurability { get; init; }

    /// <summary>Contradictions and impossible values: wrong, not vague.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    public IReadOnlyList<ObjectiveSuggestion> Suggestions { get; init; } = [];

    public string? SegmentId { get; init; }

    public required KpiSeries Series { get; init; }
}

/// <summary>Judges a statement with the tenant's figures: what it says, what is missing, how it could read.</summary>
public sealed class ObjectiveJudge(Tenant tenant, KpiSeries series, DraftQuestion question)
{
    /// <summary>An objective is due within so many years.</summary>
    public const int MostYears = 10;

    private readonly List<Problem> _problems = [];
    private readonly List<MeasurabilityResult> _results = [];
    private readonly DateOnly _today =
        PeriodCalendar.DateOf(series.Calendar.DayOf(series.Now.ToUnixTimeMilliseconds()));

    public static async Task<Judgement> JudgeAsync(DraftQuestion question, Caller caller, CancellationToken stop)
    {
        var series = await KpiSeries.ReadAsync(
            caller.Store, caller.Tenant, (question.Grain, question.Segment?.SegmentId), caller.Now, stop);
        return new ObjectiveJudge(caller.Tenant, series, question).Judge();
    }

    public Judgement Judge()
    {
        var written = question.WrittenAt is { } at ? DayOf(at) : _today;
        var reading = StatementReader.Read(question.Statement, written, series.Calendar.Settings);
        var indicator = FindIndicator(reading);
        var baseline = indicator is null ? null : FindBaseline(indicator, reading);
        var due = FindDue(reading, baseline);
        var stated = indicator is null ? null : StatementTarget.Of(reading, indicator, baseline?.Value, tenant.Money);
        var target = indicator is null ? null : FindTarget(reading, indicator, baseline, stated!);
        var stretch = CheckStretch(indicator, baseline, target, due);
        AddAdvice(reading, stretch, (target, indicator));
        var accepted = _problems.Count == 0 && _results.All(r => r.Met || !r.Required) && target is not null;
        return new()
        {
            Indicator = indicator,
            Baseline = baseline,
            Target = target,
            Due = due,
            Stretch = stretch,
            Measurability = new(accepted, (int)Math.Round(100.0 * _results.Count(r => r.Met) / _results.Count),
                [.. _results.OrderBy(r => r.Criterion)]),
            Problems = _problems,
            Suggestions = accepted || question.IsProbe ? []
                : new JudgeSuggestions(tenant, series, question, _today).Of(reading, indicator, target, stated, due),
            SegmentId = question.Segment?.SegmentId,
            Series = series,
        };
    }

    private DateOnly DayOf(DateTimeOffset at) =>
        PeriodCalendar.DateOf(series.Calendar.DayOf(at.ToUnixTimeMilliseconds()));

    private void Result(MeasurabilityCriterion criterion, bool met, bool required, string explanation) =>
        _results.Add(new(criterion, met, required, explanation));

    private Indicator? FindIndicator(StatementReading reading)
    {
        var key = question.Kpi is { } kpi ? kpi.Key ?? GlobalId.Local(kpi.Id, "Kpi") ?? "" : null;
        var given = key is null ? null : IndicatorCatalog.Find(key);
        if (key is not null && given is null)
        {
            _problems.Add(Problems.NotFound("indicator", question.At + "kpi"));
        }

        if (question.Segment is { } segment
            && (given ?? (reading.Indicators is [var first, ..] ? first : null)) is { } meant
            && IndicatorCatalog.IsOfWholeTenantOnly(meant))
        {
            _problems.Add(Problems.Invalid(question.At + "segment",
                $"{meant.Name} is recorded for the whole tenant, not for each customer: it cannot be measured for the "
                    + $"segment '{segment.Name}'. Leave `segment` out, or choose another indicator."));
        }

        if (given is not null && reading.Indicators.Count > 0 && !reading.Indicators.Contains(given))
        {
            _problems.Add(ObjectiveProblems.Contradiction(
                question.At + "kpi", $"'{reading.Indicators[0].Name}'", $"kpi says '{given.Name}'"));
        }

        var several = given is null && reading.Indicators.Count > 1;
        Result(MeasurabilityCriterion.Tangible, !several, required: true, several
            ? $"It names {reading.Indicators.Count} indicators "
                + $"({string.Join(", ", reading.Indicators.Select(i => i.Name))}); "
                + "make one objective of each, or say in `kpi` which one counts."
            : reading.Aside is { } aside ? $"It aims at one result; '{aside}' is not measured." : "It aims at one "
                + "result.");
        var indicator = given ?? (reading.Indicators.Count > 0 ? reading.Indicators[0] : null);
        Result(MeasurabilityCriterion.NamedIndicator, indicator is not null, required: true, indicator is null
            ? Activity(reading) + "No indicator is named that is measured here, such as "
                + "" + string.Join(", ", Known()) + "."
            : $"Measured by '{indicator.Name}'.");
        return indicator;
    }

    private static string Activity(StatementReading reading) => reading.Deed is { } deed
        ? $"'{deed}' says what is done, not which result it shall have. "
        : reading.IsAboutReturn ? "Customers won back are counted by no indicator; churn rate and customers show them. "
        : "";

    private IEnumerable<string> Known() => IndicatorCatalog.All
        .Where(i => series.LastComplete(i)?.Value is not null).Select(i =>
            i.Name.ToLowerInvariant()).Take(8).DefaultIfEmpty("churn rate");

    private Baseline? FindBaseline(Indicator indicator, StatementReading reading)
    {
        var baseline = question.Frozen ?? Stated(indicator) ?? Measured(indicator);
        var other = BaselineRules.OtherBase(reading, question, baseline);
        Result(MeasurabilityCriterion.BaselineKnown, baseline is not null && other is null,
            required: baseline is null || !question.IsSettled, baseline is null
            ? $"It is not known where {indicator.Name} stands: {WhyUnknown()} State it in `baseline`."
            : $"{indicator.Name} stands at {Text(baseline.Value, indicator)} ({baseline.Period ?? Day(baseline.At)})."
                + other);
        if (baseline is not null && reading.From is { } from && !IsSame(from.Value, baseline.Value, 0.01m))
        {
            _problems.Add(ObjectiveProblems.Contradiction(question.At + "statement",
                $"'from {FigureText.Plain(from.Value, 2)}'",
                $"the indicator stands at {Text(baseline.Value, indicator)} ({baseline.Period ?? Day(baseline.At)})"));
        }

        return baseline;
    }

    private string WhyUnknown() => series.Segment is { } segment && series.Running > 0
        && segment.WhyUnknown(
            series.Calendar.Bounds(series.Grain, series.Running - 1), series.Now.ToUnixTimeMilliseconds()) is { } reason
        ? reason
        : "its last complete period has no value.";

    private Baseline? Stated(Indicator indicator)
    {
        if (question.Baseline is not { } stated)
        {
            return null;
        }

        if (stated.At > _today || stated.At.Year < 1970)
        {
            _problems.Add(Problems.OutOfRange(question.At + "baseline.at",
                "The day of a baseline is not in the future."));
        }

        if (Math.Abs(stated.Value) > 1e15m)
        {
            _problems.Add(Problems.OutOfRange(question.At + "baseline.value",
                "A value is at most 1,000,000,000,000,000."));
            return null;
        }

        return new(stated.Value, stated.At, BaselineSource.Stated, null, indicator.Revision);
    }

    private Baseline? Measured(Indicator indicator) => series.LastComplete(indicator) is { Value: { } value } last
        ? new(value, last.Period.End.AddDays(-1), BaselineSource.Measured, last.Period.Label, indicator.Revision)
        : null;

    private DateOnly? FindDue(StatementReading reading, Baseline? baseline)
    {
        if (question.Due is { } given && reading.Due is { } said && given != said)
        {
            _problems.Add(ObjectiveProblems.Contradiction(question.At + "due", $"'{Day(said)}'",
                $"due says '{Day(given)}'"));
        }

        var due = question.Due ?? reading.Due ?? question.Kept.Due;
        var open = question.Due is null ? HedgeOf(reading, HedgeKind.Day) : null;
        Result(MeasurabilityCriterion.Deadline, due is not null && open is null, required: true,
            open ?? (due is null ? ("No deadline: by which day? "
                + "" + reading.DueNote).TrimEnd() : $"Due on {Day(due.Value)}."));
        if (due is not { } day)
        {
            return null;
        }

        var path = question.At + (question.Due is null ? "statement" : "due");
        if (day <= _today)
        {
            _problems.Add(Problems.OutOfRange(path, day == _today
                ? $"{Day(day)} is today; choose a later day."
                : $"{Day(day)} is in the past; today is {Day(_today)}."));
        }
        else if (day > _today.AddYears(MostYears))
        {
            _problems.Add(Problems.OutOfRange(path,
                $"{Day(day)} is more than {MostYears} years ahead; choose a day up to "
                    + $"{Day(_today.AddYears(MostYears))}."));
        }
        else if (baseline is not null
            && ObjectivePath.DecidingPeriod(series.Calendar, series.Grain, day).End <= baseline.At.AddDays(1))
        {
            _problems.Add(Problems.OutOfRange(path,
                $"No whole {series.Grain.ToString().ToLowerInvariant()} ends between the baseline "
                    + $"({Day(baseline.At)}) and {Day(day)}; choose a later day or a finer grain."));
        }

        return day;
    }

    private Target? FindTarget(StatementReading reading, Indicator indicator, Baseline? baseline, StatedTarget stated)
    {
        var kept = reading.HasAmount ? null : question.Kept.Target;
        var open = question.Target is null ? HedgeOf(reading, HedgeKind.Amount) : null;
        var input = question.Target ?? (open is null ? stated.Target ?? kept : null);
        Result(MeasurabilityCriterion.QuantifiedChange, input is not null, required: true,
            input is not null ? "Direction and amount are stated." + Against(input, indicator)
            : open is null ? string.Join(" ", stated.Gaps)
            : string.Join(" ", stated.OpenPercent is null ? [open] : stated.Gaps.Prepend(open)));
        if (input is null || baseline is null)
        {
            return null;
        }

        var path = question.At + (question.Target is null ? "statement" : "target");
        var resolved = TargetRules.Resolve(input, indicator, baseline.Value, series.Text, path);
        if (!resolved.Succeeded)
        {
            _problems.AddRange(question.Target is null
                ? resolved.Problems.Select(p => Problems.OutOfRange(path, p.Message))
                : resolved.Problems);
            return null;
        }

        // "500 orders a year" is no 500 a month; percent of the baseline are the same at every grain.
        if (question.Target is null && reading.Per is { } per && per != question.Grain
            && indicator.Unit is Unit.Count or Unit.Money && input.Mode != TargetMode.ChangeByPercent)
        {
            var (said, grain) = (Problem.PublicName(per), Problem.PublicName(question.Grain));
            _problems.Add(ObjectiveProblems.Contradiction(
                question.At + "grain", $"per {said.ToLowerInvariant()}",
                $"grain says {grain} (`grain: {said}` would fit the statement)"));
        }

        var comparison = new TargetComparison(reading, indicator, baseline.Value, resolved.Value, series.Text);
        _problems.AddRange(comparison.Contradictions(question.Target, stated, question.At));
        return resolved.Value;
    }

    private static string Against(TargetInput input, Indicator indicator) =>
        input.Direction == Direction.Hold || indicator.Better is Direction.Hold || input.Direction == indicator.Better
            ? "" : $" But {indicator.Name} is better when it goes the other way.";

    private StretchCheck? CheckStretch(Indicator? indicator, Baseline? baseline, Target? target, DateOnly? due)
    {
        if (indicator is null || baseline is null || target is null || due is not { } day)
        {
            return null;
        }

        var span = ObjectivePath.Span(series.Calendar, series.Grain, baseline.At, day);
        return Stretch.Check(target, baseline.Value, series.History(indicator, Stretch.MostPeriods), span, series.Text);
    }

    private void AddAdvice(
        StatementReading reading, StretchCheck? stretch, (Target? Target, Indicator? Indicator) of)
    {
        var (target, indicator) = of;
        foreach (var criterion in new[] { MeasurabilityCriterion.BaselineKnown,
            MeasurabilityCriterion.QuantifiedChange }
            .Where(c => _results.All(r => r.Criterion != c)))
        {
            Result(criterion, met: false, required: true, criterion == MeasurabilityCriterion.BaselineKnown
                ? "Without an indicator nobody knows where it stands."
                : reading.HasAmount ? "An amount of what?" : "No amount: by how much, or to which value?");
        }

        AddScope(reading);
        var owned = !string.IsNullOrWhiteSpace(question.OwnerName);
        Result(MeasurabilityCriterion.Owner, owned, question.NeedsOwner, owned ? "Somebody answers for it."
            : "Who answers for it? Say it in `ownerName`.");
        Result(MeasurabilityCriterion.Achievable, stretch?.Verdict != StretchVerdict.Unrealistic
            && stretch is not null, required: false,
            stretch?.Explanation ?? "Cannot be judged yet.");
        var isAgainst = target is not null && TargetRules.IsAgainstBetter(target, indicator!);
        Result(MeasurabilityCriterion.Stretching, !isAgainst && stretch is { Verdict: not StretchVerdict.TooEasy },
            required: false, isAgainst ? $"It goes against what is better for {indicator!.Name}."
            : stretch?.Explanation ?? "Cannot be judged yet.");
        AddWording(reading);
    }

    private void AddScope(StatementReading reading)
    {
        var gap = ScopeRules.Gap(reading, question.Segment, reading.Indicators.Count > 0 || question.Kpi is not null);
        Result(MeasurabilityCriterion.Scope, gap is null, required: gap is not null && !question.IsSettled, gap
            ?? (question.Segment is { } segment ? $"The members of the segment '{segment.Name}'."
            : "All customers of the tenant."));
    }

    // Vague words beside a precise amount are forgiven; words that leave open what is meant are not.
    private void AddWording(StatementReading reading)
    {
        var hedges = reading.Hedges.Where(h => !IsSaidBeside(h.Kind)).ToList();
        var will = hedges.Where(h => h.Kind == HedgeKind.Will).Select(h => h.Explanation);
        var words = reading.VagueWords.Concat(hedges.Select(h => h.Words)).Distinct().ToList();
        var isElsewhere = question.Target is not null && !reading.HasAmount;
        var told = words.Count == 0 ? []
            : will.Prepend($"Everybody reads these differently: {string.Join(", ", words)}.");
        told = isElsewhere ? told.Append("The statement itself names no amount; `target` alone does.") : told;
        var isClear = words.Count == 0 && !isElsewhere;
        Result(MeasurabilityCriterion.NoVagueWording, isClear, required: hedges.Count > 0,
            isClear ? "No word that everybody reads differently." : string.Join(" ", told));
    }

    private string? HedgeOf(StatementReading reading, HedgeKind kind) =>
        reading.Hedges.FirstOrDefault(h => h.Kind == kind)?.Explanation;

    private bool IsSaidBeside(HedgeKind kind) => kind switch
    {
        HedgeKind.Amount => question.Target is not null,
        HedgeKind.Day => question.Due is not null,
        _ => false,
    };

    internal static bool IsSame(decimal one, decimal other, decimal tolerance) =>
        Math.Abs(one - other) <= Math.Max(0.006m, tolerance * Math.Abs(other));

    private string Text(decimal value, Indicator indicator) => series.Text.Of(value, indicator.Unit);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
