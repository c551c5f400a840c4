namespace CrmCloud.Core.Rules;

/// <summary>Typed input to tree. Faults name their path, as <see cref="Place.Path"/>.</summary>
internal sealed class RuleTreeReader
{
    private int _depth;

    public RuleNode Rule(RuleInput input, string path)
    {
        // Deeper input is refused here, before its tree is built; merging members may make it shallower again.
        if (++_depth > 2 * RuleLimits.Depth)
        {
            throw Fault(path, $"A rule has at most {RuleLimits.Depth} levels.");
        }

        RuleNode rule = input switch
        {
            { All: { } all } => AllOf.Of(Members(all, $"{path}.all")),
            { Any: { } any } => AnyOf.Of(Members(any, $"{path}.any")),
            { Not: { } not } => new NotRule(Rule(not, $"{path}.not")),
            { Aggregate: { } aggregate } => Aggregate(aggregate, $"{path}.aggregate"),
            { No: { } no } => new AbsenceRule(
                Filter(no.Event, no.Where, $"{path}.no"), DurationOrNull(no.Within, $"{path}.no.within")),
            { Attribute: { } attribute } => Attribute(attribute, $"{path}.attribute"),
            { InSegment: { } segment } => new SegmentRefRule(Name(segment, $"{path}.inSegment")),
            { Score: { } score } => new ScoreRule(score.Score, score.Op, score.Value),
            { Metric: { } metric } => new MetricRule(
                metric.Metric, new RuleTest(metric.Op, Value(metric.Value, $"{path}.metric.value"))),
            { Consent: { } consent } => Consent(consent, $"{path}.consent"),
            _ => throw Fault(path, "A rule has exactly one member."),
        };
        _depth--;
        return rule with { At = At(path) };
    }

    private List<RuleNode> Members(IReadOnlyList<RuleInput> inputs, string path) => inputs.Count == 0
        ? throw Fault(path, "A list of rules has at least one.")
        : [.. inputs.Select((input, i) => Rule(input, $"{path}.{i}"))];

    private static AggregateRule Aggregate(AggregateRuleInput input, string path)
    {
        if (input.Function is RuleAggregate.AgeOfLast or RuleAggregate.AgeOfFirst
            && (input.Field is not null || input.Window is not null))
        {
            throw Fault(path, "An age has neither a field nor a window.");
        }

        var test = input.Test switch
        {
            { Compare: { } compare } => new RuleTest(compare.Op, Value(compare.Value, $"{path}.test.compare.value")),
            { Between: { } between } => new RuleTest(
                RuleOperator.Gte,
                Value(between.From, $"{path}.test.between.from"),
                Value(between.To, $"{path}.test.between.to")),
            _ => throw Fault($"{path}.test", "A test has exactly one member."),
        };
        return new AggregateRule(
            input.Function,
            Filter(input.Event, input.Where, path),
            input.Field is null ? null : Name(input.Field, $"{path}.field"),
            input.Window is null ? null : Window(input.Window, $"{path}.window"),
            test);
    }

    private static RuleNode Attribute(AttributeRuleInput input, string path)
    {
        var name = Name(input.Key, $"{path}.key");
        return input.Test switch
        {
            { Compare: { } compare } => new AttributeRule(
                name, new RuleTest(compare.Op, Value(compare.Value, $"{path}.test.compare.value"))),
            { In: { } values } => new AttributeInRule(name, false, Values(values, $"{path}.test.in")),
            { NotIn: { } values } => new AttributeInRule(name, true, Values(values, $"{path}.test.notIn")),
            { IsNull: { } isNull } => new AttributeNullRule(name, !isNull),
            _ => throw Fault($"{path}.test", "A test has exactly one member."),
        };
    }

    private static ConsentRule Consent(ConsentRuleInput input, string path) => new(
        Name(input.Purpose, $"{path}.purpose"),
        input.Channel is { } channel ? Name(RuleNames.Of(channel), $"{path}.channel") : null);

    private static EventFilter Filter(string name, IReadOnlyList<FieldRuleInput>? where, string path) => new(
        Name(name, $"{path}.event"),
        [.. (where ?? []).Select((test, i) => new FieldTest(
            Name(test.Field, $"{path}.where.{i}.field"),
            new RuleTest(test.Op, Value(test.Value, $"{path}.where.{i}.value"))))]);

    private static RuleWindow Window(RuleWindowInput input, string path)
    {
        switch (input)
        {
            case { Within: { } within }:
                return new WithinWindow(Duration(within, $"{path}.within"));
            case { Since: { } since }:
                return new SinceWindow(since);
            case { Calendar: { } calendar }:
                return new CalendarWindow(calendar.Period, calendar.Unit);
            case { Ago: { } ago }:
                var newer = Duration(ago.Newer, $"{path}.ago.newer");
                var older = Duration(ago.Older, $"{path}.ago.older");
                return newer.NominalHours < older.NominalHours
                    ? new AgoWindow(newer, older, At(path))
                    : throw Fault($"{path}.ago", "The shorter duration is the newer one.");
            default:
                throw Fault(path, "A window has exactly one member.");
        }
    }

    private static List<RuleLiteral> Values(IReadOnlyList<RuleValueInput> inputs, string path) => inputs.Count == 0
        ? throw Fault(path, "A list of values has at least one.")
        : [.. inputs.Select((input, i) => Value(input, $"{path}.{i}"))];

    private static RuleLiteral Value(RuleValueInput input, string path)
    {
        RuleLiteral literal = input switch
        {
            { Number: { } number } => new NumberLiteral(Accepted(number, path)),
            { Money: { } money } => new MoneyLiteral(Accepted(money.Amount, path), money.Currency.Code),
            { Text: { } text } => new TextLiteral(text),
            { Date: { } date } => new DateLiteral(date),
            { Boolean: { } truth } => new TruthLiteral(truth),
            { Duration: { } duration } => new DurationLiteral(Duration(duration, path)),
            _ => throw Fault(path, "A value has exactly one member."),
        };
        return literal with { At = At(path) };
    }

    private static decimal Accepted(decimal number, string path) =>
        RuleNumbers.IsAccepted(number) ? number : throw Fault(path, RuleNumbers.Bounds);

    private static RuleDuration? DurationOrNull(string? text, string path) =>
        text is null ? null : Duration(text, path);

    private static RuleDuration Duration(string text, string path) => RuleNumbers.ReadDuration(text)
        ?? throw new RuleSyntaxException(
            At(path), "A duration is a number and a unit.", ["12h", "30d", "4w", "3mo", "1y"]);

    private static RuleName Name(string name, string path) => name.Length is > 0 and <= RuleLimits.NameCharacters
        ? new RuleName(name, At(path))
        : throw Fault(path, $"A name has 1 to {RuleLimits.NameCharacters} characters.");

    // Paths grow from the left with a dot that the outermost one has too many.
    private static Place At(string path) => new(0, 0, path.Length == 0 ? null : path.TrimStart('.'));

    private static RuleSyntaxException Fault(string path, string message) => new(At(path), message, []);
}
