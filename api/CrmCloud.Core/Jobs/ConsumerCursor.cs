using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <summary>
/// How far a consumer has read the change feeds of a tenant. Saved after the effects, so a crash repeats them.
/// </summary>
public sealed record ConsumerCursor : IDocument
{
    /// <summary>Such as <c>figures</c>.</summary>
    public required string Consumer { get; init; }

    /// <summary>Continuation of <see cref="Container.Interactions"/>; null for the beginning.</summary>
    public string? Interactions { get; init; }

    /// <summary>Continuation of <see cref="Container.Master"/>; null for the beginning.</summary>
    public string? Master { get; init; }

    /// <summary>Continuation of <see cref="Container.Figures"/>, for who follows what workers write.</summary>
    public string? Figures { get; init; }

    /// <summary>When it last read to the end of its feeds.</summary>
    public DateTimeOffset? CaughtUpAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Consumer);

    public static DocumentKey KeyOf(string consumer) => new(Container.Figures, "", $"cursor/{consumer}");

    /// <summary>Where to continue in a container.</summary>
    public string? Of(Container container) => container switch
    {
        Container.Interactions => Interactions,
        Container.Master => Master,
        Container.Figures => Figures,
        _ => throw new ArgumentOutOfRangeException(nameof(container), container, "No consumer reads this container."),
    };

    public ConsumerCursor At(Container container, string next) => container switch
    {
        Container.Interactions => this with { Interactions = next },
        Container.Figures => this with { Figures = next },
        _ => this with { Master = next },
    };
}
