using System.Collections.Concurrent;

namespace CrmCloud.Store.Sqlite;

/// <summary>
/// The threads that wait for the disk, so that no request's thread has to. They serve all files in turn.
/// </summary>
/// <remarks>
/// A file gets one transaction and goes to the end of the line: one tenant's flood delays others by one each.
/// </remarks>
internal sealed class WriterThreads : IDisposable
{
    private readonly BlockingCollection<WriteQueue> _line = [];
    private readonly Thread[] _threads;

    /// <param name="count">More than cores: most of their time they wait for a flush.</param>
    public WriterThreads(int count)
    {
        _threads = [.. Enumerable.Range(1, count).Select(number => new Thread(Serve)
        {
            IsBackground = true,
            Name = $"store writer {number}",
        })];

        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    public void Post(WriteQueue file) => _line.Add(file);

    /// <summary>Ends once everything posted has been written.</summary>
    public void Dispose()
    {
        _line.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _line.Dispose();
    }

    private void Serve()
    {
        foreach (var file in _line.GetConsumingEnumerable())
        {
            file.WriteRound();
        }
    }
}
