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

/// <summary>What must be written together to bring one customer up to date.</summary>
/// <param name="Delta">To be added to the bucket's totals.</param>
internal sealed record CustomerSave(
    string CustomerId, StoredProfile? Before, StoredProfile? After, Contribution Delta,
    IReadOnlyList<PlannedWrite> Writes)
{
    /// <summary>Upper estimate of the writes' JSON.</summary>
    public int Bytes =>
        Writes.Sum(write => write.Document is HistoryChunk chunk ? (chunk.Packed.Length * 4 / 3) + 400 : 1_500)
        + (200 * (After?.Consents.Count ?? 0)) + (80 * (After?.Value.Touches.Count ?? 0));
}

/// <summary>Computes how one customer's stored figures must change. Pure but for the reused calculator.</summary>
internal sealed class CustomerUpdate(FigureContext context)
{
    private readonly CustomerFigures _figures = new(context.Definitions);
    private readonly List<FigureChange> _doubts = [];

    /// <summary>
    /// Changes of the last call that were passed over because something newer is known, although a deletion long ago
    /// could be the reason. Almost always they are old repeats; looking the documents up tells.
    /// </summary>
    public IReadOnlyList<FigureChange> Doubts => _doubts;

    /// <summary>Applies the changes to what is stored.</summary>
    /// <returns>Null when nothing has to be written: the changes were known already.</returns>
    /// <exception cref="OverflowException">An amount is beyond what sums can hold.</exception>
    /// <exception cref="InvalidDataException">A stored chunk is torn, or the history is full.</exception>
    public CustomerSave? Apply(StoredCustomer stored, CustomerWork work)
    {
        _doubts.Clear();
        var history = CustomerHistory.Decode(stored.Chunks.Select(chunk => chunk.Packed));
        var counted = Counted(stored.Profile, history);
        var profile = stored.Profile ?? new StoredProfile { CustomerId = stored.CustomerId };
        history = Reopen(history, work.Changes);
        var changed = TryMerge(ref profile, history, work.Changes);
        return changed || work.Revisit ? Finish(stored, profile, history, counted) : null;
    }

    /// <summary>Computes a customer anew, from his stored history or from his documents themselves.</summary>
    /// <param name="truth">All his documents; null to trust the stored history.</param>
    /// <returns>
    /// The history that holds now, and what to write; null for nothing. The delta means nothing here.
    /// </returns>
    /// <exception cref="InvalidDataException">A stored chunk is torn and there is no truth to replace it.</exception>
    public (CustomerHistory History, StoredProfile? Profile, CustomerSave? Save) Recount(
        StoredCustomer stored, IReadOnlyList<FigureChange>? truth)
    {
        _doubts.Clear();
        var history = Known(stored.Chunks, mayBeTorn: truth is not null);
        var counted = Counted(stored.Profile, history);
        var profile = stored.Profile ?? new StoredProfile { CustomerId = stored.CustomerId };
        if (truth is not null)
        {
            history = Markers(history, truth);
            profile = profile with { Exists = false, IsKnown = false, CustomerVersion = 0, Consents = [] };
            TryMerge(ref profile, history, truth);
            profile = KeepOrder(profile, stored.Profile);
        }

        var save = Finish(stored, profile, history, counted);
        return (history, save is null ? stored.Profile : save.After, save);
    }

    private CustomerSave? Finish(
        StoredCustomer stored, StoredProfile profile, CustomerHistory history, Contribution counted)
    {
        if (IsGone(profile, history))
        {
            return stored.Profile is null ? null : Remove(stored, counted);
        }

        _figures.Load(history, context.Now);
        var delta = _figures.Contribution().Minus(counted);
        profile = ProfileRules.Derive(profile with { Value = _figures.Profile(), CountedAt = context.Now }, context);
        var writes = new List<PlannedWrite>();
        profile = profile with { Chunks = CustomerWrites.Chunks(stored, history, writes) };
        var next = Earliest(_figures.NextChange(), ProfileRules.NextChange(profile, context));
        profile = CustomerWrites.Due(stored, profile, next, writes);
        if (delta.IsEmpty && writes.Count == 0 && Same(profile, stored.Profile))
        {
            return null;
        }

        writes.Put(profile);
        if (stored.Gone is { } gone)
        {
            // He is back, and his documents were looked up: the mark has done its work.
            writes.Purge(gone);
        }

        return new CustomerSave(stored.CustomerId, stored.Profile, profile, delta, writes);
    }

    /// <summary>Whether two profiles say the same, apart from when they were looked at.</summary>
    public static bool Same(StoredProfile? one, StoredProfile? other) =>
        one is not null && other is not null
        && one with { CountedAt = 0, Version = 0, Consents = [] }
            == other with { CountedAt = 0, Version = 0, Consents = [] }
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

