using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

public enum ActionKind
{
    Offer,
    Content,

    /// <summary>Made for one customer: needs the stage INTERACTING.</summary>
    ServiceLevel,

    /// <summary>Made for one customer: needs the stage INTERACTING.</summary>
    ProductAdaptation,
    Outreach,

    /// <summary>Gives a reason to say who he is, so it needs no stage.</summary>
    IdentificationIncentive,
    SurveyInvitation,
}

/// <summary>Something a customer may be given: offer, content, service level, adapted product.</summary>
[GraphQLName("Action"), RequiresScope(Scope.PersonalizationRead)]
public sealed record ActionDefinition : IDocument, IVersioned
{
    /// <summary>Actions of one tenant and mode; a retired one counts too.</summary>
    public const int Most = 100;

    /// <summary>Kind of the claim that makes keys unique.</summary>
    public const string ClaimKind = "action-key";

    /// <summary>32 hex characters.</summary>
    [GraphQLIgnore]
    public required string ActionId { get; init; }

    /// <summary>1 to 60 of a-z, 0-9, '-' and '_', a letter first; it never changes.</summary>
    [GraphQLName("key")]
    public required string ActionKey { get; init; }

    public required string Name { get; init; }

    public required ActionKind Kind { get; init; }

    /// <summary>Where it may be shown.</summary>
    public required IReadOnlyList<Channel> Channels { get; init; }

    /// <summary>The consent it needs, on the channel where it is shown.</summary>
    public required string Purpose { get; init; }

    /// <summary>One for each language.</summary>
    public required IReadOnlyList<LocalizedContent> Content { get; init; }

    /// <summary>Canonical rule; null for everybody.</summary>
    [GraphQLIgnore]
    public string? AudienceText { get; init; }

    /// <summary>Canonical rule; null for nobody.</summary>
    [GraphQLIgnore]
    public string? ExclusionsText { get; init; }

    [GraphQLIgnore]
    public long? CostMinor { get; init; }

    [GraphQLIgnore]
    public long? ValueMinor { get; init; }

    /// <summary>Of the amounts.</summary>
    [GraphQLIgnore]
    public required string Currency { get; init; }

    /// <summary>Percent by which its value counts more, or less, when actions are compared: -90 to 900.</summary>
    public int Priority { get; init; }

    /// <summary>How often one customer may be shown it.</summary>
    public FrequencyCap? Cap { get; init; }

    /// <summary>Local days on which it may be shown, half-open; null for always.</summary>
    public DateRange? Window { get; init; }

    public DefinitionStatus Status { get; init; } = DefinitionStatus.Draft;

    /// <summary>
    /// Share of customers, in percent points, who are never shown it, so that its effect can be told.
    /// </summary>
    public decimal Control { get; init; }

    [Scalar("Version")]
    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Action", ActionId);

    /// <summary>Of showing it once.</summary>
    [JsonIgnore]
    public Money? Cost => CostMinor is { } minor ? new(minor, Shared.Currency.Parse(Currency)) : null;

    /// <summary>Of one acceptance; where there is none, acceptances are counted as one unit each.</summary>
    [JsonIgnore]
    public Money? Value => ValueMinor is { } minor ? new(minor, Shared.Currency.Parse(Currency)) : null;

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(ActionId);

    public static DocumentKey KeyOf(string actionId) => new(Container.Master, "", $"action/{actionId}");

    /// <summary>The claim on a key; its owner is the action's id.</summary>
    public static Claim ClaimOn(string actionKey, string actionId) =>
        Claim.On(ClaimKind, KeyHash.Of(actionKey), actionId);
}

/// <param name="Payload">Whatever the showing program needs beside the words.</param>
public sealed record LocalizedContent(
    [property: Scalar("LanguageTag")] string Language, string Title, string Body, JsonElement? Payload);
