namespace CrmCloud.Core.Kpis;

/// <summary>Finds, within one customer, the fact that a refund or a cancellation names.</summary>
internal sealed class LinkTargets
{
    private readonly List<long> _ids = [];
    private readonly List<long> _named = [];
    private readonly Dictionary<long, int> _index = [];

    public bool Any { get; private set; }

    public void Clear()
    {
        _ids.Clear();
        _named.Clear();
        Any = false;
    }

    public void Add(long id, long named)
    {
        _ids.Add(id);
        _named.Add(named);
        Any |= named != 0;
    }

    /// <param name="targets">For every fact in the order of adding: the position of the named fact, or -1.</param>
    public void Resolve(Span<int> targets)
    {
        _index.Clear();
        for (var i = 0; i < _ids.Count; i++)
        {
            _index[_ids[i]] = i;
        }

        for (var i = 0; i < _named.Count; i++)
        {
            targets[i] = _named[i] != 0 && _index.TryGetValue(_named[i], out var position) ? position : -1;
        }
    }
}
