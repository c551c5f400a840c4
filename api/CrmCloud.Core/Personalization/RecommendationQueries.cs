using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Personalization;

public sealed class RecommendationQueries
{
    /// <summary>
    /// Best actions for one customer now, with the reasons, and what was held back and why; null for an unknown
    /// customer. Asking writes nothing: the decision is kept with its first outcome.
    /// </summary>
    /// <param name="channel">Where they would be shown.</param>
    /// <param name="placement">Your word for the place there: each place has decisions of its own.</param>
    /// <param name="first">1 to 20.</param>
    [Query, RequiresScope(Scope.PersonalizationRead), Cost(20)]
    public async Task<RecommendationSet?> RecommendAsync(
        Ref customer, Channel channel, Caller caller, CancellationToken stop, string? placement = null, int first = 3)
    {
        Check(placement, first);
        return await CustomerLookup.ByRefAsync(caller.Store, customer, stop) is { } found
            ? await new Recommender(caller).RecommendAsync(found, (channel, placement), first, stop)
            : null;
    }

    internal static void Check(string? placement, int first)
    {
        if (first is < 1 or > DecisionMaking.MostPlaces)
        {
            throw new GraphQLRequestException(
                "OUT_OF_RANGE", $"first is {first}; 1 to {DecisionMaking.MostPlaces} are recommended at once.");
        }

        if (placement is not null && (placement.Length is 0 or > RecommendationToken.MostPlacementCharacters
            || !placement.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')))
        {
            throw new GraphQLRequestException(
                "OUT_OF_RANGE", "placement has 1 to 40 of a-z, A-Z, 0-9, '_', '-', '.'.");
        }
    }
}

[ExtendObjectType(typeof(Customer))]
public sealed class NextBestActions
{
    /// <summary>Best actions for him now on a channel; `recommend` also says what was held back.</summary>
    /// <param name="placement">Your word for the place there: each place has decisions of its own.</param>
    /// <param name="first">1 to 20.</param>
    [RequiresScope(Scope.PersonalizationRead), Cost(20)]
    public async Task<IReadOnlyList<Recommendation>> NextBestActionsAsync(
        [Parent] Customer customer, Channel channel, Caller caller, CancellationToken stop, string? placement = null,
        int first = 3)
    {
        RecommendationQueries.Check(placement, first);
        return (await new Recommender(caller)
            .RecommendAsync(customer, (channel, placement), first, stop)).Recommendations;
    }
}

[ExtendObjectType(typeof(Recommendation))]
public sealed class RecommendationFields
{
    [BatchResolver]
    public async Task<IReadOnlyList<Customer>> CustomerAsync(
        [Parent] IReadOnlyList<Recommendation> recommendations, Caller caller, CancellationToken stop)
    {
        var found = await CustomerLookup.ByLocalIdsAsync(
            caller.Store, recommendations.Select(r => r.CustomerId), stop);
        return [.. recommendations.Select(r => found[r.CustomerId])];
    }

    [BatchResolver]
    public async Task<IReadOnlyList<ActionDefinition>> ActionAsync(
        [Parent] IReadOnlyList<Recommendation> recommendations, Caller caller, CancellationToken stop)
    {
        var keys = recommendations.Select(r => ActionDefinition.KeyOf(r.ActionId)).Distinct().ToList();
        var found = (await caller.Store.FindAllAsync<ActionDefinition>(keys, stop)).ToDictionary(a => a.ActionId);
        return [.. recommendations.Select(r => found[r.ActionId])];
    }

    /// <summary>What became of it last; null where nothing was recorded yet.</summary>
    [BatchResolver]
    public async Task<IReadOnlyList<RecommendationOutcome?>> OutcomeAsync(
        [Parent] IReadOnlyList<Recommendation> recommendations, Caller caller, CancellationToken stop)
    {
        var keys = recommendations
            .Select(r => RecommendationRecord.KeyOf(r.CustomerId, r.RecordId)).Distinct().ToList();
        var found = (await caller.Store.FindAllAsync<RecommendationRecord>(keys, stop)).ToDictionary(r => r.RecordId);
        return [.. recommendations.Select(r => found.GetValueOrDefault(r.RecordId)?.Last is { } last
            ? new RecommendationOutcome(
                last.Kind, last.At, last.ValueMinor is { } minor ? new Money(minor, caller.Tenant.Money) : null)
            : null)];
    }

    /// <summary>Consents and caps are always as they are now; stage, segments and scores follow the figures.</summary>
    [Cost(2)]
    public Task<Freshness> FreshnessAsync(
        [Parent] Recommendation recommendation, Caller caller, CancellationToken stop) =>
        new FigureReader(caller.Store, caller.Tenant).FreshnessAsync(caller.Now, stop);
}
