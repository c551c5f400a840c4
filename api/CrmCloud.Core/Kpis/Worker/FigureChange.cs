using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>One change of the feed, reduced to what it means for one customer's figures.</summary>
/// <param name="Source">The document that changed, for a dead letter.</param>
internal abstract record FigureChange(DocumentKey Source, long Version)
{
    /// <summary>
    /// The document was looked up and is as the change says, so it counts even if a higher version is known: thirty
    /// days after a deletion the tombstone is gone, and who comes again starts at version 1.
    /// </summary>
    public bool IsVerified { get; init; }
}

/// <param name="Former">
/// Where the same fact lay before it moved to this customer; to be deleted if it still is there.
/// </param>
internal sealed record FactPut(DocumentKey Source, Fact Fact, DocumentKey? Former) : FigureChange(Source, Fact.Version);

internal sealed record FactRemoved(DocumentKey Source, long Version) : FigureChange(Source, Version);

/// <param name="IsKnown">Null: the customer was removed.</param>
internal sealed record CustomerChanged(DocumentKey Source, long Version, bool? IsKnown) : FigureChange(Source, Version);

internal sealed record ConsentChanged(DocumentKey Source, ConsentMark Mark) : FigureChange(Source, Mark.SourceVersion);

/// <summary>A document that cannot be processed, and why in our own words.</summary>
internal sealed record Unprocessable(DocumentKey Source, long Version, string Reason);

/// <summary>All changes of one customer within a stretch of the feeds, in their order.</summary>
internal sealed record CustomerWork(string CustomerId, IReadOnlyList<FigureChange> Changes)
{
    /// <summary>Look at the customer although nothing of his changed: time passed, or the cuts moved.</summary>
    public bool Revisit { get; init; }
}
