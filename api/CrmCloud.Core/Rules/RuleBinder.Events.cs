namespace CrmCloud.Core.Rules;

// Clauses over events.
internal sealed partial class RuleBinder
{
    private SingleClause? Aggregate(AggregateRule rule)
    {
        var filter = Filter(rule.Event);
        var isAge = rule.Function is RuleAggregate.AgeOfLast or RuleAggregate.AgeOfFirst;
        if (isAge)
        {
            return Age(rule) is { } age && filter is not null
                ? new AgeClause(Leaf(rule.Event, filter, null), rule.Function, age, Text(rule, 4))
                : null;
        }

        var isFieldKnown = Field(rule, out var field);
        var type = rule.Function is RuleAggregate.Count or RuleAggregate.Distinct ? RuleType.Number : field?.Type;
        var test = isFieldKnown && type is not null
            ? _literals.Number(rule.Test, type, RuleWords.Of(rule.Function))
            : null;
        return test is null || filter is null
            ? null
            : new AggregateClause(
                Leaf(rule.Event, filter, rule.Window), rule.Function, field?.Field, test.Value,
                Text(rule, rule.Function == RuleAggregate.Distinct ? 6 : 4))
            {
                Show = Shown(type!),
            };
    }

    private AggregateClause? Absence(AbsenceRule rule)
    {
        var window = rule.Within is { } within ? new WithinWindow(within) : null;
        return Filter(rule.Event) is { } filter
            ? new AggregateClause(
                Leaf(rule.Event, filter, window), RuleAggregate.Count, null, new NumberTest(RuleOperator.Eq, 0),
                Text(rule, 4))
            {
                Show = RuleNumbers.Write,
            }
            : null;
    }

    private SatisfactionClause Satisfaction(MetricRule rule, NumberTest test)
    {
        Uses.Events = true;
        var leaf = leaves.Of("\"\"", EventMatch.Satisfied, WindowSpan.Of(null, vocabulary.Calendar));
        return new SatisfactionClause(leaf, test, Text(rule, 4));
    }

    // Count needs no field, the others do, and a figure needs one that has figures.
    private bool Field(AggregateRule rule, out EventFieldType? field)
    {
        field = null;
        var name = rule.Event.Event.Text;
        if (rule.Field is not { } given)
        {
            if (rule.Function != RuleAggregate.Count)
            {
                faults.Add(rule.At, $"{RuleWords.Of(rule.Function)} needs a field of {name}.",
                    [.. Usable(rule).Select(f => $"{RuleWords.Of(rule.Function)}({name}.{f.Name})")]);
            }

            return rule.Function == RuleAggregate.Count;
        }

        field = Usable(rule).FirstOrDefault(f => f.Name == given.Text);
        if (field is null)
        {
            faults.Add(given.At, $"{RuleWords.Of(rule.Function)} cannot use a field '{given.Text}' of {name}.",
                RuleNames.Nearest(given.Text, Usable(rule).Select(f => f.Name)));
        }

        return field is not null;
    }

    private static IEnumerable<EventFieldType> Usable(AggregateRule rule)
    {
        var mustBeFigure = rule.Function is not (RuleAggregate.Count or RuleAggregate.Distinct);
        return EventKinds.FieldsOf(rule.Event.Event.Text)
            .Where(f => !mustBeFigure || f.Type.Type is RuleValueType.Number or RuleValueType.Money);
    }

    private AgeTest? Age(AggregateRule rule)
    {
        var low = _literals.Duration(rule.Test.Value);
        var high = rule.Test.Upper is null ? null : _literals.Duration(rule.Test.Upper);
        return low is null || (rule.Test.Upper is not null && high is null)
            ? null
            : new AgeTest(
                rule.Test.Operator,
                new RuleSpan(low.Value, vocabulary.Calendar),
                high is { } upper ? new RuleSpan(upper, vocabulary.Calendar) : null);
    }

    private EventMatch? Filter(EventFilter filter)
    {
        var name = filter.Event.Text;
        var isTransaction = EventKinds.Transactions.Contains(name);
        if (!isTransaction && vocabulary.InteractionTypes?.Contains(name) == false)
        {
            faults.Unknown("event", filter.Event, vocabulary.EventNames);
            return null;
        }

        var conditions = filter.Where.Select(test => Condition(test, name)).ToList();
        Uses.Names.Add(name);
        return conditions.Contains(null) ? null : new EventMatch(name, [.. conditions.Select(c => c!.Value)]);
    }

    private FieldCondition? Condition(FieldTest test, string eventName)
    {
        var fields = EventKinds.FieldsOf(eventName);
        var field = Array.Find(fields, f => f.Name == test.Field.Text);
        if (field is null)
        {
            faults.Unknown($"field of {eventName}", test.Field, fields.Select(f => f.Name));
            return null;
        }

        Uses.Points++;
        return _literals.Number(test.Test, field.Type, $"{eventName}.{field.Name}") is { } number
            ? new FieldCondition(field.Field, number)
            : null;
    }

    private EventLeaf Leaf(EventFilter filter, EventMatch match, RuleWindow? window)
    {
        Uses.Events = true;
        Uses.Calendar |= window is CalendarWindow;

        // The same conditions in another order are the same leaf.
        var conditions = filter.Where.Select(test => $"{RuleText.Name(test.Field)} {RuleText.Print(test.Test)}");
        var key = $"{RuleText.Name(filter.Event)}{RuleText.Print(window)} where "
            + string.Join(" and ", conditions.Order(StringComparer.Ordinal));
        return leaves.Of(key, match, WindowSpan.Of(window, vocabulary.Calendar));
    }
}
