using CrmCloud.Core.Lists;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

/// <summary>Recommendations that were made before, read back from their ids.</summary>
public static class RecommendationReading
{
    /// <param name="localId">As a caller claims it; anything may stand there.</param>
    public static async Task<Recommendation?> ByLocalIdAsync(Caller caller, string localId, CancellationToken stop)
    {
        var token = RecommendationToken.ReadLocal(caller, localId);
        return await DecidedRecommendation.OfAsync(caller, token, stop) is { } decided
            && await ActionCatalog.FindAsync(caller.Store, decided.ActionId, stop) is { } action
                ? decided.Show(caller, action)
                : null;
    }

    /// <summary>What became of a customer's recommendations, the newest first.</summary>
    public static MergedQuery<RecommendationRecord> OfCustomer(string customerId) => new()
    {
        Partitions = [Buckets.Of(customerId)],
        Each = new Query(Container.Interactions, "", "recommendation")
        {
            Where = [new("customerId", Comparison.Equal, customerId)],
            OrderBy = "at",
            Descending = true,
        },
        SortValue = record => SortText.Of(record.At),
    };
}
