using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.Core.Moving;
using CrmCloud.Store;

namespace CrmCloud.Api.Control;

/// <summary>What the command line asks, of a running server or of the store itself.</summary>
/// <param name="Command">One of <see cref="ControlCommands"/>' names.</param>
public sealed record ControlRequest(string Command)
{
    public string? Slug { get; init; }

    public string? Currency { get; init; }

    public string? TimeZone { get; init; }

    public string? Name { get; init; }

    public DataMode Mode { get; init; } = DataMode.Live;

    /// <summary>Of a tenant's file; absolute.</summary>
    public string? Path { get; init; }

    public bool StayReadOnly { get; init; }
}

/// <param name="ExitCode">Of the process that asked.</param>
/// <param name="Message">For a person, on stderr.</param>
public sealed record ControlAnswer(int ExitCode, string Message)
{
    public CreatedTenant? Created { get; init; }

    public IReadOnlyList<ListedTenant>? Tenants { get; init; }

    public MoveReport? Moved { get; init; }
}

/// <param name="Key">Shown now and never again.</param>
public sealed record CreatedTenant(
    string Slug, string Name, string Currency, string TimeZone, DataMode Mode, string Key);

/// <param name="ReadOnly">The modes in which nothing may be changed: both, unless a command was cut off.</param>
public sealed record ListedTenant(string Slug, DateTimeOffset CreatedAt, IReadOnlyList<DataMode> ReadOnly)
{
    /// <summary>For a person: empty where both modes are in use.</summary>
    [JsonIgnore]
    public string State => ReadOnly.Count switch
    {
        0 => "",
        1 => $"read-only ({ReadOnly[0].ToString().ToLowerInvariant()} alone)",
        _ => "read-only",
    };
}

public static class ControlJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper) },
    };
}
