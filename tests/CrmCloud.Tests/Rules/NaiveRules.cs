using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using NodaTime;

namespace CrmCloud.Tests.Rules;

/// <summary>
/// Rules read from their definition alone, for one customer at one instant, with no regard to speed and without any
/// code of the product that evaluates rules or counts days.
/// </summary>
internal sealed class NaiveRules(IReadOnlyList<Fact> facts, StoredProfile profile, Customer customer, NaiveDays days)
{
    private readonly ILookup<long, Fact> _naming = facts.ToLookup(fact => fact.RefundOf);

    public required IReadOnlySet<string> Segments { get; init; }

    public bool Holds(RuleNode rule, long now) => rule switch
    {
        AllOf all => all.Rules.All(r => Holds(r, now)),
        AnyOf any => any.Rules.Any(r => Holds(r, now)),
        NotRule not => !Holds(not.Rule, now),
        AggregateRule { Function: RuleAggregate.AgeOfLast or RuleAggregate.AgeOfFirst } age => Age(age, now),
        AggregateRule aggregate => Aggregate(aggregate, now),
        AbsenceRule no => !Events(no.Event, now).Any(f => no.Within is not { } length || now < days.Plus(f.At, length)),
        AttributeRule attribute => Attribute(attribute.Attribute.Text, attribute.Test),
        AttributeInRule one => AttributeIn(one),
        AttributeNullRule none => Value(none.Attribute.Text) is null != none.Negated,
        SegmentRefRule segment => Segments.Contains(segment.Segment.Text),
        ScoreRule score => profile.Rfm is { } mark && Compare(score.Operator, mark.Recency.CompareTo(score.Value)),
        MetricRule metric => Metric(metric, now),
        ConsentRule consent => profile.Consents.Any(c => c.Granted && c.Purpose == consent.Purpose.Text
            && (consent.Channel is null || c.Channel == Core.Shared.Channel.Email)
            && (c.ExpiresAt ?? long.MaxValue) > now),
        _ => throw new NotSupportedException(rule.ToString()),
    };

    private bool Aggregate(AggregateRule rule, long now)
    {
        var events = Events(rule.Event, now).Where(f => In(rule.Window, f.At, now)).ToList();
        if (rule.Field is not { } field)
        {
            return Compare(rule.Test, events.Count);
        }

        var values = events.Select(f => Field(f, field.Text)).OfType<decimal>().ToList();
        return rule.Function switch
        {
            RuleAggregate.Count => Compare(rule.Test, values.Count),
            RuleAggregate.Sum => Compare(rule.Test, values.Sum()),
            RuleAggregate.Distinct => Compare(rule.Test, values.Distinct().Count()),
            RuleAggregate.Avg => values.Count > 0 && CompareAverage(rule.Test, values),
            RuleAggregate.Min => values.Count > 0 && Compare(rule.Test, values.Min()),
            _ => values.Count > 0 && Compare(rule.Test, values.Max()),
        };
    }

    private bool Age(AggregateRule rule, long now)
    {
        var events = Events(rule.Event, now).ToList();
        if (events.Count == 0)
        {
            return false;
        }

        var at = rule.Function == RuleAggregate.AgeOfLast ? events.Max(f => f.At) : events.Min(f => f.At);
        var low = now.CompareTo(days.Plus(at, ((DurationLiteral)rule.Test.Value).Value));
        return rule.Test.Upper is DurationLiteral upper
            ? low >= 0 && now <= days.Plus(at, upper.Value)
            : Compare(rule.Test.Operator, low);
    }

    private IEnumerable<Fact> Events(EventFilter filter, long now)
    {
        bool Qualifies(Fact order) => order.Amount > 0
            && !_naming[order.Id].Any(f => f.At <= now && f.Kind == FactKind.Cancellation)
            && _naming[order.Id].Where(f => f.At <= now && f.Kind == FactKind.Refund && f.Amount > 0)
                .Sum(f => f.Amount) < order.Amount;
        return facts.Where(f => f.At <= now && (filter.Event.Text, f.Kind) switch
            {
                ("order", FactKind.Purchase or FactKind.Renewal) => Qualifies(f),
                ("purchase", FactKind.Purchase) => Qualifies(f),
                ("renewal", FactKind.Renewal) => Qualifies(f),
                ("refund", FactKind.Refund) => f.Amount > 0,
                ("cancellation", FactKind.Cancellation) => true,
                ("quote", FactKind.Quote) => true,
                ("lead", FactKind.Lead) => true,
                (var type, FactKind.Interaction) => f.Type == type,
                _ => false,
            })
            .Where(f => filter.Where.All(test => Condition(f, test)));
    }

