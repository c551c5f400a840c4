namespace CrmCloud.Core.Kpis;

/// <summary>The few shapes that formulas have, with the rules for rounding and for what is unknown.</summary>
internal static class Formulas
{
    private const int Decimals = 6;

    public static IndicatorOperand Orders(string name, decimal? value) => new(name, value, "orders");

    public static IndicatorOperand Measured(string name, decimal? value) => new(name, value, "measurements");

    public static IndicatorOperand Setting(string name, decimal? value) => new(name, value, "setting");

    /// <summary>A number that is what it is.</summary>
    public static Ratio Plain(decimal? value, params IndicatorOperand[] operands) =>
        new(value, value, null) { Operands = operands };

    /// <summary>Numerator / denominator, rounded half-even to 6 decimals.</summary>
    public static Ratio Quotient(decimal? numerator, decimal? denominator, params IndicatorOperand[] operands) =>
        new(Divided(numerator, denominator, 1), numerator, denominator) { Operands = operands };

    /// <summary>In percent points.</summary>
    public static Ratio Percent(decimal? numerator, decimal? denominator, params IndicatorOperand[] operands) =>
        new(Divided(numerator, denominator, 100), numerator, denominator) { Operands = operands };

    public static decimal? Divided(decimal? numerator, decimal? denominator, int factor) =>
        numerator is null || denominator is null or 0 ? null : Round(factor * numerator.Value / denominator.Value);

    /// <summary>Wilson's score interval of a share at 95 %, in percent points; null without cases.</summary>
    /// <remarks>E. B. Wilson, 1927; z = 1.959964.</remarks>
    public static (decimal? Low, decimal? High) Wilson(decimal? hits, decimal? cases)
    {
        if (hits is null || cases is null or 0 || hits > cases)
        {
            return (null, null);
        }

        const double Z = 1.959963984540054;
        var n = (double)cases.Value;
        var share = (double)hits.Value / n;
        var middle = (share + (Z * Z / (2 * n))) / (1 + (Z * Z / n));
        var half = Z / (1 + (Z * Z / n)) * Math.Sqrt((share * (1 - share) / n) + (Z * Z / (4 * n * n)));
        return (Points(middle - half), Points(middle + half));
    }

    private static decimal Points(double share) => Round((decimal)(100 * Math.Clamp(share, 0, 1)));

    private static decimal Round(decimal value) => decimal.Round(value, Decimals, MidpointRounding.ToEven);
}