    private bool TryMerge(ref StoredProfile profile, CustomerHistory history, IReadOnlyList<FigureChange> changes)
    {
        var changed = false;
        foreach (var change in changes)
        {
            changed |= change switch
            {
                FactPut put => history.Replace(put.Fact) || Doubt(put, KnownVersion(history, put.Fact)),
                FactRemoved removed => history.Remove(Fact.IdOf(removed.Source.Id), removed.Version),
                CustomerChanged customer => TryChange(ref profile, customer),
                ConsentChanged consent => TryMark(ref profile, consent),
                _ => throw new ArgumentException("Unknown change.", nameof(changes)),
            };
        }

        return changed;
    }

    private bool TryChange(ref StoredProfile profile, CustomerChanged change)
    {
        if (profile.CustomerVersion >= change.Version && !change.IsVerified)
        {
            return profile.Exists || change.IsKnown is null ? false : Doubt(change, profile.CustomerVersion + 1);
        }

        profile = profile with
        {
            Exists = change.IsKnown is not null, IsKnown = change.IsKnown ?? false, CustomerVersion = change.Version,
        };
        return true;
    }

    private bool TryMark(ref StoredProfile profile, ConsentChanged change)
    {
        var mark = change.Mark;
        var known = profile.Consents.FirstOrDefault(c => c.Purpose == mark.Purpose && c.Channel == mark.Channel);
        if (known?.SourceVersion >= mark.SourceVersion && !change.IsVerified)
        {
            return known != mark && Doubt(change, known.SourceVersion + 1);
        }

        profile = profile with { Consents = [.. profile.Consents.Where(c => c != known), mark] };
        return true;
    }

    /// <returns>False: a doubtful change changes nothing.</returns>
    private bool Doubt(FigureChange change, long knownVersion)
    {
        if (knownVersion > change.Version && !change.IsVerified)
        {
            _doubts.Add(change);
        }

        return false;
    }

    // A marker counts as one version more: a fact of the marker's own version may have come again.
    private static long KnownVersion(CustomerHistory history, Fact fact)
    {
        var known = history.Facts.First(one => one.Id == fact.Id);
        return known.Kind == FactKind.Removed ? known.Version + 1 : known.Version;
    }

    // Forgets what stands in the way of verified facts.
    private static CustomerHistory Reopen(CustomerHistory history, IReadOnlyList<FigureChange> changes)
    {
        var verified = changes.OfType<FactPut>().Where(put => put.IsVerified).Select(put => put.Fact.Id).ToHashSet();
        if (verified.Count == 0)
        {
            return history;
        }

        var reopened = new CustomerHistory();
        foreach (var fact in history.Facts.Where(fact => !verified.Contains(fact.Id)))
        {
            reopened.Replace(fact);
        }

        return reopened;
    }

    private static CustomerHistory Known(IReadOnlyList<HistoryChunk> chunks, bool mayBeTorn)
    {
        try
        {
            return CustomerHistory.Decode(chunks.Select(chunk => chunk.Packed));
        }
        catch (InvalidDataException) when (mayBeTorn)
        {
            return new CustomerHistory();
        }
    }

    // What is known to be deleted stays known: the documents themselves cannot say it.
    private static CustomerHistory Markers(CustomerHistory known, IReadOnlyList<FigureChange> truth)
    {
        var markers = new CustomerHistory();
        var existing = truth.OfType<FactPut>().Select(put => put.Fact.Id).ToHashSet();
        foreach (var fact in known.Facts.Where(fact => fact.Kind == FactKind.Removed && !existing.Contains(fact.Id)))
        {
            markers.Replace(fact);
        }

        return markers;
    }

    // Consents are read in another order than they came; the same ones are no difference. Removed ones stay known.
    private static StoredProfile KeepOrder(StoredProfile profile, StoredProfile? before)
    {
        var marks = profile.Consents.ToDictionary(c => (c.Purpose, c.Channel));
        var kept = (before?.Consents ?? [])
            .Select(c => marks.Remove((c.Purpose, c.Channel), out var mark)
                ? mark
                : c with { Granted = false, ExpiresAt = null })
            .ToList();
        return profile with
        {
            CustomerVersion = profile.Exists ? profile.CustomerVersion : before?.CustomerVersion ?? 0,
            Consents = [.. kept, .. profile.Consents.Where(c => marks.ContainsKey((c.Purpose, c.Channel)))],
        };
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
        stored.Chunks.ToList().ForEach(writes.Purge);
        CustomerWrites.PurgeDue(stored, profile.Due, writes);
        writes.Put(stored.Gone ?? new GoneCustomer { CustomerId = stored.CustomerId });
        return new CustomerSave(stored.CustomerId, profile, null, Contribution.None.Minus(counted), writes);
    }

    private static long? Earliest(long? one, long? other) =>
        one is null || other is null ? one ?? other : Math.Min(one.Value, other.Value);
}
