using CrmCloud.Store;

namespace CrmCloud.Core.Demo;

/// <summary>Writes documents in full batches, many at once; may be repeated after being cut off.</summary>
internal sealed class DemoWriter(ITenantStore store)
{
    private const int AtOnce = 16;

    /// <summary>Documents of any containers and partitions, none of which another process writes.</summary>
    public async Task WriteAsync(IEnumerable<IDocument> documents, CancellationToken stop)
    {
        var batches = documents
            .GroupBy(document => (document.Key.Container, document.Key.Partition))
            .SelectMany(group => group.Chunk(Batch.MaxWrites));
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop };
        await Parallel.ForEachAsync(batches, limits, async (batch, token) => await SaveAsync(batch, token));
    }

    private async Task SaveAsync(IDocument[] documents, CancellationToken stop)
    {
        try
        {
            await store.SaveAsync(Batch.Of(documents), stop);
        }
        catch (VersionConflictException) when (documents.Length > 1)
        {
            // An earlier start was cut off after writing some of them: write the others.
            foreach (var document in documents)
            {
                await SaveAsync([document], stop);
            }
        }
        catch (VersionConflictException)
        {
            // It is there already, from the same plan, or changed by its owner since.
        }
    }
}
