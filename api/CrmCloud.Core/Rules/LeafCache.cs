namespace CrmCloud.Core.Rules;

/// <summary>
/// Working memory of evaluations: each leaf is read once per customer and instant, however many rules share it.
/// Keep one per thread; it notices by itself when facts, instant or compiler are other ones.
/// </summary>
public sealed class LeafCache
{
    private LeafTable? _table;
    private RuleFacts? _facts;
    private long _stamp;
    private long _epoch;
    private LeafState[] _states = [];
    private long[] _epochs = [];
    private (long Low, long High)[] _bounds = [];
    private long[] _boundsAt = [];

    internal long Now { get; private set; } = long.MinValue;

    internal HashSet<long> Different { get; } = [];

    internal List<LeafStep> Steps { get; } = [];

    /// <summary>How many leaves were read from facts so far, for measuring what sharing saves.</summary>
    public long LeavesRead { get; private set; }

    internal void Use(LeafTable table, in RuleSubject subject, long now)
    {
        if (table != _table || table.Count > _states.Length)
        {
            Grow(table);
        }

        if (now != Now || subject.Facts != _facts || subject.Facts.Stamp != _stamp)
        {
            (Now, _facts, _stamp) = (now, subject.Facts, subject.Facts.Stamp);
            _epoch++;
        }
    }

    internal ref readonly LeafState State(EventLeaf leaf)
    {
        ref var state = ref _states[leaf.Number];
        if (_epochs[leaf.Number] != _epoch)
        {
            LeavesRead++;
            leaf.Read(_facts!, Now, Bounds(leaf), ref state);
            _epochs[leaf.Number] = _epoch;
        }

        return ref state;
    }

    /// <summary>Instants of the events that count now; the same for every customer.</summary>
    internal (long Low, long High) Bounds(EventLeaf leaf)
    {
        if (_boundsAt[leaf.Number] != Now)
        {
            _bounds[leaf.Number] = leaf.Window.Bounds(Now);
            _boundsAt[leaf.Number] = Now;
        }

        return _bounds[leaf.Number];
    }

    private void Grow(LeafTable table)
    {
        var count = Math.Max(16, 2 * table.Count);
        _table = table;
        _states = new LeafState[count];
        _epochs = new long[count];
        _bounds = new (long, long)[count];
        _boundsAt = new long[count];
        Array.Fill(_boundsAt, long.MinValue);
        _epoch++;
    }
}

/// <summary>The leaves of all rules of one compiler: equal (event, where, window) are one leaf.</summary>
internal sealed class LeafTable
{
    private readonly Dictionary<string, EventLeaf> _leaves = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public int Count { get; private set; }

    /// <param name="key">The canonical text of event, conditions and window.</param>
    public EventLeaf Of(string key, EventMatch match, WindowSpan window)
    {
        lock (_lock)
        {
            if (!_leaves.TryGetValue(key, out var leaf))
            {
                leaf = new EventLeaf(Count++, match, window);
                _leaves.Add(key, leaf);
            }

            return leaf;
        }
    }
}
