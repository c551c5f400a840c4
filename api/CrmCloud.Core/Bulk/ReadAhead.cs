using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CrmCloud.Core.Bulk;

/// <summary>The chunks of a file, read by one more than is asked for.</summary>
public static class ReadAhead
{
    /// <summary>Reads ahead by a chunk on another thread, while the one before is decided and written.</summary>
    public static async IAsyncEnumerable<RecordChunk> ReadAsync(
        RecordReader reader, ImportCursor from, [EnumeratorCancellation] CancellationToken stop)
    {
        var ahead = Channel.CreateBounded<RecordChunk>(1);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = Task.Run(() => FillAsync(reader, from, ahead.Writer, leave.Token), CancellationToken.None);
        try
        {
            await foreach (var chunk in ahead.Reader.ReadAllAsync(stop))
            {
                yield return chunk;
            }
        }
        finally
        {
            await leave.CancelAsync();
            await reading;
        }
    }

    private static async Task FillAsync(
        RecordReader reader, ImportCursor from, ChannelWriter<RecordChunk> ahead, CancellationToken stop)
    {
        try
        {
            foreach (var chunk in reader.Read(from))
            {
                await ahead.WriteAsync(chunk, stop);
            }

            ahead.Complete();
        }
        catch (Exception trouble)
        {
            // Handed over, not swallowed: whoever reads the channel gets it.
            ahead.Complete(trouble is OperationCanceledException ? null : trouble);
        }
    }
}
