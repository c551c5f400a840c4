using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.Core.Kpis;
using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>The first line of a tenant's file.</summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="FormatVersion">Another than <see cref="CurrentVersion"/> is refused.</param>
/// <param name="TenantCreatedAt">As the directory has it.</param>
/// <param name="ExportedAt">The instant whose indicators the file holds.</param>
/// <param name="Counts">
/// What follows and lives beyond <paramref name="CountedBeyond"/>, counted and summed before the first line was
/// written.
/// </param>
/// <param name="CountedBeyond">What ends until then may end while it is read; null counts everything.</param>
public sealed record TenantFileHeader(
    string Format, int FormatVersion, string Tenant, DateTimeOffset TenantCreatedAt, DateTimeOffset ExportedAt,
    IReadOnlyList<MovedCount> Counts, DateTimeOffset? CountedBeyond = null)
{
    public const string FormatName = "crmcloud-tenant";
    public const int CurrentVersion = 1;
}

/// <summary>Documents of one kind, or files.</summary>
/// <param name="Container">Null for files.</param>
/// <param name="Digest">Of all of them in any order: 64 hex characters.</param>
public sealed record MovedCount(
    DataMode Mode, Container? Container, string Kind, long Documents, long Tombstones, string Digest);

/// <summary>An indicator of one period as of the export, recounted from the packed histories.</summary>
/// <param name="Value">Null where it is unknown.</param>
public sealed record MovedIndicator(DataMode Mode, string Indicator, Grain Grain, int Period, decimal? Value);

/// <summary>What introduces the pieces of an uploaded or rejected file.</summary>
public sealed record MovedFile(DataMode Mode, string Name, long Bytes, DateTimeOffset ModifiedAt);

/// <summary>The last line.</summary>
/// <param name="Lines">Before this one.</param>
/// <param name="Sha256">Of every byte before this line, unpacked; lower-case hex.</param>
public sealed record TenantFileEnd(long Lines, string Sha256);

/// <summary>One line; exactly one member is set, and its name is the first on the line.</summary>
public sealed record TenantFileLine
{
    public TenantFileHeader? Header { get; init; }

    public MovedFile? File { get; init; }

    /// <summary>At most <see cref="TenantFileWriter.PieceBytes"/> of the file named last.</summary>
    public byte[]? Piece { get; init; }

    public MovedIndicator? Indicator { get; init; }

    public TenantFileEnd? End { get; init; }

    /// <summary>Read apart, because its body is kept as it is.</summary>
    [JsonIgnore]
    public MovedDocument? Document { get; init; }

    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };
}

/// <summary>A document of one mode, or its tombstone, as the change feed has it.</summary>
public sealed record MovedDocument(DataMode Mode, Change Change)
{
    /// <summary>Whether it lives beyond an instant; null asks for nothing.</summary>
    public bool Outlives(DateTimeOffset? instant) => instant is null || !(Change.ExpiresAt <= instant);

    /// <summary>As a line of the file, without its end.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("document");
        json.WriteStringValue(Mode.ToString());
        json.WriteStringValue(Change.Key.Container.ToString());
        json.WriteStringValue(Change.Key.Partition);
        json.WriteStringValue(Change.Key.Id);
        json.WriteEndArray();
        json.WriteNumber("version", Change.Version);
        if (Change.ExpiresAt is { } end)
        {
            json.WriteNumber("expires", end.ToUnixTimeMilliseconds());
        }

        if (!Change.Deleted)
        {
            json.WritePropertyName("body");
            json.WriteRawValue(Change.Body.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    /// <exception cref="FormatException">The line does not name a document as stores have them.</exception>
    internal static MovedDocument Read(JsonElement line)
    {
        var place = line.GetProperty("document");
        if (place.GetArrayLength() != 4
            || !Enum.TryParse<DataMode>(place[0].GetString(), out var mode)
            || !Enum.TryParse<Container>(place[1].GetString(), out var container)
            || !Enum.IsDefined(mode) || !TenantContent.Containers.Contains(container))
        {
            throw new FormatException("A line names no place of a document.");
        }

        var key = new DocumentKey(container, place[2].GetString()!, place[3].GetString()!);
        var version = line.GetProperty("version").GetInt64();
        if (!Addresses.IsWellFormed(key) || version < 1)
        {
            throw new FormatException("A line has an address or version that no document can have.");
        }

        var body = line.TryGetProperty("body", out var found)
            ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(found).ToArray()
            : [];
        return new(mode, new(key, version, body.Length == 0, body)
        {
            ExpiresAt = line.TryGetProperty("expires", out var end)
                ? DateTimeOffset.FromUnixTimeMilliseconds(end.GetInt64())
                : null,
        });
    }
}
