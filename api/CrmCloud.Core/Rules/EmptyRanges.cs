namespace CrmCloud.Core.Rules;

/// <summary>Comparisons of one figure that no value meets, alone or together.</summary>
internal static class EmptyRanges
{
    /// <summary>A sentence for each part that cannot hold; under "not" such a part is no fault.</summary>
    public static IEnumerable<string> Faults(RuleNode rule) => rule switch
    {
        AllOf all => Together(all.Rules.Where(part => part is not (AnyOf or AllOf)))
            .Concat(all.Rules.Where(part => part is AnyOf or AllOf).SelectMany(Faults)),
        AnyOf any => any.Rules.SelectMany(Faults),
        NotRule => [],
        _ => Together([rule]),
    };

    private static IEnumerable<string> Together(IEnumerable<RuleNode> parts) => parts
        .Select(part => (Part: part, Figure: FigureOf(part)))
        .Where(pair => pair.Figure is not null)
        .GroupBy(pair => pair.Figure!.Value.Name, pair => (pair.Part, pair.Figure!.Value), StringComparer.Ordinal)
        .Select(group => Fault(group.Key, [.. group])).OfType<string>();

    private static string? Fault(string name, IReadOnlyList<(RuleNode Part, Figure Figure)> group)
    {
        var least = group[0].Figure.IsCount ? 0 : double.NegativeInfinity;
        var range = new Range(least, true, double.PositiveInfinity, true);
        foreach (var (_, figure) in group)
        {
            if (NumberOf(figure.Test.Value) is not { } value)
            {
                return null;
            }

            range = figure.Test.Upper is { } upper
                ? range.AtLeast(value, true).AtMost(NumberOf(upper) ?? double.PositiveInfinity, true)
                : range.And(figure.Test.Operator, value);
        }

        var texts = string.Join(" and ", group.Select(one => RuleText.Print(one.Part)));
        return range.IsEmpty
            ? $"No customer can have {texts}{(group[0].Figure.IsCount && group.Count == 1 && range.IsBelowZero
                ? $": {name} is never negative." : ".")}"
            : null;
    }

    private static Figure? FigureOf(RuleNode rule) => rule switch
    {
        MetricRule metric => new(
            RuleWords.Of(metric.Metric), metric.Test,
            metric.Metric is RuleMetric.Recency or RuleMetric.Frequency or RuleMetric.Monetary),
        AggregateRule aggregate => new(
            NameOf(aggregate), aggregate.Test,
            aggregate.Function is RuleAggregate.Count or RuleAggregate.Distinct),
        AttributeRule attribute => new(attribute.Attribute.Text, attribute.Test, false),
        _ => null,
    };

    private static string NameOf(AggregateRule rule)
    {
        var text = RuleText.Print(rule);
        return text[..^(RuleText.Print(rule.Test).Length + 1)];
    }

    private static double? NumberOf(RuleLiteral literal) => literal switch
    {
        NumberLiteral number => (double)number.Value,
        MoneyLiteral money => (double)money.Amount,
        DateLiteral date => date.Value.DayNumber,
        DurationLiteral duration => duration.Value.NominalHours,
        _ => null,
    };

    private readonly record struct Figure(string Name, RuleTest Test, bool IsCount);

    private readonly record struct Range(double Low, bool WithLow, double High, bool WithHigh)
    {
        public bool IsEmpty => Low > High || (Low.Equals(High) && !(WithLow && WithHigh));

        public bool IsBelowZero => High <= 0;

        public Range And(RuleOperator op, double value) => op switch
        {
            RuleOperator.Lt => AtMost(value, false),
            RuleOperator.Lte => AtMost(value, true),
            RuleOperator.Gt => AtLeast(value, false),
            RuleOperator.Gte => AtLeast(value, true),
            RuleOperator.Eq => AtLeast(value, true).AtMost(value, true),
            _ => this,
        };

        public Range AtLeast(double value, bool with) => value > Low ? this with { Low = value, WithLow = with }
            : value.Equals(Low) ? this with { WithLow = WithLow && with } : this;

        public Range AtMost(double value, bool with) => value < High ? this with { High = value, WithHigh = with }
            : value.Equals(High) ? this with { WithHigh = WithHigh && with } : this;
    }
}
