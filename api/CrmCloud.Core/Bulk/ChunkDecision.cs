using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>What became of one record.</summary>
public enum RecordOutcome
{
    Created,
    Updated,
    Unchanged,
    Rejected,
    Skipped,
}

/// <summary>
/// What a chunk of records does to the store: gathered record by record, each seeing what those before it did, then
/// written as a whole by <see cref="ChunkWriter"/>.
/// </summary>
public sealed class ChunkDecision(RecordChunk chunk)
{
    private readonly Dictionary<DocumentKey, IDocument> _puts = [];
    private readonly Dictionary<DocumentKey, IDocument> _deletes = [];
    private readonly Dictionary<DocumentKey, Claim> _claims = [];

    public RecordChunk Chunk { get; } = chunk;

    public RecordOutcome[] Outcomes { get; } = new RecordOutcome[chunk.Records.Count];

    /// <summary>By record; empty where it was not rejected.</summary>
    public IReadOnlyList<RowError>[] Errors { get; } = [.. chunk.Records.Select(r => r.Errors)];

    /// <summary>By record; null where it was not passed over.</summary>
    public string?[] SkipReasons { get; } = [.. chunk.Records.Select(r => r.SkipReason)];

    /// <summary>What the record is about, for a check without writing; null where it was not decided.</summary>
    public string?[] Names { get; } = new string?[chunk.Records.Count];

    /// <summary>Records refused only because somebody else is just writing what they are about.</summary>
    public int Busy { get; private set; }

    /// <summary>Names of customers made because a record names them.</summary>
    public List<string> NewCustomers { get; } = [];

    public IEnumerable<(DocumentKey Key, IDocument Document)> Puts => _puts.Select(p => (p.Key, p.Value));

    public IReadOnlyCollection<IDocument> Deletes => _deletes.Values;

    public IEnumerable<(DocumentKey Key, IDocument Document)> Claims =>
        _claims.Select(c => (c.Key, (IDocument)c.Value));

    public List<Claim> Releases { get; } = [];

    /// <summary>Indexes of the records that still have to be decided, after settling all others.</summary>
    public List<int> Settle()
    {
        var open = new List<int>(Chunk.Records.Count);
        for (var i = 0; i < Chunk.Records.Count; i++)
        {
            if (Chunk.Records[i].Input is not null)
            {
                open.Add(i);
            }
            else
            {
                Outcomes[i] = SkipReasons[i] is null ? RecordOutcome.Rejected : RecordOutcome.Skipped;
            }
        }

        return open;
    }

    public void Reject(int index, IReadOnlyList<Problem> problems)
    {
        Outcomes[index] = RecordOutcome.Rejected;
        Busy += problems.Any(p => p.Code == UserErrorCode.TryAgain) ? 1 : 0;
        Errors[index] = [.. problems.Select(p => Chunk.Mapping!.ErrorOf(Chunk.Records[index].Rows, p)).Distinct()];
    }

    public void Skip(int index, string reason) =>
        (Outcomes[index], SkipReasons[index]) = (RecordOutcome.Skipped, reason);

    public void Take(IEnumerable<Claim> claims)
    {
        foreach (var claim in claims)
        {
            _claims[claim.Key] = claim;
        }
    }

    /// <summary>The last state of a document wins; it keeps the version that was read.</summary>
    public void Put(IDocument document) => _puts[document.Key] = document;

    /// <summary>The stored document that a delete of this chunk is about to remove, taken out of it; or null.</summary>
    public IDocument? Undelete(DocumentKey key) => _deletes.Remove(key, out var document) ? document : null;

    /// <summary>Takes a document away: one not yet stored is simply not written.</summary>
    public void Remove(IDocument document)
    {
        _puts.Remove(document.Key);
        if (document.Version > 0)
        {
            _deletes[document.Key] = document;
        }
    }
}
