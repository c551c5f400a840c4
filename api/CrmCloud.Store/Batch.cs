namespace CrmCloud.Store;

public enum WriteKind
{
    /// <summary>Create (version 0) or replace the version that was read.</summary>
    Put,

    /// <summary>
    /// Replace by a tombstone that the change feed shows for 30 days. The id may be used again; versions go on.
    /// </summary>
    Delete,

    /// <summary>Remove without a trace in the feed: due rows, released claims, worker scratch.</summary>
    Purge,

    /// <summary>
    /// Hold exactly this, version included, whatever is there. For moving a tenant, never for a feature.
    /// </summary>
    Carry,
}

/// <param name="Document">Null for Delete and Purge.</param>
/// <param name="Version">
/// The version expected to be stored; 0 for "must not exist". Of Carry: the version to be held.
/// </param>
public sealed record Write(WriteKind Kind, DocumentKey Key, long Version, IDocument? Document);

/// <summary>
/// Writes that happen together or not at all. One container, one partition, at most 100 writes and 2 MB.
/// </summary>
public sealed class Batch
{
    public const int MaxWrites = 100;
    public const int MaxBytes = 2_000_000;

    /// <summary>How long the change feed shows a deletion.</summary>
    public static readonly TimeSpan TombstoneLife = TimeSpan.FromDays(30);

    private readonly List<Write> _writes = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    public IReadOnlyList<Write> Writes => _writes;

    public static Batch Of(params IEnumerable<IDocument> documents)
    {
        var batch = new Batch();
        foreach (var document in documents)
        {
            batch.Put(document);
        }

        return batch;
    }

    public Batch Put(IDocument document) => Add(new(WriteKind.Put, document.Key, document.Version, document));

    public Batch Delete(IDocument document) => Add(new(WriteKind.Delete, document.Key, document.Version, null));

    public Batch Purge(IDocument document) => Add(new(WriteKind.Purge, document.Key, document.Version, null));

    /// <summary>
    /// Makes the store hold what another one held. Nothing is compared, so nobody else may write to the tenant
    /// meanwhile.
    /// </summary>
    public Batch Carry(CarriedDocument document) =>
        Add(new(WriteKind.Carry, document.Key, document.Version, document));

    private Batch Add(Write write)
    {
        if (_writes.Count > 0 && (_writes[0].Key.Container != write.Key.Container
            || _writes[0].Key.Partition != write.Key.Partition))
        {
            throw new ArgumentException("A batch stays in one container and one partition.", nameof(write));
        }

        if (_writes.Count == MaxWrites)
        {
            throw new ArgumentException($"A batch holds at most {MaxWrites} writes.", nameof(write));
        }

        if (!Addresses.IsWellFormed(write.Key) || write.Version < 0)
        {
            throw new ArgumentException("No document can have this address or version.", nameof(write));
        }

        if (write.Kind != WriteKind.Put && write.Version == 0)
        {
            throw new ArgumentException("Only a stored document can be deleted.", nameof(write));
        }

        if (!_ids.Add(write.Key.Id))
        {
            throw new ArgumentException("A batch writes each document at most once.", nameof(write));
        }

        _writes.Add(write);
        return this;
    }
}
