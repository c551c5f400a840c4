using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Personalization;

/// <summary>An action; the key finds the one to change. A field left out stays as it is.</summary>
public sealed record ActionInput
{
    /// <summary>Where given, the action must exist and have this key.</summary>
    [Id, MaxLength(400)]
    public string? Id { get; init; }

    /// <summary>1 to 60 of a-z, 0-9, '-' and '_', a letter first.</summary>
    [MaxLength(60), RegularExpression(
        "^[a-z][a-z0-9_-]{0,59}$",
        ErrorMessage = "begins with a small letter; small letters, digits, '_' and '-' follow, "
            + "up to 60 together, such as \"welcome-back\"")]
    public required string Key { get; init; }

    [MaxLength(120), MinLength(1)]
    public required string Name { get; init; }

    public required ActionKind Kind { get; init; }

    [MaxLength(20), MinLength(1)]
    public required IReadOnlyList<Channel> Channels { get; init; }

    /// <summary>A consent's purpose: 1 to 60 of a-z, 0-9, '_', '-', '.'.</summary>
    [MaxLength(60), RegularExpression(
        "^[a-z0-9_.-]{1,60}$",
        ErrorMessage = "has 1 to 60 small letters, digits, '_', '.' and '-', such as \"news.email\"")]
    public required string Purpose { get; init; }

    /// <summary>At least one, at most 20; each language once.</summary>
    [MaxLength(20), MinLength(1)]
    public required IReadOnlyList<LocalizedContentInput> Content { get; init; }

    /// <summary>Who may be shown it; null for everybody.</summary>
    public Optional<SegmentRuleInput?> Audience { get; init; }

    /// <summary>Who may not, even of the audience; null for nobody.</summary>
    public Optional<SegmentRuleInput?> Exclusions { get; init; }

    /// <summary>Of showing it once, in the tenant's currency; 0 or more.</summary>
    public Optional<MoneyInput?> Cost { get; init; }

    /// <summary>Of one acceptance, in the tenant's currency; above 0.</summary>
    public Optional<MoneyInput?> Value { get; init; }

    /// <summary>
    /// Percent by which its value counts more, or less, when actions are compared; 0 where never given.
    /// </summary>
    [Range(-90, 900)]
    public int? Priority { get; init; }

    public Optional<FrequencyCapInput?> Cap { get; init; }

    public Optional<DateRangeInput?> Window { get; init; }

    /// <summary>Percent points of customers who are never shown it: 0 to 90; 0 where never given.</summary>
    public decimal? Control { get; init; }
}

public sealed record LocalizedContentInput
{
    [Scalar("LanguageTag"), MaxLength(35), RegularExpression(
        "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        ErrorMessage = "is a language tag, such as \"en\" or \"de-CH\"")]
    public required string Language { get; init; }

    [MaxLength(200), MinLength(1)]
    public required string Title { get; init; }

    [MaxLength(4_000)]
    public required string Body { get; init; }

    public JsonElement? Payload { get; init; }
}

/// <summary>What became of a recommendation.</summary>
public sealed record OutcomeInput
{
    [Id, MaxLength(600)]
    public required string RecommendationId { get; init; }

    public required OutcomeKind Kind { get; init; }

    /// <summary>When it happened; not before the day of the decision, not in the future.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it brought, in the tenant's currency; only with ACCEPTED.</summary>
    public MoneyInput? Value { get; init; }
}
