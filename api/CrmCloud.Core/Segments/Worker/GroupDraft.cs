using System.Globalization;

namespace CrmCloud.Core.Segments;

/// <summary>One group as read, with changes being added. Not safe for several threads.</summary>
/// <param name="entries">What it holds, in the order of the customers; taken over.</param>
internal sealed class GroupDraft(MemberGroup document, List<MemberEntry> entries)
{
    private readonly List<MemberEntry> _entries = entries;

    // The entries' places, side by side: a pass searches for everybody, and entries are far apart in memory.
    private readonly List<uint> _places = [.. entries.Select(entry => entry.Customer.Place)];

    private MemberGroup? _planned;

    public MemberGroup Document { get; private set; } = document;

    public IReadOnlyList<MemberEntry> Entries => _entries;

    public List<Move> Moves { get; } = [];

    /// <summary>It is to be saved: somebody's entry differs, or the document was torn.</summary>
    public bool IsChanged { get; set; }

    /// <summary>An upper bound of what the group and its moves add to a batch.</summary>
    public int EstimatedBytes
    {
        get
        {
            var bytes = _entries.Sum(entry => 30 + (14 * entry.Memberships.Length)) + (Moves.Count * 34);
            return 800 + (bytes * 4 / 3) + (Moves.Count == 0 ? 0 : MemberLog.FullBytes * 4 / 3);
        }
    }

    public MemberEntry Find(CustomerNumber customer)
    {
        var at = Search(customer);
        return at < 0 ? new MemberEntry(customer, 0, []) : _entries[at];
    }

    public void Put(MemberEntry entry, IReadOnlyList<Move> moves)
    {
        var at = Search(entry.Customer);
        if (at >= 0 && entry.IsEmpty)
        {
            _entries.RemoveAt(at);
            _places.RemoveAt(at);
        }
        else if (at >= 0)
        {
            _entries[at] = entry;
        }
        else if (!entry.IsEmpty)
        {
            _entries.Insert(~at, entry);
            _places.Insert(~at, entry.Customer.Place);
        }

        Moves.AddRange(moves);
        IsChanged |= at >= 0 || !entry.IsEmpty || moves.Count > 0;
    }

    /// <summary>The log to which moves of this moment go, if there is one already.</summary>
    public string? LogPart(DateTimeOffset now) =>
        Document.Log is { } part && part.StartsWith(MemberLog.MonthOf(now), StringComparison.Ordinal) ? part : null;

    /// <summary>The log with the moves; the group will name it.</summary>
    /// <param name="log">The one that <see cref="LogPart"/> names; null where there is none.</param>
    /// <param name="tick">Version that the ledger will have.</param>
    public MemberLog AppendTo(MemberLog? log, long tick, DateTimeOffset now)
    {
        if (log is null || log.Packed.Length >= MemberLog.FullBytes)
        {
            log = new MemberLog { Bucket = Document.Bucket, Group = Document.Name, Part = NextPart(now) };
        }

        _planned = Document with { Log = log.Part };
        return log with { Packed = MemberPack.Append(log.Packed, Moves, tick) };
    }

    /// <summary>The document as it is to be saved.</summary>
    public MemberGroup Packed()
    {
        var due = _entries.Where(entry => entry.Due != 0).Select(entry => entry.Due);
        return _planned = (_planned ?? Document) with
        {
            Packed = MemberPack.Encode(_entries),
            NextDueAt = Math.Min(MemberGroup.Never, due.DefaultIfEmpty(MemberGroup.Never).Min()),
        };
    }

    /// <summary>It was saved as planned.</summary>
    public void Saved()
    {
        Document = _planned! with { Version = _planned.Version + 1 };
        _planned = null;
        Moves.Clear();
        IsChanged = false;
    }

    // The position of a customer, or the complement of where he belongs.
    private int Search(CustomerNumber customer)
    {
        var at = _places.BinarySearch(customer.Place);
        if (at < 0)
        {
            return at;
        }

        // Of several with one place any may have been found.
        while (at > 0 && _places[at - 1] == customer.Place)
        {
            at--;
        }

        for (; at < _entries.Count; at++)
        {
            var order = _entries[at].Customer.CompareTo(customer);
            if (order >= 0)
            {
                return order == 0 ? at : ~at;
            }
        }

        return ~at;
    }

    private string NextPart(DateTimeOffset now)
    {
        var number = LogPart(now) is { } part ? int.Parse(part[7..], CultureInfo.InvariantCulture) + 1 : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{MemberLog.MonthOf(now)}-{number:d3}");
    }
}
