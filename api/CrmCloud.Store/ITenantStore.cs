namespace CrmCloud.Store;

/// <summary>
/// All documents of one tenant in one data mode. No method takes a tenant, so another tenant is out of reach.
/// Safe for concurrent use. Reads see every write acknowledged to this process before they began, and with
/// <see cref="CatchUpAsync"/> those of other processes.
/// </summary>
public interface ITenantStore
{
    Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop) where T : class, IDocument;

    /// <summary>
    /// The documents that exist, in no particular order. At most 1,000 keys; one round trip where the store can.
    /// </summary>
    Task<IReadOnlyList<T>> FindManyAsync<T>(IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
        where T : class, IDocument;

    Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop) where T : class, IDocument;

    /// <summary>Writes everything or nothing.</summary>
    /// <remarks>
    /// When the task completes the write is on disk: a kill -9 or a power cut a millisecond later loses nothing.
    /// Several batches saved at once may share one disk flush; each still stands or falls alone.
    /// </remarks>
    /// <exception cref="VersionConflictException">
    /// A document is not at the version that was read; read it again.
    /// </exception>
    /// <exception cref="StoreUnavailableException">
    /// Nothing was written, try again later; or, over a network, that could not be found out, and the message says so.
    /// </exception>
    Task SaveAsync(Batch batch, CancellationToken stop);

    /// <summary>
    /// What changed in a container since a continuation: the latest version of each changed document, at least once,
    /// in order within a partition. Intermediate versions may be skipped; deletions show for 30 days.
    /// </summary>
    /// <param name="since">
    /// Null for the beginning; else <see cref="ChangePage.Next"/> of an earlier call. Opaque.
    /// </param>
    /// <param name="take">
    /// 1 to 1,000. Documents of one batch may come together, beyond it, where the store cannot cut.
    /// </param>
    Task<ChangePage> ReadChangesAsync(Container container, string? since, int take, CancellationToken stop);

    /// <summary>
    /// A handle for one request, which notes how new what it reads and writes is; the same one where every process sees
    /// each write at once.
    /// </summary>
    ITenantStore Noting() => this;

    /// <summary>
    /// What a noting handle has seen, for <see cref="CatchUpAsync"/> in another process; else null. Opaque.
    /// </summary>
    string? Seen => null;

    /// <summary>
    /// Completes when reads of this process find what another process had seen of this tenant and mode.
    /// </summary>
    /// <param name="seen">A <see cref="Seen"/> from there; not to be taken from strangers unsigned.</param>
    /// <exception cref="StoreUnavailableException">It did not come to that in time.</exception>
    Task CatchUpAsync(string seen, CancellationToken stop) => Task.CompletedTask;
}

/// <param name="Next">Where to continue; to be kept even when the page is empty.</param>
public sealed record ChangePage(IReadOnlyList<Change> Changes, string Next, bool CaughtUp);

/// <param name="Body">The document as UTF-8 JSON; empty when deleted.</param>
public sealed record Change(DocumentKey Key, long Version, bool Deleted, ReadOnlyMemory<byte> Body)
{
    /// <summary>When it will be gone by itself, where the store's clock says so; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public T Read<T>() where T : class, IDocument => DocumentJson.Read<T>(Body.Span);
}

/// <summary>Every tenant's documents, and the directory of tenants.</summary>
public interface IDocumentStore : IAsyncDisposable
{
    /// <summary>A handle bound to one tenant and mode. Cheap; holds no file open by itself.</summary>
    /// <param name="tenant">3 to 40 characters of a-z, 0-9 and '-'.</param>
    ITenantStore Open(string tenant, DataMode mode);

    /// <summary>Tenants, keys (hashed), and what else stands above tenants. Only Container.Directory.</summary>
    ITenantStore Directory { get; }

    /// <summary>Throws <see cref="StoreUnavailableException"/> when the store cannot serve; used by /readyz.</summary>
    Task CheckAsync(CancellationToken stop);
}

/// <summary>Live data, or the isolated sandbox in which pilots run with invented data. The two never meet.</summary>
public enum DataMode
{
    Sandbox,
    Live,
}

/// <summary>
/// Members by which the store must be able to find and sort one kind of document. Declared once per feature. Several
/// paths serve a query that names the first ones with Equal and sorts by the last.
/// </summary>
/// <remarks>Cosmos DB indexes every path by itself; SQLite makes one index for each of these.</remarks>
public sealed record StoreIndex(Container Container, string Kind, params IReadOnlyList<string> Paths);
