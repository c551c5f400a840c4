using System.Globalization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Objectives.Statements;
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

    /// <summary>Of an objective that exists already.</summary>
    public Baseline? Frozen { get; init; }

    /// <summary>What stays where neither the statement nor the arguments say something else.</summary>
    public (TargetInput? Target, DateOnly? Due) Kept { get; init; }

    public string? OwnerName { get; init; }

    /// <summary>Whether an owner is required: for an objective, not for a question.</summary>
    public bool NeedsOwner { get; init; }

    public Grain Grain { get; init; } = Grain.Month;

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

    public required KpiSeries Series { get; init; }
}

/// <summary>Judges a statement with the tenant's figures: what it says, what is missing, how it could read.</summary>
public sealed class ObjectiveJudge(Tenant tenant, KpiSeries series, DraftQuestion question)
{
    /// <summary>An objective is due within so many years.</summary>
    public const int MostYears = 10;

    private readonly List<Problem> _problems = [];
    private readonly List<MeasurabilityResult> _results = [];
    private readonly DateOnly _today = PeriodCalendar.DateOf(series.Calendar.DayOf(series.Now.ToUnixTimeMilliseconds()));

    public static async Task<Judgement> JudgeAsync(DraftQuestion question, Caller caller, CancellationToken stop)
    {
        var series = await KpiSeries.ReadAsync(caller.Store, caller.Tenant, question.Grain, caller.Now, stop);
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
        AddAdvice(reading, stretch);
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
            Suggestions = accepted ? [] : Suggest(reading, indicator, target, stated, due),
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

        if (given is not null && reading.Indicators.Count > 0 && !reading.Indicators.Contains(given))
        {
            _problems.Add(ObjectiveProblems.Contradiction(
                question.At + "kpi", $"'{reading.Indicators[0].Name}'", $"kpi says '{given.Name}'"));
        }

        var several = given is null && reading.Indicators.Count > 1;
        Result(MeasurabilityCriterion.Tangible, !several, required: true, several
            ? $"It names {reading.Indicators.Count} indicators ({string.Join(", ", reading.Indicators.Select(i => i.Name))}); make one objective of each, or say in `kpi` which one counts."
            : "It aims at one result.");
        var indicator = given ?? (reading.Indicators.Count > 0 ? reading.Indicators[0] : null);
        Result(MeasurabilityCriterion.NamedIndicator, indicator is not null, required: true, indicator is null
            ? "No indicator is named that is measured here, such as " + string.Join(", ", Known()) + "."
            : $"Measured by '{indicator.Name}'.");
        return indicator;
    }

    private IEnumerable<string> Known() => IndicatorCatalog.All
        .Where(i => series.LastComplete(i)?.Value is not null).Select(i =>
            i.Name.ToLowerInvariant()).Take(8).DefaultIfEmpty("churn rate");

    private Baseline? FindBaseline(Indicator indicator, StatementReading reading)
    {
        var baseline = question.Frozen ?? Stated(indicator) ?? Measured(indicator);
        Result(MeasurabilityCriterion.BaselineKnown, baseline is not null, required: true, baseline is null
            ? $"It is not known where {indicator.Name} stands: its last complete period has no value. State it in `baseline`."
            : $"{indicator.Name} stands at {Text(baseline.Value, indicator)} ({baseline.Period ?? Day(baseline.At)}).");
        if (baseline is not null && reading.From is { } from && !IsSame(from.Value, baseline.Value, 0.01m))
        {
            _problems.Add(ObjectiveProblems.Contradiction(question.At + "statement",
                $"'from {TargetRules.Plain(from.Value, 2)}'",
                $"the indicator stands at {Text(baseline.Value, indicator)} ({baseline.Period ?? Day(baseline.At)})"));
        }

        return baseline;
    }

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
        Result(MeasurabilityCriterion.Deadline, due is not null, required: true, due is null
            ? ("No deadline: by which day? " + reading.DueNote).TrimEnd()
            : $"Due on {Day(due.Value)}.");
        if (due is not { } day)
        {
            return null;
        }

