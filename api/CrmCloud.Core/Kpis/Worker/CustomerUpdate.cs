using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>What is stored of one customer.</summary>
/// <param name="Profile">Null for somebody new.</param>
internal sealed record StoredCustomer(
    string CustomerId, StoredProfile? Profile, IReadOnlyList<HistoryChunk> Chunks, GoneCustomer? Gone)
{
    /// <summary>Version of his due row as stored, 0 for none, where it was read; null to trust the profile.</summary>
    public long? DueRowVersion { get; init; }
}

/// <summary>One write of a batch to come; the document carries the version it was read with.</summary>
internal sealed record PlannedWrite(WriteKind Kind, IDocument Document);

/// <summary>What must be written together to bring one customer up to date.</summary>
/// <param name="Delta">To be added to the bucket's totals.</param>
internal sealed record CustomerSave(
    string CustomerId, StoredProfile? Before, StoredProfile? After, Contribution Delta, IReadOnlyList<PlannedWrite> Writes)
{
    /// <summary>Upper estimate of the writes' JSON.</summary>
    public int Bytes => Writes.Sum(write => write.Document is HistoryChunk chunk ? (chunk.Packed.Length * 4 / 3) + 400 : 1_500)
        + (200 * (After?.Consents.Count ?? 0)) + (80 * (After?.Value.Touches.Count ?? 0));
}

/// <summary>Computes how one customer's stored figures must change. Pure but for the reused calculator.</summary>
internal sealed class CustomerUpdate(FigureContext context)
{
    /// <summary>More chunks than this cannot be rewritten in one batch: about 75,000 facts.</summary>
    public const int MostChunks = 16;

    private readonly CustomerFigures _figures = new(context.Definitions);

    /// <summary>Applies the changes to what is stored.</summary>
    /// <returns>Null when nothing has to be written: the changes were known already.</returns>
    /// <exception cref="OverflowException">An amount is beyond what sums can hold.</exception>
    /// <exception cref="InvalidDataException">A stored chunk is torn, or the history is full.</exception>
    public CustomerSave? Apply(StoredCustomer stored, CustomerWork work)
    {
        var history = CustomerHistory.Decode(stored.Chunks.Select(chunk => chunk.Packed));
        var counted = Counted(stored.Profile, history);
        var (profile, factsChanged, changed) = Merge(stored, history, work.Changes);
        if (!changed && !work.Revisit)
        {
            return null;
        }

        if (IsGone(profile, history))
        {
            return stored.Profile is null ? null : Remove(stored, counted);
        }

        _figures.Load(history, context.Now);
        var delta = _figures.Contribution().Minus(counted);
        profile = ProfileRules.Derive(profile with { Value = _figures.Profile(), CountedAt = context.Now }, context);
        var writes = new List<PlannedWrite>();
        profile = factsChanged ? profile with { Chunks = WriteChunks(stored, history, writes) } : profile;
        profile = WriteDue(stored, profile, Earliest(_figures.NextChange(), ProfileRules.NextChange(profile, context)), writes);
        if (!changed && delta.IsEmpty && writes.Count == 0 && Same(profile, stored.Profile))
        {
            return null;
        }

        Put(writes, profile);
        AddGone(stored.Gone, writes);
        return new CustomerSave(stored.CustomerId, stored.Profile, profile, delta, writes);
    }

    /// <summary>Whether two profiles say the same, apart from when they were looked at.</summary>
    public static bool Same(StoredProfile? one, StoredProfile? other) =>
        one is not null && other is not null
        && one with { CountedAt = 0, Version = 0, Consents = [] } == other with { CountedAt = 0, Version = 0, Consents = [] }
        && one.Consents.SequenceEqual(other.Consents);

    // What the totals hold of him: his stored facts at the instant he was counted.
    private Contribution Counted(StoredProfile? profile, CustomerHistory history)
    {
        if (profile is null || history.Facts.Count == 0)
        {
            return Contribution.None;
        }

        _figures.Load(history, profile.CountedAt);
        return _figures.Contribution();
    }

