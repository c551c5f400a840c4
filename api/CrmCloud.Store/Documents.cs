namespace CrmCloud.Store;

/// <summary>
/// Where a document lives. What each container holds and who may write it: README.md of this project.
/// </summary>
public enum Container
{
    /// <summary>Configuration and customers, consents, claims, reservations, audit.</summary>
    Master,

    /// <summary>Interactions, transactions, measurements: facts, kept apart from master data.</summary>
    Interactions,

    /// <summary>What workers write: profiles, packed histories, totals, memberships, due rows, job runs.</summary>
    Figures,

    /// <summary>Tenants and hashed keys; only in the directory, never in a tenant's own store.</summary>
    Directory,

    /// <summary>Changes that could not be processed, with the reason.</summary>
    DeadLetters,
}

/// <summary>The address of a document inside one tenant's store.</summary>
/// <param name="Partition">
/// Empty for tenant-wide documents, a bucket number for what belongs to a customer, <c>i{n}</c> for claims.
/// Relative: the store is already bound to the tenant and mode. At most 40 characters.
/// </param>
/// <param name="Id"><c>{kind}/{rest}</c>, 3 to 500 characters; the kind is what queries name. No '\', '?', '#'.</param>
public readonly record struct DocumentKey(Container Container, string Partition, string Id)
{
    /// <summary>The part of the id before its first '/'.</summary>
    public string Kind => Id[..Id.IndexOf('/', StringComparison.Ordinal)];
}

/// <summary>
/// Something that can be saved. Implementations are immutable records; the store writes them as JSON (camelCase,
/// enums as their names) without <see cref="Key"/>, which it keeps itself.
/// </summary>
public interface IDocument
{
    [System.Text.Json.Serialization.JsonIgnore]
    DocumentKey Key { get; }

    /// <summary>Counts the saves of this object; name the one you read in `ifVersion`.</summary>
    /// <remarks>
    /// Our own number, the same in every store. 0: never saved, and saving means "must not exist yet". Otherwise the
    /// version that was read, and saving means "must still be that one". The stored document then has this number plus
    /// one.
    /// </remarks>
    long Version { get; }

    /// <summary>How long after its last write the document lives; null for ever. Whole seconds.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    TimeSpan? TimeToLive => null;
}

/// <summary>
/// What another store held at an address, to be held here unchanged; see <see cref="Batch.Carry"/>.
/// </summary>
/// <param name="Version">At least 1; of the document or of its tombstone.</param>
/// <param name="Body">The document as UTF-8 JSON with that version in it; empty for a tombstone.</param>
/// <param name="TimeToLive">What is left of its life; null for ever. At least a second.</param>
public sealed record CarriedDocument(DocumentKey Key, long Version, ReadOnlyMemory<byte> Body, TimeSpan? TimeToLive)
    : IDocument;

/// <summary>A document changed, appeared or vanished since it was read; nothing of the batch was written.</summary>
public sealed class VersionConflictException(DocumentKey key)
    : Exception($"Document {key.Container}/{key.Id} is not at the expected version.")
{
    public DocumentKey Key { get; } = key;
}

/// <summary>
/// The store cannot write now (disk full, throttled beyond the budget). Reads may go on; try again later.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
