namespace CrmCloud.Core.Kpis;

public enum RfmMethod
{
    /// <summary>Strict rank: 1 + floor(scale x customers strictly worse / customers). Ties share a score.</summary>
    Quantiles,

    /// <summary>The tenant's own limits.</summary>
    FixedThresholds,

    /// <summary>Equally many customers per score as SQL's NTILE; ties are split by the customer's key.</summary>
    Ntile,
}

/// <summary>Which amount the M of RFM ranks.</summary>
public enum RfmMonetary
{
    Gross,
    Net,
    Mean,
}

public enum RfmGroup
{
    Champions,
    PotentialLoyalist,
    Loyal,
    Promising,
    New,
    CantLose,
    AtRisk,
    NeedsAttention,
    AboutToSleep,
    Lost,
    Other,

    /// <summary>No qualifying order, so no scores.</summary>
    Prospect,
}

/// <summary>Scores from and to, both included, on a scale of 1 to 5.</summary>
public readonly record struct ScoreRange(int From, int To)
{
    public static ScoreRange Any { get; } = new(1, 5);

    public bool Holds(int score) => score >= From && score <= To;
}

/// <summary>A group by its three ranges; the first box that holds a customer's scores names his group.</summary>
public sealed record RfmBox(RfmGroup Group, ScoreRange Recency, ScoreRange Frequency, ScoreRange Monetary)
{
    /// <summary>The boxes of kpis.md, in their order; what no box holds is <see cref="RfmGroup.Other"/>.</summary>
    public static IReadOnlyList<RfmBox> Standard { get; } =
    [
        new(RfmGroup.Champions, new(5, 5), new(5, 5), new(5, 5)),
        new(RfmGroup.PotentialLoyalist, new(3, 5), new(3, 5), new(2, 5)),
        new(RfmGroup.Loyal, new(2, 4), new(2, 4), new(2, 4)),
        new(RfmGroup.Promising, new(3, 4), new(1, 3), new(3, 5)),
        new(RfmGroup.New, new(4, 5), new(1, 3), ScoreRange.Any),
        new(RfmGroup.CantLose, new(1, 2), new(3, 4), new(4, 5)),
        new(RfmGroup.AtRisk, new(1, 2), new(2, 5), new(4, 5)),
        new(RfmGroup.NeedsAttention, new(1, 3), new(3, 5), new(3, 5)),
        new(RfmGroup.AboutToSleep, new(2, 3), new(1, 3), new(1, 4)),
        new(RfmGroup.Lost, new(1, 1), ScoreRange.Any, ScoreRange.Any),
    ];
}

/// <summary>
/// The limits for <see cref="RfmMethod.FixedThresholds"/>: each list has scale - 1 values, for score 2 upward.
/// </summary>
/// <param name="RecencyAtMostDays">Falling: a last order at most so many local days ago earns the score.</param>
/// <param name="OrdersAtLeast">Rising.</param>
/// <param name="AmountAtLeast">Rising, minor units.</param>
public sealed record RfmThresholds(
    IReadOnlyList<int> RecencyAtMostDays, IReadOnlyList<long> OrdersAtLeast, IReadOnlyList<long> AmountAtLeast);

/// <summary>How a tenant scores customers.</summary>
public sealed record RfmSettings
{
    public static RfmSettings Default { get; } = new();

    /// <summary>Highest score, 2 to 10. Default 5. Boxes are written for 5; another scale is mapped onto it.</summary>
    public int Scale { get; init; } = 5;

    public RfmMethod Method { get; init; } = RfmMethod.Quantiles;

    public RfmMonetary Monetary { get; init; } = RfmMonetary.Gross;

    /// <summary>Needed for fixed thresholds only.</summary>
    public RfmThresholds? Thresholds { get; init; }

    public IReadOnlyList<RfmBox> Boxes { get; init; } = RfmBox.Standard;
}
