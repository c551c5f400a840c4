using CrmCloud.Core.Schema;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>Groups of customers, and the worker that keeps who belongs to them.</summary>
public static class SegmentsFeature
{
    /// <summary>The worker asks which group of customers is due next.</summary>
    public static IReadOnlyList<StoreIndex> Indexes { get; } =
    [
        new(Container.Figures, MemberGroup.Kind, "nextDueAt"),
    ];

    public static void Register(FeatureRegistry registry)
    {
        registry.Visitor("segments", SegmentVisit.RunAsync);
        foreach (var index in Indexes)
        {
            registry.Index(index.Container, index.Kind, [.. index.Paths]);
        }
    }
}
