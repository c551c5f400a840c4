namespace CrmCloud.Store.Sqlite;

/// <param name="Body">JSON at the version after this write; null for Delete and Purge.</param>
/// <param name="LifeMilliseconds">How long the result lives; null for ever.</param>
internal readonly record struct PendingWrite(
    WriteKind Kind, DocumentKey Key, long Version, byte[]? Body, long? LifeMilliseconds)
{
    /// <summary>Whether what is there must be at <see cref="Version"/>.</summary>
    public bool IsGuarded => Kind != WriteKind.Carry;

    /// <summary>The version after this write.</summary>
    /// <param name="before">Of what is there, tombstones included; 0 for nothing.</param>
    public long VersionOver(long before) => IsGuarded ? before + 1 : Version;

    /// <summary>
    /// The JSON at a version; another than expected only over a tombstone. Leaves <see cref="Body"/> alone.
    /// </summary>
    public byte[] BodyAt(long version) =>
        !IsGuarded || version == Version + 1 ? Body! : DocumentJson.WithVersion([.. Body!], version);
}

/// <summary>
/// A batch on its way to the disk: already JSON, so that the single writer does nothing that callers can do.
/// </summary>
internal sealed class PendingBatch
{
    // Continuations must not run on a writer's thread: they are the callers' code.
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PendingBatch(PendingWrite[] writes, int sizeBytes, CancellationToken stop)
    {
        Writes = writes;
        SizeBytes = sizeBytes;
        Stop = stop;
    }

    public IReadOnlyList<PendingWrite> Writes { get; }

    public int SizeBytes { get; }

    public CancellationToken Stop { get; }

    /// <summary>Set by the writer; null once the batch is on disk.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether this is no batch but a turn of the sweeper's.</summary>
    public bool IsSweep => Writes.Count == 0;

    /// <summary>Set by the writer: another turn is needed.</summary>
    public bool MoreToSweep { get; set; }

    public Task Done => _done.Task;

    /// <exception cref="ArgumentException">
    /// More than 2 MB, or an address no document can have: a bug in the caller.
    /// </exception>
    public static PendingBatch Of(Batch batch, CancellationToken stop)
    {
        var writes = new PendingWrite[batch.Writes.Count];
        var sizeBytes = 0;
        for (var at = 0; at < writes.Length; at++)
        {
            writes[at] = Serialize(batch.Writes[at]);
            sizeBytes += writes[at].Body?.Length ?? 0;
        }

        return sizeBytes <= Batch.MaxBytes
            ? new(writes, sizeBytes, stop)
            : throw new ArgumentException(
                $"A batch holds at most {Batch.MaxBytes} bytes; this one has {sizeBytes}.", nameof(batch));
    }

    public static PendingBatch Sweep(CancellationToken stop) => new([], 0, stop);

    public void Complete()
    {
        if (Failure is null)
        {
            _done.SetResult();
        }
        else
        {
            _done.SetException(Failure);
        }
    }

    private static PendingWrite Serialize(Write write)
    {
        var life = write.Kind == WriteKind.Delete ? Batch.TombstoneLife : write.Document?.TimeToLive;
        var lifeMilliseconds = life is { } known ? Milliseconds(known) : (long?)null;
        if (write.Document is not { } document)
        {
            return new(write.Kind, write.Key, write.Version, null, lifeMilliseconds);
        }

        if (document is CarriedDocument carried)
        {
            var held = carried.Body.IsEmpty ? null : carried.Body.ToArray();
            return new(write.Kind, write.Key, write.Version, held, lifeMilliseconds);
        }

        var body = DocumentJson.WithVersion(DocumentJson.Write(document), write.Version + 1);
        return new(write.Kind, write.Key, write.Version, body, lifeMilliseconds);
    }

    private static long Milliseconds(TimeSpan life) => life >= TimeSpan.FromSeconds(1)
        ? (long)Math.Floor(life.TotalSeconds) * 1_000
        : throw new ArgumentException("A document lives at least one second.", nameof(life));
}
