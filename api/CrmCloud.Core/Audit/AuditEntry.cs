using System.Text.Json.Serialization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Audit;

public enum ActorKind
{
    App,
    SystemJob,
    Support,
}

/// <summary>Who did it.</summary>
/// <param name="AppId">Local id of the app; null for a job.</param>
/// <param name="Label">A name for people.</param>
public sealed record Actor(ActorKind Kind, [property: GraphQLIgnore] string? AppId, string Label);

/// <summary>Who did what, when, to which object. Appended in the same batch as the change; never altered.</summary>
public sealed record AuditEntry : IDocument, INode
{
    /// <summary>Container of the change, in which the entry lies too.</summary>
    [GraphQLIgnore]
    public required Container Container { get; init; }

    [GraphQLIgnore]
    public required string Partition { get; init; }

    [GraphQLIgnore]
    public required string EntryId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Actor Actor { get; init; }

    /// <summary>The mutation's field name.</summary>
    public required string Operation { get; init; }

    /// <summary>Global id of the first object changed; null where it has none.</summary>
    [GraphQLIgnore]
    public string? TargetId { get; init; }

    public IReadOnlyList<FieldChange> Changes { get; init; } = [];

    [Id]
    public required string RequestId { get; init; }

    public string? Ip { get; init; }

    public string? IdempotencyKey { get; init; }

    [GraphQLIgnore]
    public long Version { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("AuditEntry", $"{Container}.{Partition}.{EntryId}");

    /// <summary>Sorts by time as text; ends in chance, so that two of one instant differ.</summary>
    public static string NewId(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyyMMddHHmmssfffffff", System.Globalization.CultureInfo.InvariantCulture)
            + Guid.NewGuid().ToString("N")[..12];

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => new(Container, Partition, $"audit/{EntryId}");
}