    private static bool Condition(Fact fact, FieldTest test) => test.Test.Value is TextLiteral text
        ? Word(fact, test.Field.Text) == text.Value == (test.Test.Operator == RuleOperator.Eq)
        : Field(fact, test.Field.Text) is { } value && Compare(test.Test, value);

    private static decimal? Field(Fact fact, string field) => field switch
    {
        "amount" => fact.Amount / 100m,
        "satisfaction" => fact.Amount == 0 ? null : fact.Amount,
        "channel" => (int)TouchCode.ChannelOf(fact.Channel),
        _ => (int)TouchCode.DirectionOf(fact.Channel),
    };

    private static string Word(Fact fact, string field) => field switch
    {
        "kind" => fact.Kind == FactKind.Purchase ? "purchase" : "renewal",
        "channel" => TouchCode.ChannelOf(fact.Channel) switch
        {
            Core.Shared.Channel.Web => "web",
            Core.Shared.Channel.Email => "email",
            Core.Shared.Channel.CallCenter => "call_center",
            _ => "another",
        },
        _ => TouchCode.DirectionOf(fact.Channel) == FlowDirection.Inbound ? "inbound"
            : TouchCode.DirectionOf(fact.Channel) == FlowDirection.Outbound ? "outbound" : "internal",
    };

    private bool In(RuleWindow? window, long at, long now) => window switch
    {
        null => true,
        WithinWindow within => now < days.Plus(at, within.Length),
        AgoWindow ago => days.Plus(at, ago.Newer) <= now && now < days.Plus(at, ago.Older),
        SinceWindow since => at >= days.Start(LocalDate.FromDateOnly(since.Date)),
        CalendarWindow calendar => InPeriod(calendar, at, now),
        _ => throw new NotSupportedException(window.ToString()),
    };

    private bool InPeriod(CalendarWindow window, long at, long now)
    {
        var (start, end) = days.Period(window.Unit, days.DateOf(now));
        if (window.Period == RulePeriod.Last)
        {
            (start, end) = days.Period(window.Unit, start.PlusDays(-1));
        }

        return at >= days.Start(start) && at < days.Start(end);
    }

    private bool Metric(MetricRule rule, long now)
    {
        var word = rule.Test.Value as TextLiteral;
        switch (rule.Metric)
        {
            case RuleMetric.Lifecycle:
                var isSame = Word(profile.Lifecycle) == word!.Value;
                return isSame == (rule.Test.Operator == RuleOperator.Eq);
            case RuleMetric.IdicStage:
                var stage = Enum.GetValues<IdicStage>().Single(s => Word(s) == word!.Value);
                return Compare(rule.Test.Operator, profile.IdicStage.CompareTo(stage));
            case RuleMetric.Recency:
                return profile.Value.LastOrderDay is { } last
                    && Compare(rule.Test, Period.DaysBetween(new LocalDate(1970, 1, 1), days.DateOf(now)) - last);
            case RuleMetric.Satisfaction:
                var said = facts.Where(f => f.Kind == FactKind.Interaction && f.Amount > 0 && f.At <= now)
                    .OrderBy(f => f.At).ThenBy(f => f.Id).ToList();
                return said.Count > 0 && Compare(rule.Test, said[^1].Amount);
            case RuleMetric.Frequency:
                return Compare(rule.Test, profile.Value.Orders);
            default:
                var minor = rule.Metric == RuleMetric.Monetary ? profile.Value.Gross : profile.Value.Net;
                return Compare(rule.Test, minor / 100m);
        }
    }

