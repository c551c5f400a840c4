using System.Globalization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Objectives.Measuring;

/// <summary>Figures as people write them: money with its currency's decimals, nobody in parts.</summary>
public readonly record struct FigureText(Currency Currency)
{
    /// <summary>A value with its unit: "4.88 %", "12.50 GBP", "3 days", "23".</summary>
    public string Of(decimal value, Unit unit) => unit switch
    {
        Unit.Percent => $"{Plain(value, DecimalsOf(unit))} %",
        Unit.Money => $"{Fixed(value, Currency.Decimals)} {Currency.Code}",
        Unit.Days => $"{Plain(value, DecimalsOf(unit))} days",
        _ => Plain(value, DecimalsOf(unit)),
    };

    /// <summary>A change with its unit: of a rate "4.88 points", otherwise as a value.</summary>
    public string OfChange(decimal change, Unit unit) => unit switch
    {
        Unit.Percent => Plain(change, 2) is "1" ? "1 point" : $"{Plain(change, 2)} points",
        _ => Of(change, unit),
    };

    /// <summary>A value as exact as it is written.</summary>
    public decimal Rounded(decimal value, Unit unit) =>
        decimal.Round(value, DecimalsOf(unit), MidpointRounding.ToEven);

    /// <summary>
    /// What reaches a target, with both ends where it has two: "between 45 % and 50 %", "55 % to 60 %".
    /// </summary>
    public string Of(Target target)
    {
        var near = Of(Whole(target.Resulting, target, isUpper: false), target.Unit);
        if (target.ResultingUpper is not { } upper)
        {
            return target.Direction == Direction.Hold ? $"{near} or more" : near;
        }

        var far = Of(Whole(upper, target, isUpper: true), target.Unit);
        return target.Direction == Direction.Hold ? $"between {near} and {far}" : $"{near} to {far}";
    }

    /// <summary>A number without needless zeros.</summary>
    public static string Plain(decimal value, int decimals) =>
        decimal.Round(value, decimals, MidpointRounding.ToEven).ToString("0.######", CultureInfo.InvariantCulture);

    private static string Fixed(decimal value, int decimals) =>
        decimal.Round(value, decimals, MidpointRounding.ToEven)
            .ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private int DecimalsOf(Unit unit) => unit switch
    {
        Unit.Money => Currency.Decimals,
        Unit.Days => 1,
        Unit.Count => 0,
        _ => 2,
    };

    // 29.9 orders are reached by 30 and not by 29; a drop to 29.9 by 29. Of a band the ends lie inside.
    private static decimal Whole(decimal value, Target target, bool isUpper) => target switch
    {
        { Unit: not Unit.Count } => value,
        { Direction: Direction.Decrease } => Math.Floor(value),
        { Direction: Direction.Hold } when isUpper => Math.Floor(value),
        _ => Math.Ceiling(value),
    };
}
