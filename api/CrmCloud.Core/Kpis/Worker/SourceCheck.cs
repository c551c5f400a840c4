using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>Compares what the feed said with the documents as they are now.</summary>
internal sealed class SourceCheck(ITenantStore store)
{
    /// <summary>
    /// The changes that still are so. Used for customers who are gone: an old message may name what is erased.
    /// </summary>
    public async Task<CustomerWork> OnlyTrueAsync(CustomerWork work, CancellationToken stop)
    {
        var changes = new List<FigureChange>();
        foreach (var change in work.Changes)
        {
            if (await CurrentVersionAsync(change.Source, stop) == change.Version)
            {
                changes.Add(change);
            }
        }

        return work with { Changes = changes };
    }

    /// <summary>The work with the doubtful changes verified, or left out where they are not so any more.</summary>
    public async Task<CustomerWork> VerifyAsync(
        CustomerWork work, IReadOnlyCollection<FigureChange> doubts, CancellationToken stop)
    {
        var changes = new List<FigureChange>();
        foreach (var change in work.Changes)
        {
            if (!doubts.Contains(change))
            {
                changes.Add(change);
            }
            else if (await CurrentVersionAsync(change.Source, stop) == change.Version)
            {
                changes.Add(change with { IsVerified = true });
            }
        }

        return work with { Changes = changes };
    }

    /// <summary>Null when there is no such document.</summary>
    public async Task<long?> CurrentVersionAsync(DocumentKey key, CancellationToken stop) =>
        (await store.FindAsync<AnyDocument>(key, stop))?.Version;

    /// <summary>Of any kind: only its version is of interest.</summary>
    private sealed record AnyDocument : IDocument
    {
        public long Version { get; init; }

        [System.Text.Json.Serialization.JsonIgnore]
        public DocumentKey Key => throw new NotSupportedException("This is only ever read.");
    }
}
