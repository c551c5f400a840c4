using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <summary>The dead letters of one consumer.</summary>
public sealed class DeadLetters(ITenantStore store, string consumer)
{
    /// <summary>The page that a consumer's own retries look at; the rest follows on the next retry.</summary>
    private const int PageSize = 500;

    /// <summary>Whether it is the document's own fault, not the store's or a bug in how it is read.</summary>
    public static bool IsOfTheDocument(Exception trouble) =>
        trouble is System.Text.Json.JsonException or OverflowException
        or FormatException or ArgumentException or InvalidDataException;

    /// <summary>Why a document failed, said without any of its values: exception texts may quote them.</summary>
    public static string ReasonOf(Exception trouble) => trouble switch
    {
        System.Text.Json.JsonException => "The document is not readable as its kind.",
        OverflowException => "An amount is beyond what sums can hold.",
        FormatException or ArgumentException => "A value is outside its bounds.",
        InvalidDataException => "A stored figure is torn.",
        _ => "Unexpected: " + trouble.GetType().Name,
    };

    /// <summary>Writes or renews the letter for a document. Repeats count attempts; they never add letters.</summary>
    public async Task RecordAsync(
        DocumentKey source, long version, string reason, DateTimeOffset now, CancellationToken stop)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var known = await store.FindAsync<DeadLetter>(DeadLetter.KeyOf(consumer, source), stop);
            var letter = known is null ? First(source, version, reason, now) : known with
            {
                SourceVersion = version, Reason = reason, LastAt = now, Attempts = known.Attempts + 1,
            };
            if (await TryAsync(Batch.Of(letter), stop))
            {
                return;
            }
        }
    }

    /// <summary>At most 500, in the order of their ids.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ListAsync(CancellationToken stop)
    {
        var page = await store.QueryAsync<DeadLetter>(
            new Query(Container.DeadLetters, "", "deadletter") { IdPrefix = consumer + "/", Take = PageSize }, stop);
        return page.Items;
    }

    public async Task<bool> AnyAsync(CancellationToken stop)
    {
        var page = await store.QueryAsync<DeadLetter>(
            new Query(Container.DeadLetters, "", "deadletter") { IdPrefix = consumer + "/", Take = 1 }, stop);
        return page.Items.Count > 0;
    }

    /// <summary>The document was processed after all, or is gone.</summary>
    public Task ResolveAsync(DeadLetter letter, CancellationToken stop) => TryAsync(new Batch().Purge(letter), stop);

    private DeadLetter First(DocumentKey source, long version, string reason, DateTimeOffset now) => new()
    {
        Consumer = consumer,
        SourceContainer = source.Container,
        SourcePartition = source.Partition,
        SourceId = source.Id,
        SourceVersion = version,
        Reason = reason,
        FirstAt = now,
        LastAt = now,
    };

    private async Task<bool> TryAsync(Batch batch, CancellationToken stop)
    {
        try
        {
            await store.SaveAsync(batch, stop);
            return true;
        }
        catch (VersionConflictException)
        {
            return false;
        }
    }
}