        var path = question.At + (question.Due is null ? "statement" : "due");
        if (day <= _today || day > _today.AddYears(MostYears))
        {
            _problems.Add(Problems.OutOfRange(path, $"{Day(day)} is not after today and within {MostYears} years."));
        }
        else if (baseline is not null
            && ObjectivePath.DecidingPeriod(series.Calendar, series.Grain, day).End <= baseline.At.AddDays(1))
        {
            _problems.Add(Problems.OutOfRange(path,
                $"No whole {series.Grain.ToString().ToLowerInvariant()} ends between the baseline ({Day(baseline.At)}) and {Day(day)}; choose a later day or a finer grain."));
        }

        return day;
    }

    private Target? FindTarget(StatementReading reading, Indicator indicator, Baseline? baseline, StatedTarget stated)
    {
        var kept = reading.HasAmount ? null : question.Kept.Target;
        var input = question.Target ?? stated.Target ?? kept;
        Result(MeasurabilityCriterion.QuantifiedChange, input is not null, required: true, input is null
            ? string.Join(" ", stated.Gaps)
            : "Direction and amount are stated.");
        if (input is null || baseline is null)
        {
            return null;
        }

        var path = question.At + (question.Target is null ? "statement" : "target");
        var resolved = TargetRules.Resolve(input, indicator, baseline.Value, path);
        if (!resolved.Succeeded)
        {
            _problems.AddRange(question.Target is null
                ? resolved.Problems.Select(p => Problems.OutOfRange(path, p.Message))
                : resolved.Problems);
            return null;
        }

        var comparison = new TargetComparison(reading, indicator, baseline.Value, resolved.Value);
        _problems.AddRange(comparison.Contradictions(question.Target, stated, question.At));
        return resolved.Value;
    }

    private StretchCheck? CheckStretch(Indicator? indicator, Baseline? baseline, Target? target, DateOnly? due)
    {
        if (indicator is null || baseline is null || target is null || due is not { } day)
        {
            return null;
        }

        var span = ObjectivePath.Span(series.Calendar, series.Grain, baseline.At, day);
        return Stretch.Check(target, baseline.Value, series.History(indicator, Stretch.MostPeriods), span);
    }

    private void AddAdvice(StatementReading reading, StretchCheck? stretch)
    {
        foreach (var criterion in new[] { MeasurabilityCriterion.BaselineKnown,
            MeasurabilityCriterion.QuantifiedChange }
            .Where(c => _results.All(r => r.Criterion != c)))
        {
            Result(criterion, met: false, required: true, criterion == MeasurabilityCriterion.BaselineKnown
                ? "Without an indicator nobody knows where it stands."
                : reading.HasAmount ? "An amount of what?" : "No amount: by how much, or to which value?");
        }

        Result(MeasurabilityCriterion.Scope, met: true, required: false, "All customers of the tenant.");
        var owned = !string.IsNullOrWhiteSpace(question.OwnerName);
        Result(MeasurabilityCriterion.Owner, owned, question.NeedsOwner, owned ? "Somebody answers for it."
            : "Who answers for it? Say it in `ownerName`.");
        Result(MeasurabilityCriterion.Achievable, stretch?.Verdict != StretchVerdict.Unrealistic
            && stretch is not null, required: false,
            stretch?.Explanation ?? "Cannot be judged yet.");
        Result(MeasurabilityCriterion.Stretching, stretch?.Verdict != StretchVerdict.TooEasy && stretch is not null,
            required: false,
            stretch?.Explanation ?? "Cannot be judged yet.");
        Result(MeasurabilityCriterion.NoVagueWording, reading.VagueWords.Count == 0, required: false,
            reading.VagueWords.Count == 0
            ? "No word that everybody reads differently."
            : $"Everybody reads these differently: {string.Join(", ", reading.VagueWords)}.");
    }

    private IReadOnlyList<ObjectiveSuggestion> Suggest(
        StatementReading reading, Indicator? indicator, Target? target, StatedTarget? stated, DateOnly? due)
    {
        var day = due is { } wanted && wanted > _today && wanted <= _today.AddYears(MostYears) ? wanted
            : Suggestions.UsualDue(_today);
        var maker = new Suggestions(tenant, series, _today);
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
        else if (target is not null)
        {
            found.Add(maker.With(indicator, baseline, new(target.Mode, target.Direction, target.Amount, target.Upper),
                day, "As stated, with what was missing."));
        }

        found.Add(maker.Chosen(indicator, baseline, day));
        return [.. found.OfType<ObjectiveSuggestion>().DistinctBy(s => s.Statement).Take(Suggestions.Most)];
    }

    internal static bool IsSame(decimal one, decimal other, decimal tolerance) =>
        Math.Abs(one - other) <= Math.Max(0.006m, tolerance * Math.Abs(other));

    private static string Text(decimal value, Indicator indicator) => TargetRules.Text(value, indicator.Unit);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>Whether the sentence and the arguments beside it say the same.</summary>
