using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Pipeline;

/// <summary>
/// That an idempotency key is in use, for which input, and where its marker will be. Written before the effect.
/// </summary>
public sealed record Reservation : IDocument
{
    public required string Hash { get; init; }

    public required string InputHash { get; init; }

    public required DateTimeOffset FirstUsedAt { get; init; }

    public required Container MarkerContainer { get; init; }

    public required string MarkerPartition { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public TimeSpan? TimeToLive => Marker.Kept;

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Hash);

    [JsonIgnore]
    public DocumentKey MarkerKey => Marker.KeyOf(MarkerContainer, MarkerPartition, Hash);

    public static DocumentKey KeyOf(string hash) =>
        new(Container.Master, KeyHash.IndexPartition(hash), $"reservation/{hash}");
}

/// <summary>That the effect happened, with the payload it had; in the effect's own batch.</summary>
public sealed record Marker : IDocument
{
    /// <summary>How long a repeated key finds its first result.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    public required string Hash { get; init; }

    public required Container Container { get; init; }

    public required string Partition { get; init; }

    /// <summary>The payload; the selection of the repeated request is resolved on it.</summary>
    public required JsonElement Payload { get; init; }

    public IReadOnlyList<FieldChange> Changes { get; init; } = [];

    public long Version { get; init; }

    [JsonIgnore]
    public TimeSpan? TimeToLive => Kept;

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Container, Partition, Hash);

    public static DocumentKey KeyOf(Container container, string partition, string hash) =>
        new(container, partition, $"marker/{hash}");
}
