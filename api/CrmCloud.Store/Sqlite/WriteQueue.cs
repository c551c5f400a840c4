using System.Collections.Concurrent;

namespace CrmCloud.Store.Sqlite;

/// <summary>
/// What waits to be written to one file. Everything that waits while the disk flushes goes into the next flush.
/// </summary>
internal sealed class WriteQueue(BatchWriter writer, WriterThreads threads) : IDisposable
{
    /// <summary>
    /// Batches of one file that may wait; further callers wait at the door, before their JSON is made.
    /// </summary>
    public const int MaxWaitingBatches = 1_024;

    /// <summary>
    /// Bytes of one file that may wait; beyond it writes are refused, for memory must not grow without bound.
    /// </summary>
    public const long MaxWaitingBytes = 64_000_000;

    // One transaction: large enough to share a flush among many, small enough that the first in it need not wait long.
    private const int MaxRoundBatches = 256;
    private const long MaxRoundBytes = 8_000_000;

    private readonly SemaphoreSlim _room = new(MaxWaitingBatches);
    private readonly ConcurrentQueue<PendingBatch> _waiting = new();
    private readonly Lock _writing = new();
    private long _waitingBytes;
    private int _scheduled;
    private bool _closed;

    /// <returns>A task that ends once the batch is in the queue, with the task that ends once it is on disk.</returns>
    public async Task<Task> EnqueueAsync(Batch batch, CancellationToken stop)
    {
        await _room.WaitAsync(stop);
        try
        {
            return Enqueue(PendingBatch.Of(batch, stop));
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    /// <summary>Removes what has expired, in steps, between the writes of callers.</summary>
    public async Task SweepAsync(CancellationToken stop)
    {
        PendingBatch step;
        do
        {
            await _room.WaitAsync(stop);
            step = PendingBatch.Sweep(stop);
            await Enqueue(step);
        }
        while (step.MoreToSweep);
    }

    /// <summary>
    /// Writes one transaction's worth of what waits. Called by a writer thread; never by two at once.
    /// </summary>
    public void WriteRound()
    {
        var round = new List<PendingBatch>();
        lock (_writing)
        {
            if (_closed)
            {
                return;
            }

            TakeRound(round);
            Write(round);
        }

        Volatile.Write(ref _scheduled, 0);
        Complete(round);
        if (!_waiting.IsEmpty)
        {
            Schedule();
        }
    }

    /// <summary>Closes the file. Nobody waits in the queue: the cache of open files closes only idle ones.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            _closed = true;
            writer.Sweep(PendingBatch.Sweep(CancellationToken.None));
            writer.Dispose();
        }

        _room.Dispose();
    }

    private Task Enqueue(PendingBatch batch)
    {
        if (Interlocked.Add(ref _waitingBytes, batch.SizeBytes) > MaxWaitingBytes)
        {
            Interlocked.Add(ref _waitingBytes, -batch.SizeBytes);
            throw new StoreUnavailableException("Too much is waiting to be written; nothing was written.");
        }

        _waiting.Enqueue(batch);
        Schedule();
        return batch.Done;
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            threads.Post(this);
        }
    }

    private void TakeRound(List<PendingBatch> round)
    {
        var bytes = 0L;
        while (round.Count < MaxRoundBatches && bytes < MaxRoundBytes && _waiting.TryDequeue(out var batch))
        {
            round.Add(batch);
            bytes += batch.SizeBytes;
        }
    }

    private void Write(List<PendingBatch> round)
    {
        var writes = round.FindAll(batch => !batch.IsSweep);
        if (writes.Count > 0)
        {
            writer.Write(writes);
        }

        foreach (var sweep in round.FindAll(batch => batch.IsSweep))
        {
            writer.Sweep(sweep);
        }
    }

    private void Complete(List<PendingBatch> round)
    {
        foreach (var batch in round)
        {
            Interlocked.Add(ref _waitingBytes, -batch.SizeBytes);
            _room.Release();
            batch.Complete();
        }
    }
}
