using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>
/// In the directory: that a tenant is being brought in from a file and is not there yet. Removed when he is.
/// </summary>
public sealed record TenantArrival : IDocument
{
    public required string Slug { get; init; }

    /// <summary>Of the file's content; lower-case hex.</summary>
    public required string FileSha256 { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Slug);

    public static DocumentKey KeyOf(string slug) => new(Container.Directory, "", $"arrival/{slug}");
}