internal sealed record TargetComparison(StatementReading Reading, Indicator Indicator, decimal Baseline, Target Target)
{
    public IEnumerable<Problem> Contradictions(TargetInput? given, StatedTarget stated, string at)
    {
        if (given is not null && Reading.Direction is { } said && said != given.Direction
            && !(said == Direction.Hold || given.Direction == Direction.Hold))
        {
            yield return ObjectiveProblems.Contradiction(at + "target.direction",
                $"'{Problem.PublicName(said)}'", $"target says '{Problem.PublicName(given.Direction)}'");
        }
        else if (given is not null && Reading.By is { } by && !Agrees(by, given, stated))
        {
            yield return ObjectiveProblems.Contradiction(at + "target.amount",
                $"'by {TargetRules.Plain(by.Value, 2)}'",
                    $"target comes to {TargetRules.Text(Target.Resulting, Target.Unit)} from {TargetRules.Text(Baseline, Target.Unit)}");
        }
        else if (given is not null && Reading.By is null && stated.Target is { } own && !SameResult(own))
        {
            yield return ObjectiveProblems.Contradiction(at + "target.amount",
                $"'{TargetRules.Plain(own.Amount, 2)}'",
                    $"target comes to {TargetRules.Text(Target.Resulting, Target.Unit)}");
        }

        if (Reading.To is { } to && Reading.By is not null
            && !ObjectiveJudge.IsSame(to.Value, Target.Resulting, 0.005m))
        {
            yield return ObjectiveProblems.Contradiction(at + "statement",
                $"'to {TargetRules.Plain(to.Value, 2)}'",
                $"the change it names comes to {TargetRules.Text(Target.Resulting, Target.Unit)} from {TargetRules.Text(Baseline, Target.Unit)}");
        }
    }

    // "25 %" alone agrees with 25 percent and with 25 points: the target says which.
    private bool Agrees(Quantity by, TargetInput given, StatedTarget stated) =>
        stated.Target is { } own ? SameResult(own)
        : given.Mode is TargetMode.ChangeByPercent or TargetMode.ChangeByPoints
            ? by.Value == given.Amount
            : IsAround(Baseline * (1 + (Sign * by.Value / 100))) || IsAround(Baseline + (Sign * by.Value));

    private int Sign => Target.Direction == Direction.Decrease ? -1 : 1;

    private bool SameResult(TargetInput own) =>
        TargetRules.Resolve(own, Indicator, Baseline, "statement") is { Succeeded: true } resolved
        && IsAround(resolved.Value.Resulting)
        && (own.Upper is null || Target.Upper is null
            || ObjectiveJudge.IsSame(resolved.Value.ResultingUpper!.Value, Target.ResultingUpper!.Value, 0.005m));

    private bool IsAround(decimal value) => ObjectiveJudge.IsSame(value, Target.Resulting, 0.005m);
}
