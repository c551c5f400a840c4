namespace CrmCloud.GraphQL.Http;

/// <summary>Which documents a request may name instead of sending them.</summary>
public sealed record PersistedOptions
{
    public static PersistedOptions Default { get; } = new();

    /// <summary>
    /// Automatic persisted queries: a document sent once with its hash is found by the hash alone later. Default yes.
    /// </summary>
    public bool Automatic { get; init; } = true;

    /// <summary>Bytes of documents kept by hash; the longest unused go first. Default 16,777,216 (16 MB).</summary>
    public long CachedBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Folder of files <c>{documentId}.graphql</c>, read and validated at start. A document is also found as
    /// <c>sha256:{hash}</c>. Null for none.
    /// </summary>
    public string? TrustedFolder { get; init; }

    /// <summary>Whether only documents of <see cref="TrustedFolder"/> are executed. Default no.</summary>
    public bool TrustedOnly { get; init; }
}