    private static string Word(Enum value) => string.Concat(value.ToString()
        .Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    private bool Attribute(string name, RuleTest test) => Value(name) switch
    {
        null => false,
        IReadOnlyList<string> list =>
            list.Contains(((TextLiteral)test.Value).Value) == (test.Operator == RuleOperator.Eq),
        IComparable value => Compare(test.Operator, value.CompareTo(Value(test.Value))),
        _ => throw new NotSupportedException(name),
    };

    private bool AttributeIn(AttributeInRule rule) => Value(rule.Attribute.Text) is { } value
        && rule.Values.Any(v => value is IReadOnlyList<string> list ? list.Contains(Value(v)) : value.Equals(Value(v)))
            != rule.Negated;

    private object? Value(string name)
    {
        var stored = customer.StoredAttributes.FirstOrDefault(a => a.AttributeKey == name);
        return stored?.Text ?? stored?.Number ?? stored?.Boolean ?? stored?.Date ?? (object?)stored?.List;
    }

    private static object Value(RuleLiteral literal) => literal switch
    {
        TextLiteral text => text.Value,
        NumberLiteral number => number.Value,
        TruthLiteral truth => truth.Value,
        DateLiteral date => date.Value,
        MoneyLiteral money => money.Amount,
        _ => throw new NotSupportedException(literal.ToString()),
    };

    private static bool Compare(RuleTest test, decimal value) => test.Upper is { } upper
        ? value >= (decimal)Value(test.Value) && value <= (decimal)Value(upper)
        : Compare(test.Operator, value.CompareTo((decimal)Value(test.Value)));

    // Without a division that would have to round.
    private static bool CompareAverage(RuleTest test, List<decimal> values)
    {
        var sum = values.Sum();
        return test.Upper is { } upper
            ? sum >= (decimal)Value(test.Value) * values.Count && sum <= (decimal)Value(upper) * values.Count
            : Compare(test.Operator, sum.CompareTo((decimal)Value(test.Value) * values.Count));
    }

    private static bool Compare(RuleOperator op, int order) => op switch
    {
        RuleOperator.Lt => order < 0,
        RuleOperator.Lte => order <= 0,
        RuleOperator.Eq => order == 0,
        RuleOperator.Ne => order != 0,
        RuleOperator.Gte => order >= 0,
        _ => order > 0,
    };
}

/// <summary>Local days, durations and calendar periods of one tenant, straight from the time-zone database.</summary>
internal sealed class NaiveDays(CalendarSettings settings)
{
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[settings.ZoneId];
    private readonly Dictionary<LocalDate, long> _starts = [];

    public long Start(LocalDate date)
    {
        if (!_starts.TryGetValue(date, out var start))
        {
            _starts[date] = start = _zone.AtStartOfDay(date).ToInstant().ToUnixTimeMilliseconds();
        }

        return start;
    }

    // A day is from its first instant to the first of the next, repeated hours included.
    public LocalDate DateOf(long at)
    {
        var date = NodaTime.Instant.FromUnixTimeMilliseconds(at).InUtc().Date.PlusDays(1);
        while (Start(date) > at)
        {
            date = date.PlusDays(-1);
        }

        return date;
    }

    public long Plus(long at, RuleDuration duration)
    {
        if (duration.Unit is RuleTimeUnit.Hour or RuleTimeUnit.Day or RuleTimeUnit.Week)
        {
            return at + (duration.Count * 3_600_000L * new[] { 1, 24, 168 }[(int)duration.Unit]);
        }

        var months = duration.Unit == RuleTimeUnit.Month ? duration.Count : 12 * duration.Count;
        var date = DateOf(at);
        var first = new LocalDate(date.Year, date.Month, 1).PlusMonths(months);
        var length = first.Calendar.GetDaysInMonth(first.Year, first.Month);
        if (date.Day > length)
        {
            return Start(first.PlusMonths(1));
        }

        var target = first.PlusDays(date.Day - 1);
        return Math.Min(Start(target) + (at - Start(date)), Start(target.PlusDays(1)));
    }

    public (LocalDate Start, LocalDate End) Period(RuleCalendarUnit unit, LocalDate date)
    {
        switch (unit)
        {
            case RuleCalendarUnit.Day:
                return (date, date.PlusDays(1));
            case RuleCalendarUnit.Week:
                var week = date.PlusDays(-(((int)date.DayOfWeek - settings.WeekStart + 7) % 7));
                return (week, week.PlusDays(7));
            case RuleCalendarUnit.Month:
                var month = new LocalDate(date.Year, date.Month, 1);
                return (month, month.PlusMonths(1));
            default:
                var length = unit == RuleCalendarUnit.Quarter ? 3 : 12;
                var start = new LocalDate(date.Year - 2, settings.FiscalMonth, settings.FiscalDay);
                while (start.PlusMonths(length) <= date)
                {
                    start = start.PlusMonths(length);
                }

                return (start, start.PlusMonths(length));
        }
    }
}