    private static (StoredProfile Profile, bool FactsChanged, bool Changed) Merge(
        StoredCustomer stored, CustomerHistory history, IReadOnlyList<FigureChange> changes)
    {
        var profile = stored.Profile ?? new StoredProfile { CustomerId = stored.CustomerId };
        var facts = false;
        var marks = false;
        foreach (var change in changes)
        {
            switch (change)
            {
                case FactPut put:
                    facts |= history.Replace(put.Fact);
                    break;
                case FactRemoved removed:
                    facts |= history.Remove(Fact.IdOf(removed.Source.Id), removed.Version);
                    break;
                case CustomerChanged customer when customer.Version > profile.CustomerVersion:
                    profile = profile with
                    {
                        Exists = customer.IsKnown is not null,
                        IsKnown = customer.IsKnown ?? false,
                        CustomerVersion = customer.Version,
                    };
                    marks = true;
                    break;
                case ConsentChanged consent:
                    marks |= TryMark(ref profile, consent.Mark);
                    break;
            }
        }

        return (profile, facts, facts || marks);
    }

    private static bool TryMark(ref StoredProfile profile, ConsentMark mark)
    {
        var known = profile.Consents.FirstOrDefault(c => c.Purpose == mark.Purpose && c.Channel == mark.Channel);
        if (known?.SourceVersion >= mark.SourceVersion)
        {
            return false;
        }

        profile = profile with { Consents = [.. profile.Consents.Where(c => c != known), mark] };
        return true;
    }

    // A customer who was removed and of whom no fact is left. Markers of removed facts do not count.
    private static bool IsGone(StoredProfile profile, CustomerHistory history) =>
        !profile.Exists && !profile.Consents.Any(c => c.Granted) && history.Facts.All(f => f.Kind == FactKind.Removed);

    private static CustomerSave Remove(StoredCustomer stored, Contribution counted)
    {
        var profile = stored.Profile!;
        var writes = new List<PlannedWrite> { new(WriteKind.Delete, profile) };
        writes.AddRange(stored.Chunks.Select(chunk => new PlannedWrite(WriteKind.Purge, chunk)));
        PurgeDue(stored, profile.Due, writes);
        Put(writes, stored.Gone ?? new GoneCustomer { CustomerId = stored.CustomerId });
        return new CustomerSave(stored.CustomerId, profile, null, Contribution.None.Minus(counted), writes);
    }

    private static int WriteChunks(StoredCustomer stored, CustomerHistory history, List<PlannedWrite> writes)
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
                Put(writes, new HistoryChunk
                {
                    CustomerId = stored.CustomerId, Number = number, Packed = packed[number], Version = before?.Version ?? 0,
                });
            }
        }

        foreach (var surplus in stored.Chunks.Skip(packed.Count))
        {
            writes.Add(new PlannedWrite(WriteKind.Purge, surplus));
        }

        return packed.Count;
    }

    private static StoredProfile WriteDue(StoredCustomer stored, StoredProfile profile, long? next, List<PlannedWrite> writes)
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
        Put(writes, row);
        return profile with { Due = new DueMark(at, row.Generation, row.Version + 1) };
    }

    private static void PurgeDue(StoredCustomer stored, DueMark? due, List<PlannedWrite> writes)
    {
        var version = stored.DueRowVersion ?? due?.RowVersion ?? 0;
        if (due is not null && version > 0)
        {
            var row = new DueRow
            {
                CustomerId = stored.CustomerId, At = due.At, Generation = due.Generation, Version = version,
            };
            writes.Add(new PlannedWrite(WriteKind.Purge, row));
        }
    }

    // He is back, and his documents were looked up: the mark has done its work.
    private static void AddGone(GoneCustomer? gone, List<PlannedWrite> writes)
    {
        if (gone is not null)
        {
            writes.Add(new PlannedWrite(WriteKind.Purge, gone));
        }
    }

    private static void Put(List<PlannedWrite> writes, IDocument document) =>
        writes.Add(new PlannedWrite(WriteKind.Put, document));

    private static long? Earliest(long? one, long? other) =>
        one is null || other is null ? one ?? other : Math.Min(one.Value, other.Value);
}
