namespace CrmCloud.Core.Kpis;

/// <summary>Named as in the public schema.</summary>
public enum KpiKind
{
    Volume,
    Revenue,
    RetentionRate,
    ChurnRate,
    Recency,
    Frequency,
    Monetary,
    Rfm,
    ConversionRate,
    CustomerValue,
    Profitability,
    Satisfaction,
    AcquisitionCost,
    RepeatRate,
    IdentificationRate,
    ConsentRate,
    NetIncome,
    Custom,
}

public enum Unit
{
    Percent,
    Count,
    Money,
    Days,
    Score,
    Ratio,
}

/// <summary>Which way of moving is better.</summary>
public enum Direction
{
    Increase,
    Decrease,
    Hold,
}

/// <summary>A built-in indicator.</summary>
/// <param name="Key">Stable, such as "retention_rate".</param>
/// <param name="Formula">For people; names are those of the operands of a value.</param>
public sealed record Indicator(string Key, string Name, string Description, string Formula)
{
    /// <summary>Raised when the meaning changes; every value carries it.</summary>
    public int Revision { get; init; } = 1;

    public required KpiKind Kind { get; init; }

    public required Unit Unit { get; init; }

    public required Direction Better { get; init; }

    // Every indicator of the catalogue sets it; "required" is not allowed for what callers cannot see.
    internal Func<PeriodFigures, Ratio> Compute { get; init; } =
        static _ => throw new InvalidOperationException("An indicator without a formula.");
}

/// <param name="Name">As in the formula.</param>
/// <param name="Value">Null where it is unknown, which is not 0.</param>
/// <param name="Source">
/// Where it comes from: "orders", "refunds", "interactions", "measurements", "model" or "setting".
/// </param>
[CrmCloud.GraphQL.Binding.GraphQLName("KpiOperand")]
public sealed record IndicatorOperand(string Name, decimal? Value, string Source);

/// <param name="Reason">Which facts were left out, in words.</param>
[CrmCloud.GraphQL.Binding.GraphQLName("Exclusion")]
public sealed record IndicatorExclusion(string Reason, long Count);

/// <summary>One indicator in one period, with everything that explains it.</summary>
/// <param name="Value">
/// Percent points or means rounded half-even to 6 decimals, counts, or money in major units. Null when the denominator
/// is 0 or an input is unknown: never 0 or 100 % instead.
/// </param>
public sealed record IndicatorValue(Indicator Indicator, PeriodBounds Period, decimal? Value)
{
    public decimal? Numerator { get; init; }

    public decimal? Denominator { get; init; }

    public IReadOnlyList<IndicatorOperand> Operands { get; init; } = [];

    public IReadOnlyList<IndicatorExclusion> Excluded { get; init; } = [];

    /// <summary>The instant that the value describes: the period's end or, while it runs, now.</summary>
    public required long AsOf { get; init; }

    /// <summary>False while the period runs: the value so far.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>A growth across zero, of which the percentage says little.</summary>
    public bool SignChanged { get; init; }
}

/// <summary>What a formula gives before it is dressed as a value.</summary>
internal sealed record Ratio(decimal? Value, decimal? Numerator, decimal? Denominator)
{
    public IReadOnlyList<IndicatorOperand> Operands { get; init; } = [];

    public bool SignChanged { get; init; }
}
