using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>One write of a batch to come; the document carries the version it was read with.</summary>
internal sealed record PlannedWrite(WriteKind Kind, IDocument Document);

/// <summary>What must be written of a customer's history and due row.</summary>
internal static class CustomerWrites
{
    /// <summary>More chunks than this cannot be rewritten in one batch: about 75,000 facts.</summary>
    public const int MostChunks = 16;

    /// <summary>Writes the pieces of the history that are not as stored.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="InvalidDataException">The history is full.</exception>
    public static int Chunks(StoredCustomer stored, CustomerHistory history, List<PlannedWrite> writes)
    {
        var packed = history.Encode();
        if (packed.Count > MostChunks)
        {
            throw new InvalidDataException("A customer has more facts than can be kept.");
        }

        for (var number = 0; number < packed.Count; number++)
        {
            var before = number < stored.Chunks.Count ? stored.Chunks[number] : null;
            if (before is null || !before.Packed.AsSpan().SequenceEqual(packed[number]))
            {
                writes.Put(new HistoryChunk
                {
                    CustomerId = stored.CustomerId,
                    Number = number,
                    Packed = packed[number],
                    Version = before?.Version ?? 0,
                });
            }
        }

        foreach (var surplus in stored.Chunks.Skip(packed.Count))
        {
            writes.Purge(surplus);
        }

        return packed.Count;
    }

    /// <summary>Replaces the due row where another instant is next.</summary>
    /// <param name="next">Epoch milliseconds; null for never.</param>
    public static StoredProfile Due(StoredCustomer stored, StoredProfile profile, long? next, List<PlannedWrite> writes)
    {
        var before = profile.Due;
        var missing = before is not null && stored.DueRowVersion == 0;
        if (before?.At == next && !missing)
        {
            return profile;
        }

        var sameRow = before is not null && !missing && next is { } instant
            && DueRow.MinuteOf(before.At) == DueRow.MinuteOf(instant);
        if (!sameRow)
        {
            PurgeDue(stored, before, writes);
        }

        if (next is not { } at)
        {
            return profile with { Due = null };
        }

        var row = new DueRow
        {
            CustomerId = profile.CustomerId,
            At = at,
            Generation = (before?.Generation ?? 0) + 1,
            Version = sameRow ? stored.DueRowVersion ?? before!.RowVersion : 0,
        };
        writes.Put(row);
        return profile with { Due = new DueMark(at, row.Generation, row.Version + 1) };
    }

    public static void PurgeDue(StoredCustomer stored, DueMark? due, List<PlannedWrite> writes)
    {
        var version = stored.DueRowVersion ?? due?.RowVersion ?? 0;
        if (due is not null && version > 0)
        {
            var row = new DueRow
            {
                CustomerId = stored.CustomerId, At = due.At, Generation = due.Generation, Version = version,
            };
            writes.Purge(row);
        }
    }

    public static void Put(this List<PlannedWrite> writes, IDocument document) =>
        writes.Add(new(WriteKind.Put, document));

    public static void Purge(this List<PlannedWrite> writes, IDocument document) =>
        writes.Add(new(WriteKind.Purge, document));
}
