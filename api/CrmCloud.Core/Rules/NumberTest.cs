namespace CrmCloud.Core.Rules;

/// <summary>A comparison with numbers: amounts in minor units, days as numbers, choices by their position.</summary>
/// <param name="High">Where there is one, the test is between both, ends included.</param>
internal readonly record struct NumberTest(RuleOperator Operator, decimal Low, decimal? High = null)
{
    /// <param name="divisor">The value is this many times too large: a sum that stands for its average.</param>
    public bool Holds(decimal value, int divisor = 1)
    {
        var order = value.CompareTo(Low * divisor);
        return High is { } high ? order >= 0 && value <= high * divisor : Holds(Operator, order);
    }

    /// <param name="order">Below 0, 0 or above it, as the value is less than, equal to or more than the limit.</param>
    public static bool Holds(RuleOperator op, int order) => op switch
    {
        RuleOperator.Lt => order < 0,
        RuleOperator.Lte => order <= 0,
        RuleOperator.Eq => order == 0,
        RuleOperator.Ne => order != 0,
        RuleOperator.Gte => order >= 0,
        _ => order > 0,
    };
}
