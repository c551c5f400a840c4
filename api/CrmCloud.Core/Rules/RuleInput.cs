using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Rules;

/// <summary>Write the rule as text or as tree; the other is derived.</summary>
[OneOf]
public sealed record SegmentRuleInput
{
    /// <summary>
    /// Such as <c>age_of_last(order) &lt;= 30d and consent(marketing, email) and not in segment churned</c>.
    /// </summary>
    [MaxLength(RuleLimits.Characters)]
    public string? Expression { get; init; }

    public RuleInput? Tree { get; init; }
}

/// <summary>
/// A typed rule: exactly one member set; nests freely, up to 20 levels and 64 clauses. The same language as the text.
/// </summary>
[OneOf]
public sealed record RuleInput
{
    /// <summary>Every one of these holds.</summary>
    [MaxLength(RuleLimits.Predicates), MinLength(1)]
    public IReadOnlyList<RuleInput>? All { get; init; }

    /// <summary>At least one of these holds.</summary>
    [MaxLength(RuleLimits.Predicates), MinLength(1)]
    public IReadOnlyList<RuleInput>? Any { get; init; }

    public RuleInput? Not { get; init; }

    /// <summary>A figure over events: count, sum, average, age of the last one...</summary>
    public AggregateRuleInput? Aggregate { get; init; }

    /// <summary>There is no such event.</summary>
    public AbsenceRuleInput? No { get; init; }

    public AttributeRuleInput? Attribute { get; init; }

    /// <summary>Member of the segment with this key.</summary>
    [MaxLength(RuleLimits.NameCharacters)]
    public string? InSegment { get; init; }

    public ScoreRuleInput? Score { get; init; }

    public MetricRuleInput? Metric { get; init; }

    public ConsentRuleInput? Consent { get; init; }
}

public sealed record AggregateRuleInput
{
    public required RuleAggregate Function { get; init; }

    /// <summary>order, refund... or an interaction type.</summary>
    [MaxLength(RuleLimits.NameCharacters), MinLength(1)]
    public required string Event { get; init; }

    /// <summary>Needed by all but COUNT and the ages.</summary>
    [MaxLength(RuleLimits.NameCharacters), MinLength(1)]
    public string? Field { get; init; }

    /// <summary>All of these hold for an event that counts.</summary>
    public IReadOnlyList<FieldRuleInput>? Where { get; init; }

    /// <summary>Which events count by their time; not for the ages.</summary>
    public RuleWindowInput? Window { get; init; }

    public required AggregateTestInput Test { get; init; }
}

public sealed record AbsenceRuleInput
{
    [MaxLength(RuleLimits.NameCharacters), MinLength(1)]
    public required string Event { get; init; }

    public IReadOnlyList<FieldRuleInput>? Where { get; init; }

    /// <summary>A duration such as 30d; without it, ever.</summary>
    [MaxLength(10)]
    public string? Within { get; init; }
}

public sealed record FieldRuleInput
{
    [MaxLength(RuleLimits.NameCharacters), MinLength(1)]
    public required string Field { get; init; }

    public required RuleOperator Op { get; init; }

    public required RuleValueInput Value { get; init; }
}

public sealed record AttributeRuleInput
{
    [MaxLength(RuleLimits.NameCharacters), MinLength(1)]
    public required string Key { get; init; }

    public required AttributeTestInput Test { get; init; }
}

/// <summary>Comparison with an attribute that is not there is false, whatever the comparison.</summary>
[OneOf]
public sealed record AttributeTestInput
{
    public RuleComparisonInput? Compare { get; init; }

    [MinLength(1)]
    public IReadOnlyList<RuleValueInput>? In { get; init; }

    [MinLength(1)]
    public IReadOnlyList<RuleValueInput>? NotIn { get; init; }

    /// <summary>True: there is no value. False: there is one.</summary>
    public bool? IsNull { get; init; }
}

[OneOf]
public sealed record AggregateTestInput
{
    public RuleComparisonInput? Compare { get; init; }

    public RuleRangeInput? Between { get; init; }
}

public sealed record RuleComparisonInput(RuleOperator Op, RuleValueInput Value);

/// <summary>Both ends included.</summary>
public sealed record RuleRangeInput(RuleValueInput From, RuleValueInput To);

public sealed record ScoreRuleInput(RuleScore Score, RuleOperator Op, int Value);

public sealed record MetricRuleInput(RuleMetric Metric, RuleOperator Op, RuleValueInput Value);

public sealed record ConsentRuleInput
{
    [MaxLength(RuleLimits.NameCharacters), MinLength(1)]
    public required string Purpose { get; init; }

    /// <summary>Without it, any channel.</summary>
    public Channel? Channel { get; init; }
}

[OneOf]
public sealed record RuleWindowInput
{
    /// <summary>From a duration ago until now: 12h, 30d, 4w, 3mo or 1y.</summary>
    [MaxLength(10)]
    public string? Within { get; init; }

    public RuleAgoInput? Ago { get; init; }

    /// <summary>From the start of this local day until now.</summary>
    public DateOnly? Since { get; init; }

    public RuleCalendarInput? Calendar { get; init; }
}

/// <summary>Older than one duration and not older than the other.</summary>
public sealed record RuleAgoInput([MaxLength(10)] string Newer, [MaxLength(10)] string Older);

/// <summary>A calendar period in the tenant's zone; quarter and year are those of the fiscal year.</summary>
public sealed record RuleCalendarInput(RulePeriod Period, RuleCalendarUnit Unit);

[OneOf]
public sealed record RuleValueInput
{
    /// <summary>Below 10^15, at most 6 decimals.</summary>
    public decimal? Number { get; init; }

    /// <summary>In the tenant's currency.</summary>
    public MoneyInput? Money { get; init; }

    [MaxLength(2_000)]
    public string? Text { get; init; }

    public DateOnly? Date { get; init; }

    public bool? Boolean { get; init; }

    /// <summary>For ages: 12h, 30d, 4w, 3mo or 1y.</summary>
    [MaxLength(10)]
    public string? Duration { get; init; }
}
