namespace CrmCloud.Core.Rules;

/// <summary>A number over events against a limit.</summary>
internal sealed class AggregateClause(
    EventLeaf leaf, RuleAggregate function, EventField? field, NumberTest test, ClauseText text) : SingleClause(text)
{
    /// <summary>How the value is shown.</summary>
    public required Func<decimal, string> Show { get; init; }

    public override bool Holds(in RuleSubject subject, LeafCache cache)
    {
        // Only amounts and satisfaction are summed, and both lie in the same place.
        ref readonly var state = ref cache.State(leaf);
        return function == RuleAggregate.Avg
            ? Values(state) > 0 && test.Holds((decimal)state.Sum, Values(state))
            : Value(state, subject, cache) is { } value && test.Holds(value);
    }

    public override long NextChange(in RuleSubject subject, LeafCache cache)
    {
        var tally = new Tally(function, field);
        var steps = cache.Steps;
        Timeline.Read(leaf, subject.Facts, cache.Now, tally, steps);
        var holds = tally.Holds(test);
        for (var next = 0; next < steps.Count;)
        {
            var at = steps[next].At;
            next = Timeline.Advance(steps, next, subject.Facts, tally);
            if (tally.Holds(test) != holds)
            {
                return at;
            }
        }

        return Never;
    }

    protected override string? Actual(in RuleSubject subject, LeafCache cache)
    {
        ref readonly var state = ref cache.State(leaf);
        var value = function == RuleAggregate.Avg && Values(state) > 0
            ? decimal.Round((decimal)state.Sum / Values(state), RuleNumbers.Decimals)
            : function == RuleAggregate.Avg ? null : Value(state, subject, cache);
        return value is { } known ? Show(known) : null;
    }

    private decimal? Value(in LeafState state, in RuleSubject subject, LeafCache cache) => function switch
    {
        RuleAggregate.Count => Values(state),
        RuleAggregate.Sum => (decimal)state.Sum,
        RuleAggregate.Distinct => Distinct(state, subject, cache),
        RuleAggregate.Min => state.Amounts > 0 ? state.Min : null,
        _ => state.Amounts > 0 ? state.Max : null,
    };

    private int Values(in LeafState state) =>
        field is EventField.Amount or EventField.Satisfaction ? state.Amounts : state.Count;

    private int Distinct(in LeafState state, in RuleSubject subject, LeafCache cache)
    {
        if (field is not (EventField.Amount or EventField.Satisfaction))
        {
            return state.Distinct(field!.Value);
        }

        var different = cache.Different;
        different.Clear();
        var (low, high) = cache.Bounds(leaf);
        var facts = subject.Facts;
        for (var i = facts.From(low); i < facts.Count && facts.At[i] < high; i++)
        {
            if (facts.Until[i] > cache.Now && leaf.Match.Holds(facts, i)
                && EventMatch.Value(facts, i, field.Value) is { } value)
            {
                different.Add(value);
            }
        }

        return different.Count;
    }
}

/// <summary>The time since the newest or oldest event against a duration.</summary>
internal sealed class AgeClause(EventLeaf leaf, RuleAggregate function, AgeTest test, ClauseText text)
    : SingleClause(text)
{
    public override bool Holds(in RuleSubject subject, LeafCache cache)
    {
        ref readonly var state = ref cache.State(leaf);
        return Holds(subject.Facts, IsLast ? state.Last : state.First, cache.Now);
    }

    public override long NextChange(in RuleSubject subject, LeafCache cache)
    {
        var facts = subject.Facts;
        var tally = new Tally(function, null);
        var steps = cache.Steps;
        Timeline.Read(leaf, facts, cache.Now, tally, steps);
        var (from, event_) = (cache.Now, Event(tally));
        var holds = Holds(facts, event_, from);
        for (var next = 0; ;)
        {
            var until = next < steps.Count ? steps[next].At : Never;
            var crossing = event_ < 0 ? Never : test.NextChange(facts.At[event_], from, until);
            if (crossing < until || until == Never)
            {
                return crossing;
            }

            next = Timeline.Advance(steps, next, facts, tally);
            (from, event_) = (until, Event(tally));
            if (Holds(facts, event_, from) != holds)
            {
                return from;
            }
        }
    }

    protected override string? Actual(in RuleSubject subject, LeafCache cache)
    {
        ref readonly var state = ref cache.State(leaf);
        var found = IsLast ? state.Last : state.First;
        return found < 0 ? null : Ages.Show(cache.Now - subject.Facts.At[found]);
    }

    private bool IsLast => function == RuleAggregate.AgeOfLast;

    private int Event(Tally tally) => IsLast ? tally.Last : tally.First;

    private bool Holds(RuleFacts facts, int found, long now) => found >= 0 && test.Holds(facts.At[found], now);
}

/// <summary>A comparison of an age: of how long ago an instant is.</summary>
internal sealed record AgeTest(RuleOperator Operator, RuleSpan Low, RuleSpan? High)
{
    public bool Holds(long at, long now)
    {
        var order = now.CompareTo(Low.Add(at));
        return High is null ? NumberTest.Holds(Operator, order) : order >= 0 && now <= High.Add(at);
    }

    /// <summary>The first instant in (from, until) at which the result is another than at from; or never.</summary>
    public long NextChange(long at, long from, long until)
    {
        var holds = Holds(at, from);
        var (low, high) = (Low.Add(at), High?.Add(at) ?? Clause.Never);
        var first = Clause.Never;
        foreach (var candidate in (ReadOnlySpan<long>)[low, low + 1, high, high == Clause.Never ? high : high + 1])
        {
            if (candidate > from && candidate < until && candidate < first && Holds(at, candidate) != holds)
            {
                first = candidate;
            }
        }

        return first;
    }
}

internal static class Ages
{
    /// <summary>Whole days and hours, such as 12d 3h.</summary>
    public static string Show(long milliseconds)
    {
        var age = TimeSpan.FromMilliseconds(milliseconds);
        return $"{age.Days}d {age.Hours}h";
    }
}

/// <summary>The latest satisfaction the customer gave.</summary>
internal sealed class SatisfactionClause(EventLeaf leaf, NumberTest test, ClauseText text) : SingleClause(text)
{
    public override bool Holds(in RuleSubject subject, LeafCache cache) =>
        Value(subject.Facts, cache.State(leaf).Last) is { } value && test.Holds(value);

    // Only interactions that are still to come can change it.
    public override long NextChange(in RuleSubject subject, LeafCache cache)
    {
        var facts = subject.Facts;
        var holds = Holds(subject, cache);
        for (var i = facts.From(cache.Now + 1); i < facts.Count; i++)
        {
            var isLastOfInstant = true;
            for (var j = i + 1; j < facts.Count && facts.At[j] == facts.At[i]; j++)
            {
                isLastOfInstant &= !leaf.Match.Holds(facts, j);
            }

            if (isLastOfInstant && leaf.Match.Holds(facts, i) && test.Holds(facts.Amount[i]) != holds)
            {
                return facts.At[i];
            }
        }

        return Never;
    }

    protected override string? Actual(in RuleSubject subject, LeafCache cache) =>
        Value(subject.Facts, cache.State(leaf).Last) is { } value ? RuleNumbers.Write(value) : null;

    private static long? Value(RuleFacts facts, int i) => i < 0 ? null : facts.Amount[i];
}
