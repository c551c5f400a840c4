namespace CrmCloud.Core.Rules;

/// <summary>An event that begins or ceases to count.</summary>
internal readonly record struct LeafStep(long At, int Fact, bool Enters)
{
    // At one instant those that leave go first; nothing is evaluated in between.
    public static int Compare(LeafStep one, LeafStep other) =>
        one.At != other.At ? one.At.CompareTo(other.At)
        : one.Fact != other.Fact ? one.Fact.CompareTo(other.Fact)
        : one.Enters.CompareTo(other.Enters);
}

/// <summary>What will become of a leaf by time alone: which events enter or leave it after now, in order.</summary>
internal static class Timeline
{
    /// <summary>Fills the steps after now, and the tally with the events that count now.</summary>
    public static void Read(EventLeaf leaf, RuleFacts facts, long now, Tally tally, List<LeafStep> steps)
    {
        steps.Clear();
        for (var i = 0; i < facts.Count; i++)
        {
            if (!leaf.Match.Holds(facts, i))
            {
                continue;
            }

            var enter = leaf.Window.Enter(facts.At[i]);
            var leave = Math.Min(facts.Until[i], leaf.Window.Leave(facts.At[i]));
            if (leave <= enter || leave <= now)
            {
                continue;
            }

            if (enter > now)
            {
                steps.Add(new LeafStep(enter, i, Enters: true));
            }
            else
            {
                tally.Add(facts, i);
            }

            if (leave != WindowSpan.Never)
            {
                steps.Add(new LeafStep(leave, i, Enters: false));
            }
        }

        steps.Sort(LeafStep.Compare);
    }

    /// <summary>Applies all steps of the next instant.</summary>
    /// <returns>Position of the first step after it.</returns>
    public static int Advance(List<LeafStep> steps, int next, RuleFacts facts, Tally tally)
    {
        var at = steps[next].At;
        for (; next < steps.Count && steps[next].At == at; next++)
        {
            if (steps[next].Enters)
            {
                tally.Add(facts, steps[next].Fact);
            }
            else
            {
                tally.Remove(facts, steps[next].Fact);
            }
        }

        return next;
    }
}

/// <summary>Figures over events that come and go.</summary>
internal sealed class Tally(RuleAggregate function, EventField? field)
{
    private readonly Dictionary<long, int>? _values =
        function is RuleAggregate.Min or RuleAggregate.Max or RuleAggregate.Distinct ? [] : null;

    private readonly SortedSet<long>? _keys = function is RuleAggregate.Min or RuleAggregate.Max ? [] : null;

    private readonly SortedSet<int>? _order =
        function is RuleAggregate.AgeOfFirst or RuleAggregate.AgeOfLast ? [] : null;

    private int _count;
    private Int128 _sum;

    /// <summary>Positions of the first and last event; -1 without any. Of ages only.</summary>
    public int First => _order is { Count: > 0 } ? _order.Min : -1;

    public int Last => _order is { Count: > 0 } ? _order.Max : -1;

    public void Add(RuleFacts facts, int i) => Change(facts, i, 1);

    public void Remove(RuleFacts facts, int i) => Change(facts, i, -1);

    public bool Holds(NumberTest test) => function switch
    {
        RuleAggregate.Count => test.Holds(_count),
        RuleAggregate.Sum => test.Holds((decimal)_sum),
        RuleAggregate.Avg => _count > 0 && test.Holds((decimal)_sum, _count),
        RuleAggregate.Distinct => test.Holds(_values!.Count),
        RuleAggregate.Min => _count > 0 && test.Holds(_keys!.Min),
        _ => _count > 0 && test.Holds(_keys!.Max),
    };

    private void Change(RuleFacts facts, int i, int sign)
    {
        _ = sign > 0 ? _order?.Add(i) : _order?.Remove(i);
        var value = field is { } one ? EventMatch.Value(facts, i, one) : 0;
        if (value is not { } known)
        {
            return;
        }

        _count += sign;
        _sum += sign * known;
        if (_values is not null)
        {
            var times = _values.GetValueOrDefault(known) + sign;
            _values[known] = times;
            if (times == 0)
            {
                _values.Remove(known);
                _keys?.Remove(known);
            }
            else
            {
                _keys?.Add(known);
            }
        }
    }
}
