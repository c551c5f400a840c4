namespace CrmCloud.Core.Rules;

/// <summary>Where something was written: line and column of the text, or the path in a typed tree.</summary>
/// <param name="Line">From 1; 0 in a typed tree.</param>
/// <param name="Column">From 1, in UTF-16 units; 0 in a typed tree.</param>
/// <param name="Path">Such as "tree.all.1.attribute"; null in a text.</param>
public readonly record struct Place(int Line, int Column, string? Path = null);

/// <summary>A name as written, of an event, a field, an attribute, a segment, a purpose or a channel.</summary>
public readonly record struct RuleName(string Text, Place At)
{
    public override string ToString() => Text;
}

/// <summary>
/// A segment rule as a tree. Text and typed input are two views of it: <see cref="RuleText"/>, <see cref="RuleTree"/>.
/// </summary>
/// <remarks>
/// Canonical trees have no conjunction directly within a conjunction, no disjunction directly within a disjunction,
/// and none of a single member: <see cref="AllOf.Of"/> and <see cref="AnyOf.Of"/> see to it.
/// </remarks>
public abstract record RuleNode
{
    public Place At { get; init; }
}

public sealed record AllOf : RuleNode
{
    private AllOf(IReadOnlyList<RuleNode> rules) => Rules = rules;

    public IReadOnlyList<RuleNode> Rules { get; }

    public static RuleNode Of(IReadOnlyList<RuleNode> rules) =>
        rules.SelectMany(rule => rule is AllOf all ? all.Rules : [rule]).ToList() is var flat && flat.Count == 1
            ? flat[0]
            : new AllOf(flat) { At = rules[0].At };
}

public sealed record AnyOf : RuleNode
{
    private AnyOf(IReadOnlyList<RuleNode> rules) => Rules = rules;

    public IReadOnlyList<RuleNode> Rules { get; }

    public static RuleNode Of(IReadOnlyList<RuleNode> rules) =>
        rules.SelectMany(rule => rule is AnyOf any ? any.Rules : [rule]).ToList() is var flat && flat.Count == 1
            ? flat[0]
            : new AnyOf(flat) { At = rules[0].At };
}

public sealed record NotRule(RuleNode Rule) : RuleNode;

/// <summary>
/// Such as <c>sum(order.amount within 90d) >= 100 GBP</c> or <c>age_of_last(visit) between 1d and 7d</c>.
/// </summary>
/// <param name="Field">Null for count and the ages.</param>
/// <param name="Window">Null for all time, and always for the ages.</param>
public sealed record AggregateRule(
    RuleAggregate Function, EventFilter Event, RuleName? Field, RuleWindow? Window, RuleTest Test) : RuleNode;

/// <summary>Such as <c>no order within 30d</c>.</summary>
public sealed record AbsenceRule(EventFilter Event, RuleDuration? Within) : RuleNode;

public sealed record AttributeRule(RuleName Attribute, RuleTest Test) : RuleNode;

public sealed record AttributeInRule(RuleName Attribute, bool Negated, IReadOnlyList<RuleLiteral> Values) : RuleNode;

public sealed record AttributeNullRule(RuleName Attribute, bool Negated) : RuleNode;

public sealed record SegmentRefRule(RuleName Segment) : RuleNode;

public sealed record ScoreRule(RuleScore Part, RuleOperator Operator, int Value) : RuleNode
{
    /// <summary>Of the value, in a text.</summary>
    public Place ValueAt { get; init; }
}

public sealed record MetricRule(RuleMetric Metric, RuleTest Test) : RuleNode;

/// <param name="Channel">Null for any channel.</param>
public sealed record ConsentRule(RuleName Purpose, RuleName? Channel) : RuleNode;

/// <summary>An event with the conditions on its fields, all of which must hold.</summary>
public sealed record EventFilter(RuleName Event, IReadOnlyList<FieldTest> Where);

public sealed record FieldTest(RuleName Field, RuleTest Test);

/// <summary>
/// A comparison; with an upper value it is "between", both ends included, and only aggregates take it.
/// </summary>
public sealed record RuleTest(RuleOperator Operator, RuleLiteral Value, RuleLiteral? Upper = null)
{
    /// <summary>Of the operator, in a text.</summary>
    public Place At { get; init; }
}

/// <summary>Which events count by their time.</summary>
public abstract record RuleWindow;

/// <summary>From a duration ago until now.</summary>
public sealed record WithinWindow(RuleDuration Length) : RuleWindow;

/// <summary>Older than one duration, not older than the other.</summary>
public sealed record AgoWindow(RuleDuration Newer, RuleDuration Older, Place At) : RuleWindow;

/// <summary>From the start of a local day until now.</summary>
public sealed record SinceWindow(DateOnly Date) : RuleWindow;

/// <summary>The tenant's own calendar period that holds now, or the one before.</summary>
public sealed record CalendarWindow(RulePeriod Period, RuleCalendarUnit Unit) : RuleWindow;

public abstract record RuleLiteral
{
    public Place At { get; init; }
}

public sealed record NumberLiteral(decimal Value) : RuleLiteral;

public sealed record MoneyLiteral(decimal Amount, string Currency) : RuleLiteral;

public sealed record TextLiteral(string Value) : RuleLiteral;

public sealed record DateLiteral(DateOnly Value) : RuleLiteral;

public sealed record TruthLiteral(bool Value) : RuleLiteral;

public sealed record DurationLiteral(RuleDuration Value) : RuleLiteral;
