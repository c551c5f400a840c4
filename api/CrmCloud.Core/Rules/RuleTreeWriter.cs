using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>Tree to typed input.</summary>
internal static class RuleTreeWriter
{
    public static RuleInput Rule(RuleNode rule) => rule switch
    {
        AllOf all => new RuleInput { All = [.. all.Rules.Select(Rule)] },
        AnyOf any => new RuleInput { Any = [.. any.Rules.Select(Rule)] },
        NotRule not => new RuleInput { Not = Rule(not.Rule) },
        AggregateRule aggregate => new RuleInput { Aggregate = Aggregate(aggregate) },
        AbsenceRule no => new RuleInput
        {
            No = new AbsenceRuleInput
            {
                Event = no.Event.Event.Text, Where = Where(no.Event), Within = no.Within?.ToString(),
            },
        },
        AttributeRule attribute => Attribute(attribute.Attribute, new() { Compare = Compare(attribute.Test) }),
        AttributeInRule { Negated: true } one => Attribute(one.Attribute, new() { NotIn = Values(one.Values) }),
        AttributeInRule one => Attribute(one.Attribute, new() { In = Values(one.Values) }),
        AttributeNullRule none => Attribute(none.Attribute, new() { IsNull = !none.Negated }),
        SegmentRefRule segment => new RuleInput { InSegment = segment.Segment.Text },
        ScoreRule score => new RuleInput { Score = new ScoreRuleInput(score.Part, score.Operator, score.Value) },
        MetricRule metric => new RuleInput
        {
            Metric = new MetricRuleInput(metric.Metric, metric.Test.Operator, Value(metric.Test.Value)),
        },
        ConsentRule consent => new RuleInput
        {
            Consent = new ConsentRuleInput
            {
                Purpose = consent.Purpose.Text,
                Channel = consent.Channel is { } channel ? RuleNames.ChannelOf(channel.Text) : null,
            },
        },
        _ => throw new ArgumentException($"Unknown rule {rule.GetType().Name}.", nameof(rule)),
    };

    private static AggregateRuleInput Aggregate(AggregateRule rule) => new()
    {
        Function = rule.Function,
        Event = rule.Event.Event.Text,
        Field = rule.Field?.Text,
        Where = Where(rule.Event),
        Window = Window(rule.Window),
        Test = rule.Test.Upper is null
            ? new AggregateTestInput { Compare = Compare(rule.Test) }
            : new AggregateTestInput { Between = new RuleRangeInput(Value(rule.Test.Value), Value(rule.Test.Upper)) },
    };

    private static RuleInput Attribute(RuleName name, AttributeTestInput test) =>
        new() { Attribute = new AttributeRuleInput { Key = name.Text, Test = test } };

    private static RuleComparisonInput Compare(RuleTest test) => new(test.Operator, Value(test.Value));

    private static List<FieldRuleInput>? Where(EventFilter filter) => filter.Where.Count == 0
        ? null
        : [.. filter.Where.Select(test => new FieldRuleInput
        {
            Field = test.Field.Text, Op = test.Test.Operator, Value = Value(test.Test.Value),
        })];

    private static RuleWindowInput? Window(RuleWindow? window) => window switch
    {
        WithinWindow within => new RuleWindowInput { Within = within.Length.ToString() },
        AgoWindow ago => new RuleWindowInput { Ago = new RuleAgoInput(ago.Newer.ToString(), ago.Older.ToString()) },
        SinceWindow since => new RuleWindowInput { Since = since.Date },
        CalendarWindow calendar => new RuleWindowInput
        {
            Calendar = new RuleCalendarInput(calendar.Period, calendar.Unit),
        },
        _ => null,
    };

    private static List<RuleValueInput> Values(IReadOnlyList<RuleLiteral> literals) => [.. literals.Select(Value)];

    private static RuleValueInput Value(RuleLiteral literal) => literal switch
    {
        NumberLiteral number => new RuleValueInput { Number = number.Value },
        MoneyLiteral money => new RuleValueInput
        {
            Money = new MoneyInput { Amount = money.Amount, Currency = Currency.Parse(money.Currency) },
        },
        TextLiteral text => new RuleValueInput { Text = text.Value },
        DateLiteral date => new RuleValueInput { Date = date.Value },
        TruthLiteral truth => new RuleValueInput { Boolean = truth.Value },
        DurationLiteral duration => new RuleValueInput { Duration = duration.Value.ToString() },
        _ => throw new ArgumentException($"Unknown literal {literal.GetType().Name}.", nameof(literal)),
    };
}

/// <summary>Rules in JSON as GraphQL writes its inputs.</summary>
internal static class RuleJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        MaxDepth = 200,
        Converters =
        {
            new ScoreNames(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper), new Decimals(),
            new Currencies(),
        },
    };

    // The public names of the scores are those of the text.
    private sealed class ScoreNames : JsonConverter<RuleScore>
    {
        public override RuleScore Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Array.IndexOf(RuleWords.Scores, reader.GetString()) is >= 0 and var index
                ? (RuleScore)index
                : throw new JsonException("Not a score.");

        public override void Write(Utf8JsonWriter writer, RuleScore value, JsonSerializerOptions options) =>
            writer.WriteStringValue(RuleWords.Of(value));
    }

    private sealed class Decimals : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            (reader.TokenType == JsonTokenType.String ? RuleNumbers.Read(reader.GetString()!) : reader.GetDecimal())
            ?? throw new JsonException("Not a number.");

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
            writer.WriteStringValue(RuleNumbers.Write(value));
    }

    private sealed class Currencies : JsonConverter<Currency>
    {
        public override Currency Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Currency.TryParse(reader.GetString(), out var currency)
                ? currency
                : throw new JsonException("Not a currency.");

        public override void Write(Utf8JsonWriter writer, Currency value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Code);
    }
}
