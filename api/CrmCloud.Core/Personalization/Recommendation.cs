using System.Text.Json.Serialization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Personalization;

public enum ReasonKind
{
    /// <summary>He is of the action's audience.</summary>
    Segment,

    /// <summary>What an acceptance is worth; the weight is that amount less the cost of showing it.</summary>
    Value,

    /// <summary>He permits it; the weight is his own rating of the relation, 0 where he gave none.</summary>
    Consent,

    /// <summary>How it was received so far; the weight is the believed acceptance rate in percent points.</summary>
    Learning,

    /// <summary>
    /// Another one looks better so far; the weight is the chance, in percent points, with which this was drawn.
    /// </summary>
    Exploration,
}

/// <param name="Weight">What it measures depends on the kind.</param>
public sealed record RecommendationReason(ReasonKind Kind, string Text, decimal Weight);

/// <summary>
/// An action chosen for a customer. The same question on the same day has the same answer and the same ids.
/// </summary>
[RequiresScope(Scope.PersonalizationRead)]
public sealed record Recommendation : INode
{
    [GraphQLIgnore]
    public required string LocalId { get; init; }

    [GraphQLIgnore]
    public required string CustomerId { get; init; }

    [GraphQLIgnore]
    public required string ActionId { get; init; }

    [GraphQLIgnore]
    public required string RecordId { get; init; }

    /// <summary>
    /// Believed rate of acceptance x value (with the priority in it) - cost, in the tenant's currency.
    /// </summary>
    public required decimal Score { get; init; }

    /// <summary>From 1. Exploration may put one with a lower score first.</summary>
    public required int Rank { get; init; }

    public required Channel Channel { get; init; }

    /// <summary>End of the local day, or of the action's window.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    public required IReadOnlyList<RecommendationReason> Reasons { get; init; }

    /// <summary>He is of the action's control group: do not show it, but record what he does.</summary>
    public bool HeldOut { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Recommendation", LocalId);
}

/// <param name="Text">Names the fact: which consent, which cap and when it leaves room, which clause.</param>
/// <param name="Recommendation">
/// Only of HELD_OUT, where he would have been shown it: record SHOWN for it when he would have seen it, and ACCEPTED
/// if he does it by himself. That is the control group that uplift is measured against.
/// </param>
public sealed record SuppressedAction(
    ActionDefinition Action, SuppressionReason Reason, string Text, Recommendation? Recommendation);

/// <param name="Recommendations">The best first.</param>
/// <param name="Suppressed">Every other active action that was held back, by key.</param>
public sealed record RecommendationSet(
    IReadOnlyList<Recommendation> Recommendations, IReadOnlyList<SuppressedAction> Suppressed, Freshness Freshness);
