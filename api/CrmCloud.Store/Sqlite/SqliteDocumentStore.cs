namespace CrmCloud.Store.Sqlite;

/// <summary>The embedded store: one file per tenant and data mode, and one for the directory.</summary>
/// <remarks>How it keeps its promises: README.md of this project.</remarks>
public sealed class SqliteDocumentStore : IDocumentStore
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(30);

    private readonly SqliteStoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly DirectoryLock _lock;
    private readonly WriterThreads _threads;
    private readonly OpenFiles _files;
    private readonly ITimer _sweeper;
    private readonly OpenFiles.Lease _directory;
    private readonly string _tenants;
    private int _disposed;

    /// <exception cref="StoreUnavailableException">
    /// Another process has the directory, it cannot be written to, or a newer program wrote it.
    /// </exception>
    public SqliteDocumentStore(SqliteStoreOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _tenants = Path.Combine(options.DataDirectory, "tenants");
        _lock = new(options.DataDirectory);
        System.IO.Directory.CreateDirectory(_tenants);
        _threads = new(Math.Clamp(2 * Environment.ProcessorCount, 4, 16));
        _files = new(options.MaxOpenFiles, OpenFile);
        Directory = new SqliteTenantStore(_files, DirectoryPath, isDirectory: true);
        _directory = OpenDirectory();
        _sweeper = clock.CreateTimer(_ => _ = SweepQuietlyAsync(), null, SweepEvery, Timeout.InfiniteTimeSpan);
    }

    public ITenantStore Directory { get; }

    /// <summary>Files open now, for metrics.</summary>
    public int OpenFileCount => _files.Count;

    private string DirectoryPath => Path.Combine(_options.DataDirectory, "directory.db");

    public ITenantStore Open(string tenant, DataMode mode)
    {
        if (!Addresses.IsTenant(tenant))
        {
            throw new ArgumentException("A tenant is 3 to 40 characters of a-z, 0-9 and '-'.", nameof(tenant));
        }

        return new SqliteTenantStore(_files, Path.Combine(_tenants, $"{tenant}.{NameOf(mode)}.db"), isDirectory: false);
    }

    public async Task CheckAsync(CancellationToken stop)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await Directory.ReadChangesAsync(Container.Directory, null, 1, stop);
    }

    /// <summary>
    /// The tenants and modes that have a file, in order of their names. A file appears at the first use.
    /// </summary>
    public IReadOnlyList<(string Tenant, DataMode Mode)> ListTenantFiles()
    {
        var found = new List<(string Tenant, DataMode Mode)>();
        foreach (var path in System.IO.Directory.EnumerateFiles(_tenants, "*.db").Order(StringComparer.Ordinal))
        {
            var parts = Path.GetFileName(path).Split('.');
            var mode = Array.FindIndex(Enum.GetValues<DataMode>(), one => parts.Length == 3 && NameOf(one) == parts[1]);
            if (mode >= 0 && Addresses.IsTenant(parts[0]))
            {
                found.Add((parts[0], Enum.GetValues<DataMode>()[mode]));
            }
        }

        return found;
    }

    /// <summary>
    /// Removes from the open files what has expired. Runs by itself 30 seconds after its last turn, and when a file
    /// closes.
    /// </summary>
    public async Task SweepAsync(CancellationToken stop)
    {
        await Task.WhenAll(_files.AcquireOpen().Select(async lease =>
        {
            using (lease)
            {
                await lease.File.Writes.SweepAsync(stop);
            }
        }));
    }

    /// <summary>Lets the calls that are under way end, closes every file and frees the directory.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _sweeper.DisposeAsync();
        _directory.Dispose();
        await _files.CloseAsync();
        _threads.Dispose();
        _lock.Dispose();
    }

    private static string NameOf(DataMode mode) => mode switch
    {
        DataMode.Live => "live",
        DataMode.Sandbox => "sandbox",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    // Open as long as the store is: every request needs it, and what is wrong with the disk shows at the start.
    private OpenFiles.Lease OpenDirectory()
    {
        try
        {
            return _files.Acquire(DirectoryPath);
        }
        catch
        {
            _threads.Dispose();
            _lock.Dispose();
            throw;
        }
    }

    private DocumentFile OpenFile(string path)
    {
        var isDirectory = path == DirectoryPath;
        var indexes = _options.Indexes.Where(index => index.Container == Container.Directory == isDirectory)
            .DistinctBy(Schema.NameOf);
        return DocumentFile.Open(path, indexes, _options, _clock, _threads);
    }

    private async Task SweepQuietlyAsync()
    {
        try
        {
            await SweepAsync(CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The disk is full or gone; callers hear of it themselves, and the next turn tries again.
        }
        finally
        {
            // Only now, so that turns never overlap.
            _sweeper.Change(SweepEvery, Timeout.InfiniteTimeSpan);
        }
    }
}
