using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>Text to tree by recursive descent. The grammar is printed in <see cref="RuleText.Grammar"/>.</summary>
internal sealed partial class RuleParser
{
    private static readonly string[] AfterClause = ["and", "or", "the end of the rule"];
    private static readonly string[] ClauseStarts =
    [
        "count(", "sum(", "age_of_last(", "no", "not", "in segment", "score", "consent(", "a metric",
        "an attribute", "(",
    ];

    private readonly List<Token> _tokens;
    private int _next;
    private int _nesting;

    private RuleParser(List<Token> tokens)
    {
        _tokens = tokens;
    }

    private Token Current => _tokens[_next];

    public static Outcome<RuleNode> Parse(string text, string field)
    {
        if (text.Length > RuleLimits.Characters)
        {
            return RuleError.TooMuch(
                field, default, $"A rule has at most {RuleLimits.Characters} characters; this has {text.Length}.");
        }

        try
        {
            var parser = new RuleParser(RuleLexer.Read(text));
            var rule = parser.Or();
            parser.End();
            return RuleLimits.Check(rule, field) is { } fault ? fault : rule;
        }
        catch (RuleSyntaxException fault)
        {
            return RuleError.Of(field, fault.At, fault.Message, fault.Expected);
        }
    }

    private RuleNode Or()
    {
        var rules = new List<RuleNode> { And() };
        while (Take("or"))
        {
            rules.Add(And());
        }

        return AnyOf.Of(rules);
    }

    private RuleNode And()
    {
        var rules = new List<RuleNode> { Unary() };
        while (Take("and"))
        {
            rules.Add(Unary());
        }

        return AllOf.Of(rules);
    }

    private RuleNode Unary()
    {
        var at = Current.At;
        if (!Current.Is("not") && !Current.Is("("))
        {
            return Clause() with { At = at };
        }

        if (++_nesting > RuleLimits.Depth)
        {
            throw new RuleSyntaxException(at, $"A rule has at most {RuleLimits.Depth} levels.", []);
        }

        RuleNode rule;
        if (Take("not"))
        {
            rule = new NotRule(Unary()) { At = at };
        }
        else
        {
            Need("(");
            rule = Or();
            Need(")", "and", "or");
        }

        _nesting--;
        return rule;
    }

    private RuleNode Clause()
    {
        var token = Current;
        if (token.Kind == TokenKind.Quoted)
        {
            return Attribute();
        }

        if (token.Kind != TokenKind.Word)
        {
            throw Unexpected("a clause", ClauseStarts);
        }

        var aggregate = Array.IndexOf(RuleWords.Aggregates, token.Text);
        if (aggregate >= 0)
        {
            return Aggregate((RuleAggregate)aggregate);
        }

        var metric = Array.IndexOf(RuleWords.Metrics, token.Text);
        if (metric >= 0)
        {
            _next++;
            return new MetricRule((RuleMetric)metric, Test(mayRange: false));
        }

        return token.Text switch
        {
            "no" => Absence(),
            "in" => Segment(),
            "score" => Score(),
            "consent" => Consent(),
            _ => Attribute(),
        };
    }

    private AggregateRule Aggregate(RuleAggregate function)
    {
        _next++;
        Need("(");
        var isAge = function is RuleAggregate.AgeOfLast or RuleAggregate.AgeOfFirst;
        var name = Name("an event");
        RuleName? field = null;
        if (Current.Is("."))
        {
            if (isAge)
            {
                throw Unexpected("nothing of a field here", ["where", ")"]);
            }

            _next++;
            field = Name("a field");
        }

        var filter = new EventFilter(name, Where());
        var window = isAge ? null : Window();
        Need(")", isAge ? ["where"] : field is null ? [".", "where", "within", "between", "since", "in"]
            : ["where", "within", "between", "since", "in"]);
        return new AggregateRule(function, filter, field, window, Test(mayRange: true));
    }

    private AbsenceRule Absence()
    {
        _next++;
        var filter = new EventFilter(Name("an event"), Where());
        return new AbsenceRule(filter, Take("within") ? Duration() : null);
    }

    private SegmentRefRule Segment()
    {
        _next++;
        Need("segment");
        return new SegmentRefRule(Name("a segment's key"));
    }

    private ScoreRule Score()
    {
        _next++;
        var part = Choice(RuleWords.Scores, "a score");
        var op = Operator(mayRange: false);
        var value = Literal();
        return value is NumberLiteral { Value: > -1e9m and < 1e9m and var number } && number == decimal.Truncate(number)
            ? new ScoreRule((RuleScore)part, op, (int)number) { ValueAt = value.At }
            : throw new RuleSyntaxException(value.At, "A score is compared with a whole number.", ["a whole number"]);
    }

    private ConsentRule Consent()
    {
        _next++;
        Need("(");
        var purpose = Name("a purpose");
        RuleName? channel = Take(",") ? Name("a channel") : null;
        Need(")", channel is null ? [","] : []);
        return new ConsentRule(purpose, channel);
    }

    private RuleNode Attribute()
    {
        if (Current is { Kind: TokenKind.Word } word && RuleWords.IsReserved(word.Text))
        {
            throw Unexpected("a clause", ClauseStarts);
        }

        var name = Name("an attribute");
        if (Take("is"))
        {
            var negated = Take("not");
            Need("null", negated ? [] : ["not"]);
            return new AttributeNullRule(name, negated);
        }

        var isNot = Current.Is("not");
        if (!isNot && !Current.Is("in"))
        {
            return new AttributeRule(name, Test(mayRange: false, "in", "not in", "is null", "is not null"));
        }

        _next += isNot ? 1 : 0;
        Need("in");
        Need("(");
        var values = new List<RuleLiteral> { Literal() };
        while (Take(","))
        {
            values.Add(Literal());
        }

        Need(")", ",");
        return new AttributeInRule(name, isNot, values);
    }
}
