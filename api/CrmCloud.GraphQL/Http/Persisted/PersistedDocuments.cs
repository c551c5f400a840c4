using System.Security.Cryptography;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Http;

/// <summary>Finds the document of a request that names one, and keeps those that callers announce by hash.</summary>
internal sealed class PersistedDocuments
{
    private readonly PersistedOptions _options;
    private readonly HashedDocuments _announced;
    private readonly TrustedDocuments _trusted;

    /// <exception cref="Types.SchemaException">A trusted document is not valid.</exception>
    public PersistedDocuments(Executor executor, PersistedOptions options)
    {
        _options = options;
        _announced = new HashedDocuments(options.CachedBytes);
        _trusted = TrustedDocuments.Read(executor, options.TrustedFolder);
    }

    /// <returns>The document, and its hash when it is to be kept once it has been found valid.</returns>
    /// <exception cref="GraphQLRequestException">There is no such document, or it may not be executed.</exception>
    public (ReadOnlyMemory<byte> Document, string? KeepAs) Find(RequestParameters parameters)
    {
        if (parameters.DocumentId is { } id)
        {
            return parameters.Query.IsEmpty
                ? (Known(id), null)
                : throw new GraphQLRequestException(
                    "BAD_REQUEST", "A request has a \"query\" or a \"documentId\", not both.");
        }

        if (parameters.DocumentHash is { } hash)
        {
            return ByHash(parameters.Query, hash);
        }

        return !_options.TrustedOnly || _trusted.Contains(parameters.Query)
            ? (parameters.Query, null)
            : throw NotTrusted();
    }

    public void Keep(string hash, ReadOnlyMemory<byte> document) => _announced.Add(hash, document);

    private ReadOnlyMemory<byte> Known(string id)
    {
        var isHash = id.StartsWith("sha256:", StringComparison.Ordinal);
        return _trusted.Find(id) ?? (isHash && !_options.TrustedOnly ? _announced.Find(id["sha256:".Length..]) : null)
            ?? throw new GraphQLRequestException("PERSISTED_DOCUMENT_NOT_FOUND", "No document has this documentId.");
    }

    private (ReadOnlyMemory<byte> Document, string? KeepAs) ByHash(ReadOnlyMemory<byte> query, string hash)
    {
        if (_trusted.Find("sha256:" + hash) is { } trusted)
        {
            return query.IsEmpty || query.Span.SequenceEqual(trusted.Span) ? (trusted, null) : throw NotOfHash();
        }

        if (_options.TrustedOnly)
        {
            throw NotTrusted();
        }

        if (!_options.Automatic)
        {
            throw new GraphQLRequestException("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
        }

        if (query.IsEmpty)
        {
            // The message is the protocol: a client that reads it sends the document with its hash.
            return (_announced.Find(hash) ?? throw new GraphQLRequestException(
                "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"), null);
        }

        return HashedDocuments.HashOf(query.Span) == hash
            ? (query, hash)
            : throw NotOfHash();
    }

    private static GraphQLRequestException NotOfHash() => new("BAD_REQUEST", "provided sha does not match query");

    private static GraphQLRequestException NotTrusted() =>
        new("DOCUMENT_NOT_TRUSTED", "Only documents known to the server are executed here.");
}

/// <summary>Documents by their SHA-256, bounded by bytes. One that another caller sent is the same document.</summary>
internal sealed class HashedDocuments(long limitBytes)
{
    // What a document takes beside its bytes: hash, node, dictionary entry.
    private const int OverheadBytes = 300;

    private readonly Lock _changing = new();
    private readonly Dictionary<string, LinkedListNode<(string Hash, byte[] Document)>> _byHash =
        new(StringComparer.Ordinal);

    private readonly LinkedList<(string Hash, byte[] Document)> _recent = new();
    private long _bytes;

    public long Bytes
    {
        get
        {
            lock (_changing)
            {
                return _bytes;
            }
        }
    }

    public static string HashOf(ReadOnlySpan<byte> document) => Convert.ToHexStringLower(SHA256.HashData(document));

    public ReadOnlyMemory<byte>? Find(string hash)
    {
        lock (_changing)
        {
            if (!_byHash.TryGetValue(hash, out var found))
            {
                return null;
            }

            _recent.Remove(found);
            _recent.AddFirst(found);
            return found.Value.Document;
        }
    }

    public void Add(string hash, ReadOnlyMemory<byte> document)
    {
        if (document.Length + OverheadBytes > limitBytes)
        {
            return;
        }

        lock (_changing)
        {
            if (_byHash.ContainsKey(hash))
            {
                return;
            }

            _byHash[hash] = _recent.AddFirst((hash, document.ToArray()));
            _bytes += document.Length + OverheadBytes;
            while (_bytes > limitBytes && _recent.Last is { } oldest)
            {
                _recent.RemoveLast();
                _byHash.Remove(oldest.Value.Hash);
                _bytes -= oldest.Value.Document.Length + OverheadBytes;
            }
        }
    }
}
