using System.Text.Json.Serialization;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

public enum OutcomeKind
{
    Shown,
    Accepted,
    Rejected,
    Ignored,
    Complained,
}

/// <param name="Value">What it brought; null where nothing was said.</param>
public sealed record RecommendationOutcome(OutcomeKind Kind, DateTimeOffset At, Money? Value);

/// <summary>
/// A recommendation of which something became: the decision with all that made it, and its outcomes. Written with the
/// first of them; until then the recommendation's id says everything.
/// </summary>
public sealed record RecommendationRecord : IDocument, INode
{
    public required string CustomerId { get; init; }

    /// <summary>32 hex characters: the hash of <see cref="LocalId"/>.</summary>
    public required string RecordId { get; init; }

    /// <summary>Of the recommendation: the decision, sealed.</summary>
    public required string LocalId { get; init; }

    public required string ActionId { get; init; }

    /// <summary>Its key, for lists.</summary>
    public required string ActionKey { get; init; }

    public required Channel Channel { get; init; }

    public string? Placement { get; init; }

    /// <summary>He belongs to the action's control group: he was shown nothing.</summary>
    public bool HeldOut { get; init; }

    /// <summary>When the first outcome happened; when it was shown, as far as it was.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>In the order in which they were recorded; at most one of each kind.</summary>
    public required IReadOnlyList<StoredOutcome> Outcomes { get; init; }

    /// <summary>Replays to itself with <see cref="Decider.Replay"/>.</summary>
    public required Decision Decision { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public string Id => GlobalId.Of("Recommendation", LocalId);

    [JsonIgnore]
    public StoredOutcome Last => Outcomes[^1];

    [JsonIgnore]
    public DocumentKey Key => KeyOf(CustomerId, RecordId);

    public static DocumentKey KeyOf(string customerId, string recordId) =>
        new(Container.Interactions, Buckets.Of(customerId), $"recommendation/{customerId}/{recordId}");
}

/// <param name="ValueMinor">In the tenant's currency.</param>
public sealed record StoredOutcome(OutcomeKind Kind, DateTimeOffset At, long? ValueMinor);
