using System.Numerics;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Rules;

/// <summary>A condition on one field of an event; every such field is a whole number.</summary>
internal readonly record struct FieldCondition(EventField Field, NumberTest Test);

/// <summary>Which facts an event name means.</summary>
/// <remarks>
/// order is a qualifying PURCHASE or RENEWAL: of a positive amount and not taken back; purchase and renewal are those
/// of one kind. A refund has a positive amount. Other transactions count as recorded, interactions by their type.
/// Orders of one day are not merged, whatever the tenant's setting says for recency, frequency and monetary.
/// </remarks>
internal sealed class EventMatch
{
    private readonly int _kinds;
    private readonly bool _mustBePositive;
    private readonly string? _type;
    private readonly FieldCondition[] _where;

    public EventMatch(string name, FieldCondition[] where)
    {
        _where = where;
        _kinds = name switch
        {
            "order" => Bit(FactKind.Purchase) | Bit(FactKind.Renewal),
            "purchase" => Bit(FactKind.Purchase),
            "renewal" => Bit(FactKind.Renewal),
            "refund" => Bit(FactKind.Refund),
            "cancellation" => Bit(FactKind.Cancellation),
            "quote" => Bit(FactKind.Quote),
            "lead" => Bit(FactKind.Lead),
            _ => Bit(FactKind.Interaction),
        };
        _type = _kinds == Bit(FactKind.Interaction) ? name : null;
        _mustBePositive = (_kinds & (Bit(FactKind.Purchase) | Bit(FactKind.Renewal) | Bit(FactKind.Refund))) != 0;
    }

    private EventMatch()
    {
        (_where, _kinds, _mustBePositive) = ([], Bit(FactKind.Interaction), true);
    }

    /// <summary>Interactions of any type in which the customer said how satisfied he is.</summary>
    public static EventMatch Satisfied { get; } = new();

    public bool Holds(RuleFacts facts, int i)
    {
        if ((_kinds >> facts.Kind[i] & 1) == 0 || (_mustBePositive && facts.Amount[i] <= 0)
            || (_type is not null && !string.Equals(_type, facts.Type[i], StringComparison.Ordinal)))
        {
            return false;
        }

        foreach (var condition in _where)
        {
            if (Value(facts, i, condition.Field) is not { } value || !condition.Test.Holds(value))
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>Null for an interaction in which nothing was said of satisfaction.</returns>
    public static long? Value(RuleFacts facts, int i, EventField field) => field switch
    {
        EventField.Amount => facts.Amount[i],
        EventField.Kind => facts.Kind[i],
        EventField.Satisfaction => facts.Amount[i] == 0 ? null : facts.Amount[i],
        EventField.Channel => (int)TouchCode.ChannelOf(facts.Channel[i]),
        _ => (int)TouchCode.DirectionOf(facts.Channel[i]),
    };

    private static int Bit(FactKind kind) => 1 << (int)kind;
}

/// <summary>Everything that is asked of the events of one leaf at one instant.</summary>
internal struct LeafState
{
    public int Count;

    /// <summary>Positions of the first and last event; -1 without any.</summary>
    public int First;
    public int Last;

    /// <summary>How many have an amount (of interactions: a satisfaction), and figures over those.</summary>
    public int Amounts;
    public Int128 Sum;
    public long Min;
    public long Max;

    /// <summary>A bit for each code of channel and direction, and for each kind, that is met.</summary>
    public ulong Channels;
    public uint Kinds;

    public void Reset() => this = new LeafState { First = -1, Last = -1, Min = long.MaxValue, Max = long.MinValue };

    public void Add(RuleFacts facts, int i)
    {
        Count++;
        First = First < 0 ? i : First;
        Last = i;
        Channels |= 1UL << (facts.Channel[i] & 63);
        Kinds |= 1U << facts.Kind[i];
        var amount = facts.Amount[i];
        if (amount != 0 || facts.Kind[i] != (byte)FactKind.Interaction)
        {
            Amounts++;
            Sum += amount;
            Min = Math.Min(Min, amount);
            Max = Math.Max(Max, amount);
        }
    }

    /// <summary>How many different values a field has that is not an amount.</summary>
    public readonly int Distinct(EventField field) => field switch
    {
        EventField.Kind => BitOperations.PopCount(Kinds),
        EventField.Channel => BitOperations.PopCount((Channels | (Channels >> 16) | (Channels >> 32)) & 0xFFFF),
        _ => ((Channels & 0xFFFF) != 0 ? 1 : 0) + ((Channels >> 16 & 0xFFFF) != 0 ? 1 : 0)
            + ((Channels >> 32 & 0xFFFF) != 0 ? 1 : 0),
    };
}

/// <summary>Which events, under which conditions, in which window: the part of a rule that others may share.</summary>
internal sealed class EventLeaf(int number, EventMatch match, WindowSpan window)
{
    public int Number { get; } = number;

    public EventMatch Match { get; } = match;

    public WindowSpan Window { get; } = window;

    public void Read(RuleFacts facts, long now, (long Low, long High) bounds, ref LeafState state)
    {
        state.Reset();
        for (var i = facts.From(bounds.Low); i < facts.Count && facts.At[i] < bounds.High; i++)
        {
            if (facts.Until[i] > now && Match.Holds(facts, i))
            {
                state.Add(facts, i);
            }
        }
    }
}
