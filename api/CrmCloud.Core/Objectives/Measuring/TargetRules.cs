using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>What a target comes to from a baseline, and whether that can be.</summary>
public static class TargetRules
{
    public const int Decimals = 6;

    // A target beyond this is a slip of the keyboard; it also keeps every product inside a decimal.
    private const decimal MostAmount = 1_000_000_000_000_000m;

    /// <summary>The problems are named with the path of the target.</summary>
    /// <param name="text">Writes figures into the messages.</param>
    public static Outcome<Target> Resolve(
        TargetInput input, Indicator indicator, decimal baseline, FigureText text, string at)
    {
        var problems = new List<Problem>();
        CheckAmounts(input, indicator, at, problems);
        if (problems.Count > 0)
        {
            return problems;
        }

        decimal At(decimal amount) =>
            Exact(Resulting(input.Mode, input.Direction, amount, baseline), indicator.Unit, text.Currency);
        var near = At(input.Amount);
        var far = input.Upper is { } upper ? At(upper) : (decimal?)null;
        var target = new Target(input.Mode, input.Direction, input.Amount, input.Upper, near, far, indicator.Unit);
        CheckResult(target, (indicator, baseline), text, at, problems);
        return problems.Count > 0 ? problems : target;
    }

    /// <summary>
    /// Whether a value is what the target asks for; passing the far end of a range counts as reached.
    /// </summary>
    public static bool IsReached(Target target, decimal value) => target.Direction switch
    {
        Direction.Increase => value >= target.Resulting,
        Direction.Decrease => value <= target.Resulting,
        _ => value >= target.Resulting && (target.ResultingUpper is null || value <= target.ResultingUpper),
    };

    /// <summary>Whether the indicator would move the way that is worse.</summary>
    public static bool IsAgainstBetter(Target target, Indicator indicator) =>
        target.Direction != Direction.Hold && indicator.Better != Direction.Hold
            && target.Direction != indicator.Better;

    /// <summary>
    /// With the digits of its unit: money to its currency's, others to six; none of them a needless 0.
    /// </summary>
    public static decimal Exact(decimal value, Unit unit, Currency money) => decimal.Round(
        value, unit == Unit.Money ? money.Decimals : Decimals, MidpointRounding.ToEven) / 1.0000000000000000000000000m;

    private static decimal Resulting(TargetMode mode, Direction direction, decimal amount, decimal baseline)
    {
        var sign = direction == Direction.Decrease ? -1 : 1;
        return mode switch
        {
            TargetMode.ChangeByPercent => baseline + (sign * Math.Abs(baseline) * amount / 100),
            TargetMode.ChangeByPoints => baseline + (sign * amount),
            _ => amount,
        };
    }

    private static void CheckAmounts(TargetInput input, Indicator indicator, string at, List<Problem> problems)
    {
        var isChange = input.Mode is TargetMode.ChangeByPercent or TargetMode.ChangeByPoints;
        if (Math.Abs(input.Amount) > MostAmount || Math.Abs(input.Upper ?? 0) > MostAmount)
        {
            problems.Add(Problems.OutOfRange($"{at}.amount", "An amount is at most 1,000,000,000,000,000."));
        }

        if (isChange && input.Amount <= 0)
        {
            problems.Add(Problems.OutOfRange($"{at}.amount",
                "A change is above 0; `direction` says which way it goes."));
        }

        if ((input.Direction == Direction.Hold) != (input.Mode == TargetMode.KeepWithin))
        {
            problems.Add(Problems.Invalid($"{at}.direction", input.Mode == TargetMode.KeepWithin
                ? "KEEP_WITHIN goes with the direction HOLD."
                : "HOLD goes with KEEP_WITHIN only; a change says INCREASE or DECREASE.",
                input.Mode == TargetMode.KeepWithin ? ["HOLD"] : ["INCREASE", "DECREASE"]));
        }

        if (input.Upper is { } upper && !IsBeyond(input, upper))
        {
            problems.Add(Problems.OutOfRange($"{at}.upper",
                "`upper` is the far end: above `amount`, or below it where a value is to be reached by decreasing."));
        }

        if (indicator.Unit == Unit.Percent && input.Mode == TargetMode.ChangeByPercent && input.Amount > 100
            && input.Direction == Direction.Decrease)
        {
            problems.Add(Problems.OutOfRange($"{at}.amount", "Nothing decreases by more than 100 %."));
        }
    }

    private static bool IsBeyond(TargetInput input, decimal upper) =>
        input is { Mode: TargetMode.ReachValue, Direction: Direction.Decrease } ? upper < input.Amount
            : upper > input.Amount;

    private static void CheckResult(
        Target target, (Indicator Indicator, decimal Baseline) of, FigureText text, string at, List<Problem> problems)
    {
        var (indicator, baseline) = of;
        var reason = Impossible(target.Resulting, indicator)
            ?? Impossible(target.ResultingUpper ?? target.Resulting, indicator);
        var from = text.Of(baseline, target.Unit);
        if (reason is not null)
        {
            problems.Add(Problems.OutOfRange($"{at}.amount", $"From {from} this comes to {text.Of(target)}: {reason}"));
        }
        else if (target.Direction != Direction.Hold && IsReached(target, baseline))
        {
            var word = target.Direction == Direction.Increase ? "increase" : "decrease";
            var zero = baseline == 0 && target.Mode == TargetMode.ChangeByPercent
                ? " A share of 0 is 0: name a value or a difference." : "";
            problems.Add(Problems.OutOfRange($"{at}.amount",
                $"{indicator.Name} stands at {from}; arriving at {text.Of(target)} is no {word}.{zero}"));
        }
    }

    private static string? Impossible(decimal value, Indicator indicator) => value switch
    {
        > 100 when IsShare(indicator) => $"{indicator.Name} cannot be above 100 %.",
        < 0 when indicator.Kind != KpiKind.NetIncome && indicator.Key != "net_revenue" =>
            $"{indicator.Name} cannot be below 0.",
        _ => null,
    };

    /// <summary>Whether the indicator is a part of a whole, from 0 to 100 %.</summary>
    public static bool IsShare(Indicator indicator) =>
        indicator.Unit == Unit.Percent && indicator.Kind != KpiKind.NetIncome;
}
