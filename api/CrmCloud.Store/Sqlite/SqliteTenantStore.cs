namespace CrmCloud.Store.Sqlite;

/// <summary>
/// A handle on one file. It knows its path and nothing of other tenants; the file is opened when it is used.
/// </summary>
internal sealed class SqliteTenantStore(OpenFiles files, string path, bool isDirectory) : ITenantStore
{
    private const int MaxKeys = 1_000;
    private const int MaxChanges = 1_000;

    public async Task<T?> FindAsync<T>(DocumentKey key, CancellationToken stop) where T : class, IDocument
    {
        Check(key.Container);
        return Addresses.IsWellFormed(key) ? await ReadAsync(reader => reader.Find<T>(key), stop) : null;
    }

    public async Task<IReadOnlyList<T>> FindManyAsync<T>(IReadOnlyCollection<DocumentKey> keys, CancellationToken stop)
        where T : class, IDocument
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Count, MaxKeys, nameof(keys));
        var wanted = new HashSet<DocumentKey>(keys.Count);
        foreach (var key in keys)
        {
            Check(key.Container);
            if (Addresses.IsWellFormed(key))
            {
                wanted.Add(key);
            }
        }

        return wanted.Count == 0 ? [] : await ReadAsync(reader => reader.FindMany<T>(wanted), stop);
    }

    public Task<Page<T>> QueryAsync<T>(Query query, CancellationToken stop) where T : class, IDocument
    {
        Check(query.Container);
        return ReadAsync(reader => reader.Query<T>(query), stop);
    }

    public async Task SaveAsync(Batch batch, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (batch.Writes.Count == 0)
        {
            return;
        }

        Check(batch.Writes[0].Key.Container);
        var lease = files.Acquire(path);
        var written = Task.CompletedTask;
        try
        {
            written = await lease.File.Writes.EnqueueAsync(batch, stop);
        }
        finally
        {
            // The file stays open until the writer is done, even if the caller stops waiting before.
            Release(lease, written);
        }

        await written.WaitAsync(stop);
    }

    public Task<ChangePage> ReadChangesAsync(Container container, string? since, int take, CancellationToken stop)
    {
        Check(container);
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, MaxChanges);
        return ReadAsync(reader => reader.Changes(container, since, take), stop);
    }

    private static void Release(OpenFiles.Lease lease, Task written)
    {
        if (written.IsCompleted)
        {
            lease.Dispose();
        }
        else
        {
            _ = written.ContinueWith(
                static (_, held) => ((OpenFiles.Lease)held!).Dispose(), lease, TaskScheduler.Default);
        }
    }

    private async Task<T> ReadAsync<T>(Func<FileReader, T> read, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        using var lease = files.Acquire(path);
        return await lease.File.ReadAsync(read, stop);
    }

    private void Check(Container container)
    {
        if (container == Container.Directory != isDirectory)
        {
            throw new ArgumentException($"Container {container} is not in this store.", nameof(container));
        }
    }
}
