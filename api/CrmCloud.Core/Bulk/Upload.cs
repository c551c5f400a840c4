using System.Text.Json.Serialization;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>
/// A place for one file: asked for by mutation, filled over HTTP, read by imports. Gone after 24 hours.
/// </summary>
public sealed record Upload : IDocument
{
    /// <summary>32 hex characters.</summary>
    public required string UploadId { get; init; }

    /// <summary>For people; never part of a path.</summary>
    public required string Filename { get; init; }

    /// <summary>What the file has to measure.</summary>
    public required long Bytes { get; init; }

    public required string ContentType { get; init; }

    /// <summary>Lower-case hex, as announced or, once received, as computed; null when not announced.</summary>
    public string? Sha256 { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the file arrived whole; null before.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public string PublicId => GlobalId.Of("Upload", UploadId);

    [JsonIgnore]
    public DocumentKey Key => KeyOf(UploadId);

    [JsonIgnore]
    public TimeSpan? TimeToLive => BulkLimits.FilesKept + TimeSpan.FromHours(1);

    /// <summary>By the last ending of the name; what it packs does not matter here.</summary>
    public static string ContentTypeOf(string filename) => Path.GetExtension(filename).ToUpperInvariant() switch
    {
        ".CSV" => "text/csv",
        ".TSV" or ".TAB" => "text/tab-separated-values",
        ".TXT" => "text/plain",
        ".JSONL" or ".NDJSON" => "application/x-ndjson",
        ".GZ" => "application/gzip",
        _ => "application/octet-stream",
    };

    public static DocumentKey KeyOf(string uploadId) => new(Container.Master, "", $"upload/{uploadId}");
}

/// <summary>Where and how to send the file: HTTP PUT with these headers beside the API key.</summary>
[GraphQLName("StagedUpload")]
public sealed record StagedUpload(
    [property: Scalar("URL")] string Url,
    IReadOnlyList<HttpHeader> Headers,
    [property: Id] string UploadId,
    DateTimeOffset ExpiresAt,
    long MaxBytes);

public sealed record HttpHeader(string Name, string Value);
