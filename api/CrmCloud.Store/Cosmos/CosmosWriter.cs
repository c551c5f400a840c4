using System.Security.Cryptography;
using CrmCloud.Store.Sqlite;
using Microsoft.Azure.Cosmos;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// Writes one batch whole or not at all, guarded by the versions that were read, whatever happens on the way.
/// </summary>
/// <remarks>
/// Every item carries the ids of its latest saves. An answer that got lost is therefore no riddle: the documents are
/// read again, and either they carry this save's id, or they are as they were and it is sent once more.
/// </remarks>
internal sealed class CosmosWriter(CosmosSpace space, UsedPartitions partitions)
{
    /// <exception cref="VersionConflictException">Nothing was written.</exception>
    /// <exception cref="StoreUnavailableException">
    /// Nothing was written; or, as the message then says, that could not be found out.
    /// </exception>
    public async Task SaveAsync(Batch batch, CancellationToken stop)
    {
        var save = new Save(PendingBatch.Of(batch, stop).Writes, NewId());
        var budget = space.Calls.NewBudget();
        await partitions.NoteAsync(space, save.Writes[0].Key, budget, stop);
        await FillAsync(save, fresh: false, budget, stop);
        save.ThrowIfConflicting();

        while (true)
        {
            var answer = await SendAsync(save, budget, stop);
            space.Seen?.Note(save.Writes[0].Key.Container, PlaceOf(save).PartitionKey, answer.Session);
            switch (answer.Kind)
            {
                case AnswerKind.Done:
                    Remember(save, answer);
                    return;
                case AnswerKind.Later:
                    await budget.WaitAsync(answer.RetryAfter, save.InDoubt("it throttles writes."), stop);
                    break;
                case AnswerKind.Lost:
                    save.Doubtful = true;
                    await budget.WaitAsync(answer.RetryAfter, save.InDoubt("no answer to a write came."), stop);
                    break;
                default:
                    await budget.AgainAsync(save.InDoubt("documents kept changing."), stop);
                    break;
            }

            if (answer.Kind != AnswerKind.Later && await IsWrittenAsync(save, budget, stop))
            {
                return;
            }
        }
    }

    /// <summary>Looks at what is stored now, and throws if this save can no longer be.</summary>
    private async Task<bool> IsWrittenAsync(Save save, RetryBudget budget, CancellationToken stop)
    {
        var sent = save.Before;
        await LookAsync(save, budget, stop);
        switch (save.TraceOf(sent))
        {
            // Also without a doubt of ours: the client may have lost an answer and sent the same again by itself.
            case Trace.Own:
            case Trace.Gone when save.Doubtful:
                return true;
            case Trace.Covered when save.Doubtful:
                throw new StoreUnavailableException(save.InDoubt("The answer to a write was lost."));
        }

        save.ThrowIfConflicting();
        return false;
    }

    /// <exception cref="StoreUnavailableException">Says whether the batch may have been written.</exception>
    private async Task LookAsync(Save save, RetryBudget budget, CancellationToken stop)
    {
        try
        {
            await FillAsync(save, fresh: true, budget, stop);
        }
        catch (StoreUnavailableException failure)
        {
            throw new StoreUnavailableException(save.InDoubt(failure.Message), failure);
        }
    }

    /// <param name="fresh">Whether to read what is stored even where it is remembered.</param>
    private async Task FillAsync(Save save, bool fresh, RetryBudget budget, CancellationToken stop)
    {
        var before = new CosmosItem?[save.Writes.Count];
        var (container, partitionKey) = PlaceOf(save);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stop };
        await Parallel.ForAsync(0, before.Length, parallel, async (at, token) =>
        {
            var write = save.Writes[at];
            var known = space.Known.Find(container.Id, partitionKey, write.Key.Id);
            before[at] = (fresh, write.IsGuarded ? write.Version : 0) switch
            {
                // Most new documents are new: creating them says if not, for less than a read costs.
                (false, 0) => known is { Deleted: true } || !write.IsGuarded ? known : null,
                (false, _) when known?.Version == write.Version && !known.Deleted => known,
                _ => await space.FindAsync(write.Key, "save", (item, _) => item, token, budget),
            };
        });
        save.Before = before;
    }

    private Task<Answer> SendAsync(Save save, RetryBudget budget, CancellationToken stop)
    {
        var (container, partitionKey) = PlaceOf(save);
        var key = new PartitionKey(partitionKey);
        if (save.Writes.Count == 1)
        {
            return space.Calls.TryAsync("save", bounded => SendOneAsync(save, partitionKey, bounded), budget, stop);
        }

        var batch = container.CreateTransactionalBatch(key);
        for (var at = 0; at < save.Writes.Count; at++)
        {
            var (write, before) = (save.Writes[at], save.Before[at]);
            var guard = new TransactionalBatchItemRequestOptions
            {
                IfMatchEtag = before?.ETag,
                EnableContentResponseOnWrite = false,
            };
            var id = CosmosId.Checked(write.Key.Id);
            _ = (write.Kind, before) switch
            {
                (WriteKind.Purge, _) => batch.DeleteItem(id, guard),
                (_, null) => batch.CreateItemStream(Item(save, at, partitionKey), guard),
                _ => batch.ReplaceItemStream(id, Item(save, at, partitionKey), guard),
            };
        }

        return space.Calls.TryBatchAsync("save", bounded => batch.ExecuteAsync(bounded), budget, stop);
    }

    private Task<ResponseMessage> SendOneAsync(Save save, string partitionKey, CancellationToken stop)
    {
        var (write, before) = (save.Writes[0], save.Before[0]);
        var (container, key) = (space.Of(write.Key.Container), new PartitionKey(partitionKey));
        var guard = new ItemRequestOptions { IfMatchEtag = before?.ETag, EnableContentResponseOnWrite = false };
        var id = CosmosId.Checked(write.Key.Id);
        return (write.Kind, before) switch
        {
            (WriteKind.Purge, _) => container.DeleteItemStreamAsync(id, key, guard, stop),
            (_, null) => container.CreateItemStreamAsync(Item(save, 0, partitionKey), key, guard, stop),
            _ => container.ReplaceItemStreamAsync(Item(save, 0, partitionKey), id, key, guard, stop),
        };
    }

    private static MemoryStream Item(Save save, int at, string partitionKey) =>
        new(CosmosItem.Write(save.Writes[at], partitionKey, save.Before[at], save.Id));

    private void Remember(Save save, Answer answer)
    {
        var (container, partitionKey) = PlaceOf(save);
        for (var at = 0; at < save.Writes.Count; at++)
        {
            var (key, etag) = (save.Writes[at].Key, save.Writes.Count == 1 ? answer.ETag : answer.Parts[at]);
            if (save.Writes[at].Kind == WriteKind.Purge || etag is null)
            {
                space.Known.Forget(container.Id, partitionKey, key.Id);
            }
            else
            {
                space.Known.Remember(container.Id, partitionKey, save.After(at, etag));
            }
        }
    }

    private (Microsoft.Azure.Cosmos.Container Container, string PartitionKey) PlaceOf(Save save) =>
        (space.Of(save.Writes[0].Key.Container), space.KeyOf(save.Writes[0].Key.Partition));

    // 66 random bits: two saves of one document with the same id will not happen.
    private static string NewId() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(9))[..11];
}
