using CrmCloud.Store.Sqlite;

namespace CrmCloud.Store.Cosmos;

/// <summary>A batch on its way: what is to be written, and what is known of what is stored.</summary>
internal sealed class Save(IReadOnlyList<PendingWrite> writes, string id)
{
    public string Id => id;

    public IReadOnlyList<PendingWrite> Writes => writes;

    /// <summary>What each write is sent against; null: nothing is there.</summary>
    public IReadOnlyList<CosmosItem?> Before { get; set; } = [];

    /// <summary>Whether an attempt was made whose answer was lost.</summary>
    public bool Doubtful { get; set; }

    /// <exception cref="VersionConflictException">A document is not at the version that was read.</exception>
    public void ThrowIfConflicting()
    {
        for (var at = 0; at < writes.Count; at++)
        {
            if (writes[at].IsGuarded && CosmosItem.VisibleVersion(Before[at]) != writes[at].Version)
            {
                throw new VersionConflictException(writes[at].Key);
            }
        }
    }

    /// <summary>
    /// Whether an attempt against <paramref name="sent"/> was carried out, seen from what is there now.
    /// </summary>
    /// <remarks>All were written or none, so a document that can tell speaks for all.</remarks>
    public Trace TraceOf(IReadOnlyList<CosmosItem?> sent)
    {
        var (absent, covered, gone) = (false, false, false);
        for (var at = 0; at < writes.Count; at++)
        {
            var (before, now) = (sent[at]?.Version ?? 0, Before[at]);
            var later = (now?.Version ?? 0) - writes[at].VersionOver(before);
            if (now is not null && later < now.Writes.Count)
            {
                return later >= 0 && now.Writes[(int)later] == id ? Trace.Own : Trace.None;
            }

            // What was to be made and is not there was most likely never made; what was to be removed tells less.
            covered |= now is not null;
            absent |= now is null && writes[at].Kind != WriteKind.Purge;
            gone |= now is null && writes[at].Kind == WriteKind.Purge;
        }

        return absent ? Trace.None : covered ? Trace.Covered : gone ? Trace.Gone : Trace.None;
    }

    /// <summary>The item that a write made, without reading it.</summary>
    public CosmosItem After(int at, string etag) => new(
        writes[at].Key.Id,
        etag,
        writes[at].VersionOver(Before[at]?.Version ?? 0),
        writes[at].Body is null,
        CosmosItem.WritesOver(writes[at], Before[at], id));

    /// <summary>A sentence for the failure that is honest about what may have been written.</summary>
    public string InDoubt(string why) => Doubtful
        ? $"{why} It is not known whether the batch was written; read the documents again."
        : $"{why} Nothing was written.";
}

/// <summary>What is found of a save afterwards.</summary>
internal enum Trace
{
    /// <summary>Another save, or none, stands where this one would.</summary>
    None,

    /// <summary>Its id.</summary>
    Own,

    /// <summary>All that it was to remove is not there, whoever did it.</summary>
    Gone,

    /// <summary>So many saves since that it cannot be told.</summary>
    Covered,
}
