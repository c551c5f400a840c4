using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Objectives.Statements;

/// <summary>What a reading comes to for one indicator.</summary>
/// <param name="Target">Null with gaps.</param>
/// <param name="Gaps">What is missing for a target, for a person.</param>
public sealed record StatedTarget(TargetInput? Target, IReadOnlyList<string> Gaps)
{
    /// <summary>Of a change in percent whose kind is open: how many percent.</summary>
    public decimal? OpenPercent { get; init; }
}

/// <summary>Makes a target of a reading, or says what is missing.</summary>
public static class StatementTarget
{
    /// <param name="baseline">Tells whether "below 40 %" is a way to go or a state to keep; null where unknown.</param>
    public static StatedTarget Of(StatementReading reading, Indicator indicator, decimal? baseline, Currency currency)
    {
        if (reading.Notes.Contains(StatementReader.Negation))
        {
            return Gap(reading.Notes[0]);
        }

        var direction = reading.Direction
            ?? (reading.TowardsBetter && indicator.Better != Direction.Hold ? indicator.Better : (Direction?)null);
        if (Misfit(reading, direction, indicator, currency) is { } misfit)
        {
            return Gap(misfit);
        }

        if ((reading.By ?? (IsChange(reading, direction, indicator) ? reading.Between : null)) is { } by)
        {
            return ByAmount(by, direction, indicator, reading.Notes);
        }

        if (reading.To is { } to)
        {
            return ToValue(to, direction, baseline, reading.Notes);
        }

        return reading.Between is { } band
            ? Band(band, direction)
            : Bound(reading, indicator, direction, baseline);
    }

    private static StatedTarget ByAmount(Quantity by, Direction? direction, Indicator indicator,
        IReadOnlyList<string> notes)
    {
        var gaps = new List<string>();
        if (direction is null or Direction.Hold)
        {
            gaps.Add(NoDirection(notes));
        }

        if (by.Value <= 0)
        {
            gaps.Add("The change is not above 0; the verb says which way it goes.");
        }

        var open = indicator.Unit == Unit.Percent && by.Kind is QuantityKind.Percent or QuantityKind.Plain
            && indicator.Unit == Unit.Percent;
        if (open)
        {
            var text = FigureText.Plain(by.Value, 2);
            gaps.Add($"{indicator.Name} is itself in percent: say '{text} % (relative)' for a share of where it "
                + $"stands, or '{text} points' for the difference.");
        }

        var mode = by.Kind is QuantityKind.Percent or QuantityKind.Relative ? TargetMode.ChangeByPercent
            : TargetMode.ChangeByPoints;
        return gaps.Count > 0
            ? new(null, gaps) { OpenPercent = open && by.Value > 0 ? by.Value : null }
            : new(new(mode, direction!.Value, by.Value, by.Upper), []);
    }

    private static StatedTarget ToValue(Quantity to, Direction? direction, decimal? baseline,
        IReadOnlyList<string> notes)
    {
        if (direction == Direction.Hold)
        {
            return Gap("To keep something takes a band, such as 'keep ... between 40 and 45 %' or 'keep ... above "
                + "40 %'.");
        }

        var wanted = direction ?? (baseline is { } now ? to.Value < now ? Direction.Decrease : Direction.Increase
            : (Direction?)null);
        return wanted is { } way ? new(new(TargetMode.ReachValue, way, to.Value, to.Upper), [])
            : Gap(NoDirection(notes));
    }

    private static StatedTarget Band(Quantity band, Direction? direction)
    {
        var (low, high) = (Math.Min(band.Value, band.Upper!.Value), Math.Max(band.Value, band.Upper.Value));
        return new(direction switch
        {
            Direction.Increase => new(TargetMode.ReachValue, Direction.Increase, low, high),
            Direction.Decrease => new(TargetMode.ReachValue, Direction.Decrease, high, low),
            _ => new(TargetMode.KeepWithin, Direction.Hold, low, high),
        }, []);
    }

    private static StatedTarget Bound(StatementReading reading, Indicator indicator, Direction? direction,
        decimal? baseline)
    {
        if (reading.AtMost is { } most)
        {
            var isKept = direction == Direction.Hold || (direction is null && baseline <= most.Value);
            return direction == Direction.Increase
                ? Gap($"To increase and to stay below {FigureText.Plain(most.Value, 2)} contradict each other.")
                : isKept ? new(new(TargetMode.KeepWithin, Direction.Hold, 0, most.Value), [])
                : new(new(TargetMode.ReachValue, Direction.Decrease, most.Value), []);
        }

        if (reading.AtLeast is { } least)
        {
            var isKept = direction == Direction.Hold || (direction is null && baseline >= least.Value);
            return direction == Direction.Decrease
                ? Gap($"To decrease and to stay above {FigureText.Plain(least.Value, 2)} contradict each other.")
                : isKept ? new(new(TargetMode.KeepWithin, Direction.Hold, least.Value, TargetRules.IsShare(indicator)
                    ? 100 : null), [])
                : new(new(TargetMode.ReachValue, Direction.Increase, least.Value), []);
        }

        List<string> gaps = ["No amount: by how much, or to which value?"];
        if (direction is null)
        {
            gaps.Insert(0, NoDirection(reading.Notes));
        }

        return new(null, gaps);
    }

    // "Increase revenue between 5 and 10 %" is a change, although no "by" says so.
    private static bool IsChange(StatementReading reading, Direction? direction, Indicator indicator) =>
        direction is Direction.Increase or Direction.Decrease && (reading.Between?.Kind == QuantityKind.Points
            || (reading.Between?.Kind == QuantityKind.Percent && indicator.Unit != Unit.Percent));

    private static string? Misfit(
        StatementReading reading, Direction? direction, Indicator indicator, Currency currency)
    {
        if (indicator.Unit != Unit.Percent && !IsChange(reading, direction, indicator)
            && (reading.To ?? reading.AtLeast ?? reading.AtMost ?? reading.Between)
            is { Kind: QuantityKind.Percent or QuantityKind.Points } share)
        {
            return $"{FigureText.Plain(share.Value, 2)} % of what? {indicator.Name} is no percentage; name the "
                + $"value to reach.";
        }

        var amounts = new[] { reading.By, reading.To, reading.From, reading.AtLeast, reading.AtMost, reading.Between };
        return amounts.FirstOrDefault(a => a?.Kind == QuantityKind.Money) switch
        {
            null => null,
            _ when indicator.Unit != Unit.Money => $"{indicator.Name} is no amount of money.",
            { Currency: { } written } when written != currency.Code =>
                $"{indicator.Name} is in {currency.Code}, the statement in {written}.",
            _ => null,
        };
    }

    private static string NoDirection(IReadOnlyList<string> notes) =>
        notes.FirstOrDefault(n => n.StartsWith("Words for", StringComparison.Ordinal))
            ?? "No direction: increase, decrease or keep?";

    private static StatedTarget Gap(string gap) => new(null, [gap]);
}
