using System.Text.Json.Serialization;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>A third-party application with its keys.</summary>
public sealed record App : IDocument, IVersioned
{
    public required string AppId { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<Scope> Scopes { get; init; }

    public required DataMode Mode { get; init; }

    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    public bool Disabled { get; init; }

    [Scalar("Version")]
    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("App", AppId);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(AppId);

    public static DocumentKey KeyOf(string appId) => new(Container.Master, "", $"app/{appId}");
}

/// <summary>What is kept of a key: enough to check it, not enough to use it.</summary>
public sealed record ApiKey : INode
{
    public required string KeyId { get; init; }

    /// <summary>The first characters, to recognise it by.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the key. A key has 256 random bits, so a plain hash is safe.</summary>
    [GraphQLIgnore]
    public required string Fingerprint { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("ApiKey", KeyId);

    /// <summary>The record of a key's text; nothing else of the text is kept.</summary>
    /// <param name="id">Local id; an app's own keys are "{app}.{number}" so that a key's id finds its app.</param>
    public static ApiKey For(string id, string key, DateTimeOffset now, DateTimeOffset? expiresAt = null) => new()
    {
        KeyId = id,
        Prefix = KeyText.DisplayPrefix(key),
        Fingerprint = KeyText.Fingerprint(key),
        CreatedAt = now,
        ExpiresAt = expiresAt,
    };

    [GraphQLIgnore]
    public bool IsLive(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);
}

/// <summary>
/// In the directory: from a key's fingerprint to the app whose document decides. Alone it grants nothing.
/// </summary>
public sealed record KeyPointer : IDocument
{
    public required string Fingerprint { get; init; }

    public required string Tenant { get; init; }

    public required DataMode Mode { get; init; }

    public required string AppId { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Fingerprint);

    public static DocumentKey KeyOf(string fingerprint) => new(Container.Directory, "", $"key/{fingerprint}");
}

/// <summary>In the directory: that a tenant exists.</summary>
public sealed record TenantEntry : IDocument
{
    public required string Slug { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Slug);

    public static DocumentKey KeyOf(string slug) => new(Container.Directory, "", $"tenant/{slug}");
}
