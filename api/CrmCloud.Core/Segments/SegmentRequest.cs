using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// Asks the worker to evaluate all segments anew; the run it names exists already as QUEUED. Removed when done.
/// </summary>
public sealed record SegmentRequest : IDocument
{
    public required string RunId { get; init; }

    /// <summary>Null for all segments.</summary>
    public string? SegmentId { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(RunId);

    public static DocumentKey KeyOf(string runId) => new(Container.Figures, "", $"segmentrequest/{runId}");
}
