namespace CrmCloud.Core.Kpis;

/// <summary>All facts of one customer in the order (at, id), removed ones included as markers.</summary>
/// <remarks>Not safe for several threads. Repeats and reordering of changes end in the same history.</remarks>
public sealed class CustomerHistory
{
    // Below this many facts a scan is faster than keeping an index.
    private const int ScanLimit = 64;

    private readonly List<Fact> _facts;
    private Dictionary<long, long>? _atOfId;

    public CustomerHistory()
        : this([])
    {
    }

    internal CustomerHistory(List<Fact> facts)
    {
        _facts = facts;
    }

    public IReadOnlyList<Fact> Facts => _facts;

    internal List<Fact> List => _facts;

    /// <summary>Puts a fact in place of what was known under its id.</summary>
    /// <returns>False when an equal or newer version is already here: nothing changed.</returns>
    public bool Replace(in Fact fact)
    {
        ArgumentOutOfRangeException.ThrowIfZero(fact.Id);
        var known = Find(fact.Id);
        if (known >= 0)
        {
            if (_facts[known].Version >= fact.Version)
            {
                return false;
            }

            _facts.RemoveAt(known);
        }

        _facts.Insert(~Search(fact.At, fact.Id), fact);
        _atOfId?[fact.Id] = fact.At;
        return true;
    }

    /// <summary>
    /// Removes a fact; unknown ones are remembered too, so that an older repeat cannot bring them in.
    /// </summary>
    /// <returns>False when an equal or newer version is already here: nothing changed.</returns>
    public bool Remove(long id, long version)
    {
        var known = Find(id);
        return Replace(new Fact(id, version, FactKind.Removed, known < 0 ? 0 : _facts[known].At));
    }

    /// <summary>Packs the history into chunks of at most <see cref="PackedHistory.ChunkBytes"/> each.</summary>
    /// <remarks>Appending a fact rewrites only the last chunk: compare the bytes and save what differs.</remarks>
    public IReadOnlyList<byte[]> Encode() => PackedHistory.Encode(_facts);

    /// <exception cref="InvalidDataException">A chunk is torn or of an unknown format.</exception>
    public static CustomerHistory Decode(IEnumerable<byte[]> chunks)
    {
        var facts = new List<Fact>();
        foreach (var chunk in chunks)
        {
            PackedHistory.Read(chunk, facts);
        }

        return new CustomerHistory(facts);
    }

    private int Find(long id)
    {
        if (_facts.Count > ScanLimit)
        {
            _atOfId ??= _facts.ToDictionary(f => f.Id, f => f.At);
            return _atOfId.TryGetValue(id, out var at) ? Search(at, id) : -1;
        }

        for (var i = 0; i < _facts.Count; i++)
        {
            if (_facts[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    // The position of (at, id), or the complement of where it belongs.
    private int Search(long at, long id)
    {
        var (low, high) = (0, _facts.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var fact = _facts[middle];
            if (fact.At == at && fact.Id == id)
            {
                return middle;
            }

            if (fact.At < at || (fact.At == at && fact.Id < id))
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }
}
