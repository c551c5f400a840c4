using System.Collections.Concurrent;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>Valid documents by their bytes, bounded by an estimate of the memory they take.</summary>
/// <remarks>
/// Found by hash and full comparison, without making a string. What was not used since the hand last passed goes first.
/// </remarks>
internal sealed class DocumentCache
{
    private readonly ConcurrentDictionary<byte[], CompiledDocument> _documents = new(Utf8Comparer.Instance);
    private readonly ConcurrentDictionary<byte[], CompiledDocument>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private readonly Queue<CompiledDocument> _clock = new();
    private readonly Lock _changing = new();
    private readonly long _limitBytes;
    private long _bytes;

    public DocumentCache(long limitBytes)
    {
        _limitBytes = limitBytes;
        _bySpan = _documents.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _documents.Count;

    public CompiledDocument? Find(ReadOnlySpan<byte> utf8)
    {
        if (!_bySpan.TryGetValue(utf8, out var found))
        {
            return null;
        }

        found.WasUsed = true;
        return found;
    }

    public void Add(CompiledDocument document)
    {
        lock (_changing)
        {
            if (document.EstimatedBytes > _limitBytes / 4 || !_documents.TryAdd(document.Key, document))
            {
                return;
            }

            _clock.Enqueue(document);
            _bytes += document.CountedBytes = document.EstimatedBytes;
            MakeRoom();
        }
    }

    /// <summary>
    /// Counts what a document has grown by since it was added: plans for further conditions and types.
    /// </summary>
    public void Recount(CompiledDocument document)
    {
        lock (_changing)
        {
            var estimated = document.EstimatedBytes;
            if (_documents.TryGetValue(document.Key, out var kept) && kept == document)
            {
                _bytes += estimated - document.CountedBytes;
                document.CountedBytes = estimated;
                MakeRoom();
            }
        }
    }

    private void MakeRoom()
    {
        while (_bytes > _limitBytes && _clock.TryDequeue(out var oldest))
        {
            if (oldest.WasUsed)
            {
                // A second chance: only what is used again before the hand returns keeps its place.
                oldest.WasUsed = false;
                _clock.Enqueue(oldest);
                continue;
            }

            _documents.TryRemove(oldest.Key, out _);
            _bytes -= oldest.CountedBytes;
        }
    }

    private sealed class Utf8Comparer :
        IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        // The runtime's hash is seeded per process, so nobody can prepare collisions.
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

/// <summary>A parsed and validated document with the plans made of it so far.</summary>
internal sealed class CompiledDocument(byte[] key, DocumentNode document)
{
    private const int MaximumPlans = 8;
    private const int BytesOfToken = 120;
    private const int BytesOfField = 400;

    private readonly ConcurrentDictionary<(OperationDefinitionNode, ulong), OperationPlan> _plans = new();
    private readonly IReadOnlyList<string> _conditions = ConditionSet.NamesIn(document);
    private OperationPlan? _last;

    public byte[] Key { get; } = key;

    public DocumentNode Document { get; } = document;

    /// <summary>Set by readers, cleared by the hand of the cache.</summary>
    public bool WasUsed { get; set; }

    /// <summary>What the cache has counted for the document.</summary>
    public long CountedBytes { get; set; }

    public long EstimatedBytes
    {
        get
        {
            var fields = 0L;
            foreach (var plan in _plans.Values)
            {
                fields += plan.CountedFields = plan.Compiler.FieldCount;
            }

            return Key.Length + ((long)Document.TokenCount * BytesOfToken) + (fields * BytesOfField);
        }
    }

    /// <exception cref="GraphQLRequestException">The plan would be too large.</exception>
    public OperationPlan PlanFor(
        Schema schema, OperationDefinitionNode operation, ObjectType root, VariableValues variables)
    {
        if (_conditions.Count == 0 && _last is { } last && last.Operation == operation)
        {
            return last;
        }

        var conditions = ConditionSet.For(_conditions, variables);
        if (!_plans.TryGetValue((operation, conditions.Mask), out var plan))
        {
            plan = PlanCompiler.Compile(schema, Document, operation, root, conditions);
            if (_plans.Count < MaximumPlans)
            {
                _plans.TryAdd((operation, conditions.Mask), plan);
            }
            else
            {
                plan.CountedFields = int.MaxValue;
            }
        }

        _last = plan;
        return plan;
    }
}
