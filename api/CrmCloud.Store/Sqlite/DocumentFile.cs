using System.Collections.Concurrent;

namespace CrmCloud.Store.Sqlite;

/// <summary>
/// One tenant's data in one mode, or the directory: an open file with its one writer and a few readers.
/// </summary>
internal sealed class DocumentFile : IDisposable
{
    private readonly string _path;
    private readonly SqliteStoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _readers;
    private readonly ConcurrentStack<FileReader> _idle = new();

    private DocumentFile(string path, SqliteStoreOptions options, TimeProvider clock, WriteQueue writes)
    {
        (_path, _options, _clock, Writes) = (path, options, clock, writes);
        _readers = new(options.ReadersPerFile);
    }

    public WriteQueue Writes { get; }

    /// <summary>Opens the file, making or migrating it first if need be.</summary>
    /// <exception cref="StoreUnavailableException">The disk refuses, or a newer program wrote the file.</exception>
    public static DocumentFile Open(
        string path,
        IEnumerable<StoreIndex> indexes,
        SqliteStoreOptions options,
        TimeProvider clock,
        WriterThreads threads)
    {
        Connection? db = null;
        try
        {
            db = Connection.Open(path, create: true);
            Schema.Configure(db, options);
            Schema.Migrate(db, indexes);
            return new(path, options, clock, new(new(db, clock), threads));
        }
        catch (SqliteFailure failure)
        {
            db?.Dispose();
            throw failure.ForCaller();
        }
        catch
        {
            db?.Dispose();
            throw;
        }
    }

    /// <summary>Reads on this thread, with a connection that nobody else uses meanwhile.</summary>
    public async Task<T> ReadAsync<T>(Func<FileReader, T> read, CancellationToken stop)
    {
        await _readers.WaitAsync(stop);
        try
        {
            var reader = _idle.TryPop(out var idle) ? idle : OpenReader();
            var result = Read(reader, read, stop);
            _idle.Push(reader);
            return result;
        }
        catch (SqliteFailure failure)
        {
            throw failure.ForCaller();
        }
        finally
        {
            _readers.Release();
        }
    }

    /// <summary>Closes the file and folds its write-ahead log back into it. Only when nobody uses it.</summary>
    public void Dispose()
    {
        while (_idle.TryPop(out var reader))
        {
            reader.Dispose();
        }

        Writes.Dispose();
        _readers.Dispose();
    }

    // A reader that failed is closed rather than kept: the next one starts afresh.
    private static T Read<T>(FileReader reader, Func<FileReader, T> read, CancellationToken stop)
    {
        try
        {
            reader.Watch(stop);
            return read(reader);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private FileReader OpenReader()
    {
        var db = Connection.Open(_path, create: false);
        try
        {
            db.Execute($"""
                PRAGMA query_only = ON;
                PRAGMA mmap_size = 0;
                PRAGMA cache_size = -{_options.ReaderCacheKilobytes};
                """);
            return new(db, _clock);
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }
}
