using System.Globalization;
using System.Text.Json.Serialization;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>A piece of a customer's packed history, at most 64 KB packed. Written only when its bytes change.</summary>
[JsonConverter(typeof(HistoryChunkJson))]
public sealed record HistoryChunk : IDocument
{
    public required string CustomerId { get; init; }

    /// <summary>From 0, in order of time.</summary>
    public required int Number { get; init; }

    public required byte[] Packed { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId, Number);

    public static DocumentKey KeyOf(string customerId, int number) => new(
        Container.Figures,
        Buckets.Of(customerId),
        string.Create(CultureInfo.InvariantCulture, $"history/{customerId}/{number:d3}"));
}

/// <summary>The instant at which time alone changes a customer's figures. One a customer at most.</summary>
public sealed record DueRow : IDocument
{
    public required string CustomerId { get; init; }

    /// <summary>Exact instant, epoch milliseconds; the id only has its minute.</summary>
    public required long At { get; init; }

    /// <summary>Of the profile that made it. Another number there means this row is obsolete.</summary>
    public required long Generation { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId, At);

    public static DocumentKey KeyOf(string customerId, long at) => new(
        Container.Figures, Buckets.Of(customerId), $"due/{MinuteOf(at)}/{customerId}");

    /// <summary>Sorts as text in the order of time.</summary>
    public static string MinuteOf(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at)
        .UtcDateTime.ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);
}

/// <summary>
/// The customer was removed with everything that was his. While this stands (30 days), what the feed says of him is
/// looked up before it is believed: an old message must not bring an erased customer back.
/// </summary>
public sealed record GoneCustomer : IDocument
{
    public required string CustomerId { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId);

    [JsonIgnore]
    public TimeSpan? TimeToLive => TimeSpan.FromDays(30);

    public static DocumentKey KeyOf(string customerId) =>
        new(Container.Figures, Buckets.Of(customerId), $"gone/{customerId}");
}

/// <summary>A stored piece of the totals of one bucket.</summary>
public sealed record BucketTotals : IDocument
{
    /// <summary>The bucket's partition, <c>0</c> to <c>15</c>.</summary>
    public required string Bucket { get; init; }

    /// <summary>As <see cref="ChunkId"/> writes itself.</summary>
    public required string Chunk { get; init; }

    /// <summary>Form of <see cref="Contribution.Encode"/>; empty when every number is zero.</summary>
    public required byte[] Cells { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Bucket, Chunk);

    public static DocumentKey KeyOf(string bucket, string chunk) => new(Container.Figures, bucket, $"totals/{chunk}");
}
