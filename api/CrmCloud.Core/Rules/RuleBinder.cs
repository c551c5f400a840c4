using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>Tree to clauses: names are looked up, types are checked. One rule each.</summary>
internal sealed partial class RuleBinder(RuleVocabulary vocabulary, LeafTable leaves, RuleFaults faults)
{
    private readonly LiteralBinder _literals = new(vocabulary, faults);

    public RuleUses Uses { get; } = new();

    /// <returns>Null after faults; the others are found nevertheless.</returns>
    public Clause? Bind(RuleNode rule) => rule switch
    {
        AllOf all => Parts(all.Rules) is { } parts ? new AllClause(parts) : null,
        AnyOf any => Parts(any.Rules) is { } parts ? new AnyClause(parts) : null,
        NotRule not => Bind(not.Rule) is { } inner ? new NotClause(inner) : null,
        AggregateRule aggregate => Aggregate(aggregate),
        AbsenceRule no => Absence(no),
        AttributeRule attribute => Attribute(attribute),
        AttributeInRule one => AttributeIn(one),
        AttributeNullRule none => AttributeNull(none),
        SegmentRefRule segment => Segment(segment),
        ScoreRule score => Score(score),
        MetricRule metric => Metric(metric),
        ConsentRule consent => Consent(consent),
        _ => throw new ArgumentException($"Unknown rule {rule.GetType().Name}.", nameof(rule)),
    };

    private Clause[]? Parts(IReadOnlyList<RuleNode> rules)
    {
        var parts = rules.Select(Bind).ToArray();
        return Array.TrueForAll(parts, part => part is not null) ? Array.ConvertAll(parts, part => part!) : null;
    }

    private AttributeClause? Attribute(AttributeRule rule)
    {
        if (TypeOf(rule.Attribute) is not { } type
            || !_literals.IsOperatorOf(rule.Test, type, rule.Attribute.Text))
        {
            return null;
        }

        var test = new AttributeTest { Negated = rule.Test.Operator == RuleOperator.Ne };
        if (type.Type is RuleValueType.Text or RuleValueType.Enum or RuleValueType.List)
        {
            var text = _literals.Text(rule.Test.Value, type, rule.Attribute.Text);
            return text is null ? null : Clause(rule, rule.Attribute, type, test with { Texts = [text] });
        }

        return _literals.Number(rule.Test, type, rule.Attribute.Text) is { } compare
            ? Clause(rule, rule.Attribute, type, test with { Compare = compare })
            : null;
    }

    private AttributeClause? AttributeIn(AttributeInRule rule)
    {
        if (TypeOf(rule.Attribute) is not { } type)
        {
            return null;
        }

        var test = new AttributeTest { Negated = rule.Negated };
        if (type.Type is RuleValueType.Text or RuleValueType.Enum or RuleValueType.List)
        {
            var texts = rule.Values.Select(value => _literals.Text(value, type, rule.Attribute.Text)).ToList();
            return texts.Contains(null) ? null : Clause(rule, rule.Attribute, type, test with { Texts = texts! });
        }

        var numbers = rule.Values.Select(value => _literals.Value(value, type, rule.Attribute.Text)).ToList();
        return numbers.Contains(null)
            ? null
            : Clause(rule, rule.Attribute, type, test with { Numbers = [.. numbers.Select(number => number!.Value)] });
    }

    private AttributeClause? AttributeNull(AttributeNullRule rule) => TypeOf(rule.Attribute) is { } type
        ? Clause(rule, rule.Attribute, type, new AttributeTest { WantsNull = !rule.Negated })
        : null;

    private RuleType? TypeOf(RuleName attribute)
    {
        if (vocabulary.AttributeType(attribute.Text) is { } type)
        {
            return type;
        }

        faults.Unknown("attribute", attribute, vocabulary.AttributeNames.Concat(RuleWords.Metrics));
        return null;
    }

    private AttributeClause Clause(RuleNode rule, RuleName attribute, RuleType type, AttributeTest test)
    {
        Uses.Attributes = true;
        Uses.Names.Add(attribute.Text);
        return new AttributeClause(attribute.Text, type, test, Text(rule, 1, vocabulary.IsPersonal(attribute.Text)));
    }

