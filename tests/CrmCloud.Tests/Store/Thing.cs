using CrmCloud.Store;

namespace CrmCloud.Tests.Store;

/// <summary>A document with a value of every JSON type.</summary>
public sealed record Thing : IDocument
{
    public string Kind { get; init; } = "thing";

    public required string Name { get; init; }

    public string Bucket { get; init; } = "7";

    public Container Place { get; init; } = Container.Master;

    public long? Count { get; init; }

    public double? Weight { get; init; }

    public bool? Ready { get; init; }

    public string? Text { get; init; }

    public Inner? Inner { get; init; }

    public long Version { get; init; }

    /// <summary>Null for ever.</summary>
    public int? LifeSeconds { get; init; }

    public DocumentKey Key => new(Place, Bucket, $"{Kind}/{Name}");

    public TimeSpan? TimeToLive => LifeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}

public sealed record Inner(string? Group, long Rank);
