using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <summary>
/// A changed document of which cannot be said whose it is, so that no tenant's dead letters can hold it. Lies in the
/// directory, where operators look. Holds nothing of the document but a hash.
/// </summary>
public sealed record UnreadableChange : IDocument
{
    /// <summary>Who was notified, such as <c>KpiFromChanges</c>.</summary>
    public required string Consumer { get; init; }

    /// <summary>SHA-256 of the notification's text, hexadecimal: equal ones are one record.</summary>
    public required string Hash { get; init; }

    /// <summary>In our own words.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset FirstAt { get; init; }

    public required DateTimeOffset LastAt { get; init; }

    public int Attempts { get; init; } = 1;

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Consumer, Hash);

    [JsonIgnore]
    public TimeSpan? TimeToLive => TimeSpan.FromDays(30);

    public static DocumentKey KeyOf(string consumer, string hash) =>
        new(Container.Directory, "", $"unreadable/{consumer}-{hash}");
}
