using CrmCloud.Core.Schema;

namespace CrmCloud.Core.Live;

/// <summary>Subscriptions, for screens. What integrations need lasts: they read lists and changes instead.</summary>
public static class LiveFeature
{
    public static void Register(FeatureRegistry registry) => registry
        .Service<TenantPulse>()
        .Service<LivePlaces>()
        .Service<LiveWatch>()
        .Service<LiveMoves>()
        .Service<LiveTimelines>()
        .Service<ProgressStamps>()
        .Fields<SegmentSubscriptions>()
        .Fields<CustomerSubscriptions>()
        .Fields<ObjectiveSubscriptions>()
        .Fields<RunSubscriptions>();
}
