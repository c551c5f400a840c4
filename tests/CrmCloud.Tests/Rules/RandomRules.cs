using CrmCloud.Core.Rules;

namespace CrmCloud.Tests.Rules;

/// <summary>Any rule that the vocabulary of <see cref="RuleWorld"/> accepts.</summary>
internal sealed class RandomRules(Random random, DateOnly around)
{
    private static readonly RuleOperator[] Operators = Enum.GetValues<RuleOperator>();
    private static readonly RuleOperator[] Equality = [RuleOperator.Eq, RuleOperator.Ne];
    private static readonly string[] Transactions =
    [
        "order", "order", "order", "order", "order", "order", "purchase", "renewal", "refund", "cancellation", "quote",
        "lead",
    ];

    public RuleNode Rule(int depth) => depth <= 1 || random.Next(4) == 0
        ? Clause()
        : random.Next(5) switch
        {
            0 => new NotRule(Rule(depth - 1)),
            1 or 2 => AllOf.Of(Rules(depth - 1)),
            _ => AnyOf.Of(Rules(depth - 1)),
        };

    private List<RuleNode> Rules(int depth) => [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Rule(depth))];

    private RuleNode Clause() => random.Next(16) switch
    {
        < 5 => Aggregate(),
        < 8 => Age(),
        < 10 => new AbsenceRule(Filter(), random.Next(4) == 0 ? null : Duration()),
        10 => Metric(),
        11 => new ScoreRule(RuleScore.Recency, Operator(), 1 + random.Next(5)),
        12 => new ConsentRule(Name(Pick(RuleWorld.Purposes)), random.Next(2) == 0 ? null : Name("email")),
        13 => new SegmentRefRule(Name(Pick(RuleWorld.Segments))),
        _ => Attribute(),
    };

    private AggregateRule Aggregate()
    {
        var filter = Filter();
        var window = Window();
        var isInteraction = RuleWorld.Interactions.Contains(filter.Event.Text);
        var function = (RuleAggregate)random.Next(6);
        if (function == RuleAggregate.Count)
        {
            RuleName? field = isInteraction && random.Next(3) == 0 ? Name("satisfaction") : null;
            return new(function, filter, field, window, Small());
        }

        if (function == RuleAggregate.Distinct)
        {
            var any = isInteraction ? Pick(["channel", "direction", "satisfaction"]) : "amount";
            return new(function, filter, Name(any), window, Small());
        }

        return new(function, filter, Name(isInteraction ? "satisfaction" : "amount"), window,
            isInteraction ? Range(() => new NumberLiteral(random.Next(12) / 2m)) : Range(Money));
    }

    private AggregateRule Age() => new(
        random.Next(3) == 0 ? RuleAggregate.AgeOfFirst : RuleAggregate.AgeOfLast, Filter(), null, null,
        Range(() => new DurationLiteral(Duration())));

    private RuleTest Small() => Range(() => new NumberLiteral(random.Next(4)));

    private RuleTest Range(Func<RuleLiteral> literal) => random.Next(5) == 0
        ? new RuleTest(RuleOperator.Gte, literal(), literal())
        : new RuleTest(Operator(), literal());

    private MetricRule Metric() => (RuleMetric)random.Next(7) switch
    {
        RuleMetric.Lifecycle => new(RuleMetric.Lifecycle, Test(Equality, Pick(["active", "churned", "won_back"]))),
        RuleMetric.IdicStage => new(RuleMetric.IdicStage, Test(Operators, Pick(["identified", "interacting"]))),
        RuleMetric.Monetary => new(RuleMetric.Monetary, new(Operator(), Money())),
        RuleMetric.NetMonetary => new(RuleMetric.NetMonetary, new(Operator(), Money())),
        RuleMetric.Frequency => new(RuleMetric.Frequency, new(Operator(), new NumberLiteral(random.Next(5)))),
        RuleMetric.Satisfaction => new(RuleMetric.Satisfaction, new(Operator(), new NumberLiteral(1 + random.Next(5)))),
        _ => new(RuleMetric.Recency, new(Operator(), new NumberLiteral(random.Next(120) / 2m))),
    };

    private RuleNode Attribute()
    {
        var (name, literal, operators) = random.Next(6) switch
        {
            0 => ("city", new TextLiteral(Pick(["Paris", "it's", ""])), Equality),
            1 => ("points", new NumberLiteral(random.Next(-3, 4) / 4m), Operators),
            2 => ("vip", new TruthLiteral(random.Next(2) == 0), Equality),
            3 => ("joined", new DateLiteral(around.AddDays(random.Next(-3, 3))), Operators),
            4 => ("tier", new TextLiteral(Pick(RuleWorld.Tiers)), Equality),
            _ => ("tags", (RuleLiteral)new TextLiteral(Pick(RuleWorld.Tags)), Equality),
        };
        return random.Next(4) switch
        {
            0 => new AttributeNullRule(Name(name), random.Next(2) == 0),
            1 => new AttributeInRule(Name(name), random.Next(2) == 0, [literal, literal]),
            _ => new AttributeRule(Name(name), new RuleTest(Pick(operators), literal)),
        };
    }

    private EventFilter Filter()
    {
        var name = random.Next(3) == 0 ? Pick(RuleWorld.Interactions) : Pick(Transactions);
        var where = Enumerable.Range(0, random.Next(6) == 0 ? 1 + random.Next(2) : 0);
        return new EventFilter(Name(name), [.. where.Select(_ => Condition(name))]);
    }

    private FieldTest Condition(string name)
    {
        if (!RuleWorld.Interactions.Contains(name))
        {
            return name == "order" && random.Next(3) == 0
                ? new FieldTest(Name("kind"), Test(Equality, Pick(["purchase", "renewal"])))
                : new FieldTest(Name("amount"), new(Operator(), Money()));
        }

        return random.Next(3) switch
        {
            0 => new FieldTest(Name("channel"), Test(Equality, Pick(["web", "email", "call_center"]))),
            1 => new FieldTest(Name("direction"), Test(Equality, Pick(["inbound", "outbound"]))),
            _ => new FieldTest(Name("satisfaction"), new(Operator(), new NumberLiteral(random.Next(6)))),
        };
    }

    private RuleWindow? Window()
    {
        switch (random.Next(8))
        {
            case 0:
                return null;
            case 1:
                return new SinceWindow(around.AddDays(random.Next(-20, 40)));
            case 2 or 3:
                return new CalendarWindow((RulePeriod)random.Next(2), (RuleCalendarUnit)random.Next(5));
            case 4:
                var newer = new RuleDuration(1 + random.Next(20), (RuleTimeUnit)random.Next(2));
                return new AgoWindow(newer, new RuleDuration(1 + random.Next(2), RuleTimeUnit.Month), default);
            default:
                return new WithinWindow(Duration());
        }
    }

    private RuleDuration Duration() => random.Next(5) switch
    {
        0 => new(1 + random.Next(72), RuleTimeUnit.Hour),
        1 or 2 => new(1 + random.Next(60), RuleTimeUnit.Day),
        3 => new(1 + random.Next(8), RuleTimeUnit.Week),
        _ => new(1 + random.Next(3), RuleTimeUnit.Month),
    };

    private MoneyLiteral Money() => new(random.Next(-1, 8) * 5.25m, "GBP");

    private static RuleTest TestOf(RuleOperator op, string text) => new(op, new TextLiteral(text));

    private RuleTest Test(RuleOperator[] operators, string text) => TestOf(Pick(operators), text);

    private RuleOperator Operator() => Pick(Operators);

    private T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    private static RuleName Name(string text) => new(text, default);
}