    private SegmentClause? Segment(SegmentRefRule rule)
    {
        if (vocabulary.Segments?.Contains(rule.Segment.Text) == false)
        {
            faults.Unknown("segment", rule.Segment, vocabulary.Segments);
            return null;
        }

        Uses.Segments.Add(rule.Segment.Text);
        return new SegmentClause(rule.Segment.Text, Text(rule, 1));
    }

    private ConsentClause? Consent(ConsentRule rule)
    {
        var isKnown = vocabulary.Purposes?.Contains(rule.Purpose.Text) != false;
        if (!isKnown)
        {
            faults.Unknown("purpose", rule.Purpose, vocabulary.Purposes!);
        }

        var channel = rule.Channel is { } name ? RuleNames.ChannelOf(name.Text) : null;
        if (rule.Channel is { } unknown && channel is null)
        {
            faults.Unknown("channel", unknown, RuleNames.ChannelNames);
            return null;
        }

        Uses.Names.Add(rule.Purpose.Text);
        return isKnown ? new ConsentClause(rule.Purpose.Text, channel, Text(rule, 1)) : null;
    }

    private ProfileClause? Score(ScoreRule rule)
    {
        var scale = vocabulary.ScoreScale;
        var digit = scale < 10 ? 10 : 100;
        var isCell = rule.Part == RuleScore.Cell;
        var (low, high) = isCell ? (1 + digit + (digit * digit), scale * (1 + digit + (digit * digit))) : (1, scale);
        if (rule.Value < low || rule.Value > high)
        {
            faults.Add(
                rule.ValueAt.Line > 0 ? rule.ValueAt : rule.At, $"This score is {low} to {high}.",
                [$"{low} to {high}"]);
            return null;
        }

        Uses.Scores = true;
        Func<StoredProfile, long?> value = rule.Part switch
        {
            RuleScore.Recency => profile => profile.Rfm?.Recency,
            RuleScore.Frequency => profile => profile.Rfm?.Frequency,
            RuleScore.Monetary => profile => profile.Rfm?.Monetary,
            _ => profile => profile.Rfm is { } mark
                ? (((mark.Recency * digit) + mark.Frequency) * digit) + mark.Monetary
                : null,
        };
        return new ProfileClause(value, new NumberTest(rule.Operator, rule.Value), RuleNumbers.Write, Text(rule, 1));
    }

    private SingleClause? Metric(MetricRule rule)
    {
        var type = RuleType.Of(rule.Metric);
        if (_literals.Number(rule.Test, type, RuleWords.Of(rule.Metric)) is not { } test)
        {
            return null;
        }

        Uses.Names.Add(RuleWords.Of(rule.Metric));
        return rule.Metric switch
        {
            RuleMetric.Recency => Recency(rule, test),
            RuleMetric.Satisfaction => Satisfaction(rule, test),
            RuleMetric.Frequency => Profile(rule, profile => profile.Value.Orders, test, type),
            RuleMetric.Monetary => Profile(rule, profile => profile.Value.Gross, test, type),
            RuleMetric.NetMonetary => Profile(rule, profile => profile.Value.Net, test, type),
            RuleMetric.Lifecycle => Profile(rule, profile => (long)profile.Lifecycle, test, type),
            _ => Profile(rule, profile => (long)profile.IdicStage, test, type),
        };
    }

    private RecencyClause Recency(MetricRule rule, NumberTest test)
    {
        Uses.Calendar = true;
        return new RecencyClause(vocabulary.Calendar, test, Text(rule, 1));
    }

    private ProfileClause Profile(MetricRule rule, Func<StoredProfile, long?> value, NumberTest test, RuleType type) =>
        new(value, test, Shown(type), Text(rule, 1));

    private Func<decimal, string> Shown(RuleType type) => type.Type switch
    {
        RuleValueType.Money => Amount,
        RuleValueType.Enum => position => type.Values![(int)position],
        _ => RuleNumbers.Write,
    };

    private string Amount(decimal minor) =>
        RuleText.Print(new MoneyLiteral(minor / vocabulary.Currency.UnitsPerMajor, vocabulary.Currency.Code));

    private ClauseText Text(RuleNode rule, int points, bool isPersonal = false)
    {
        Uses.Points += points;
        return new ClauseText(RuleText.Print(rule), RuleText.Expected(rule), isPersonal);
    }
}
