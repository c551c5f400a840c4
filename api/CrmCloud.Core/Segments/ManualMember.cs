using System.Text.Json.Serialization;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// Somebody was named a member of a manual segment. The document is the truth; the worker takes it into the packed
/// memberships. Deleting it ends the membership.
/// </summary>
public sealed record ManualMember : IDocument
{
    public required string CustomerId { get; init; }

    public required string SegmentId { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>Came by a file, not one by one.</summary>
    public bool Imported { get; init; }

    public required Actor By { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId, SegmentId);

    public static DocumentKey KeyOf(string customerId, string segmentId) =>
        new(Container.Master, Buckets.Of(customerId), $"manualmember/{customerId}/{segmentId}");
}
