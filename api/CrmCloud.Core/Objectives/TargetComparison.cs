using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Objectives.Statements;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Objectives;

/// <summary>Whether the sentence and the arguments beside it say the same.</summary>
internal sealed record TargetComparison(
    StatementReading Reading, Indicator Indicator, decimal Baseline, Target Target, FigureText Text)
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
                $"'by {FigureText.Plain(by.Value, 2)}'",
                $"target comes to {Text.Of(Target)} from {Text.Of(Baseline, Target.Unit)}");
        }
        else if (given is not null && Reading.By is null && stated.Target is { } own && !SameResult(own))
        {
            yield return ObjectiveProblems.Contradiction(at + "target.amount",
                $"'{FigureText.Plain(own.Amount, 2)}'",
                $"target comes to {Text.Of(Target)}");
        }

        if (Reading.To is { } to && Reading.By is not null
            && !ObjectiveJudge.IsSame(to.Value, Target.Resulting, 0.005m))
        {
            yield return ObjectiveProblems.Contradiction(at + "statement",
                $"'to {FigureText.Plain(to.Value, 2)}'",
                $"the change it names comes to {Text.Of(Target)} from {Text.Of(Baseline, Target.Unit)}");
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
        TargetRules.Resolve(own, Indicator, Baseline, Text, "statement") is { Succeeded: true } resolved
        && IsAround(resolved.Value.Resulting)
        && (own.Upper is null || Target.Upper is null
            || ObjectiveJudge.IsSame(resolved.Value.ResultingUpper!.Value, Target.ResultingUpper!.Value, 0.005m));

    private bool IsAround(decimal value) => ObjectiveJudge.IsSame(value, Target.Resulting, 0.005m);
}
