namespace CrmCloud.Store.Sqlite;

/// <summary>The open files: as many idle ones as the bound allows, the longest unused closed first.</summary>
/// <remarks>
/// A file is closed only while nobody holds a lease on it. While one is being closed another caller may already open
/// it anew; SQLite allows that, and the closing side has nothing left to write.
/// </remarks>
internal sealed class OpenFiles(int maxIdle, Func<string, DocumentFile> open)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly LinkedList<Slot> _idle = new();
    private TaskCompletionSource? _closing;

    /// <summary>Files open now, in use or idle.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _slots.Count;
            }
        }
    }

    /// <summary>The file at a path, opened if it is not; kept open until the lease is disposed.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be opened.</exception>
    /// <exception cref="ObjectDisposedException">The store is closing.</exception>
    public Lease Acquire(string path)
    {
        var slot = Enter(path);
        try
        {
            return new(this, slot, slot.Open(open));
        }
        catch
        {
            Leave(slot);
            throw;
        }
    }

    /// <summary>Leases on every file that is open now, for housekeeping; opens none.</summary>
    public IReadOnlyList<Lease> AcquireOpen()
    {
        lock (_gate)
        {
            var open = _slots.Values.Where(slot => slot.File is not null && _closing is null);
            return [.. open.Select(slot => new Lease(this, Use(slot), slot.File!))];
        }
    }

    /// <summary>Refuses new leases, waits for those that are out, closes everything.</summary>
    public async Task CloseAsync()
    {
        TaskCompletionSource closing;
        lock (_gate)
        {
            closing = _closing ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            CompleteIfUnused();
        }

        await closing.Task;
        List<Slot> all;
        lock (_gate)
        {
            all = [.. _idle];
            _idle.Clear();
            _slots.Clear();
        }

        all.ForEach(slot => slot.File?.Dispose());
    }

    private Slot Enter(string path)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing is not null, this);
            if (!_slots.TryGetValue(path, out var slot))
            {
                _slots[path] = slot = new(path);
            }

            return Use(slot);
        }
    }

    private Slot Use(Slot slot)
    {
        if (slot.Users++ == 0 && slot.Idle.List is not null)
        {
            _idle.Remove(slot.Idle);
        }

        return slot;
    }

    private void Leave(Slot slot)
    {
        Slot? evicted = null;
        lock (_gate)
        {
            if (--slot.Users > 0)
            {
                return;
            }

            if (slot.File is null)
            {
                _slots.Remove(slot.Path);
            }
            else
            {
                _idle.AddLast(slot.Idle);
            }

            evicted = _slots.Count > maxIdle && _closing is null ? TakeOldest() : null;
            CompleteIfUnused();
        }

        // Outside the gate: closing flushes the disk, and only the one who left waits for it.
        evicted?.File?.Dispose();
    }

    private Slot? TakeOldest()
    {
        var oldest = _idle.First?.Value;
        if (oldest is not null)
        {
            _idle.RemoveFirst();
            _slots.Remove(oldest.Path);
        }

        return oldest;
    }

    private void CompleteIfUnused()
    {
        if (_closing is not null && _idle.Count == _slots.Count)
        {
            _closing.TrySetResult();
        }
    }

    /// <summary>The right to use a file until disposed.</summary>
    internal sealed class Lease(OpenFiles files, Slot slot, DocumentFile file) : IDisposable
    {
        private int _disposed;

        public DocumentFile File => file;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                files.Leave(slot);
            }
        }
    }

    internal sealed class Slot
    {
        private readonly Lock _opening = new();

        public Slot(string path)
        {
            Path = path;
            Idle = new(this);
        }

        public string Path { get; }

        public LinkedListNode<Slot> Idle { get; }

        public int Users { get; set; }

        public DocumentFile? File { get; private set; }

        // Those who want the same file wait for one opening; those who want others do not wait.
        public DocumentFile Open(Func<string, DocumentFile> open)
        {
            lock (_opening)
            {
                return File ??= open(Path);
            }
        }
    }
}
