using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>What lists of customers sort and filter by: derived values live with the figures.</summary>
public static class FigureIndexes
{
    /// <summary>
    /// Recency and monetary sort; the others filter. Each index costs about 5 microseconds a customer saved.
    /// </summary>
    public static IReadOnlyList<StoreIndex> All { get; } =
    [
        new(Container.Figures, "profile", "lastOrderAt"),
        new(Container.Figures, "profile", "monetaryMinor"),
        new(Container.Figures, "profile", "lifecycle"),
        new(Container.Figures, "profile", "idicStage"),
        new(Container.Figures, "profile", "rfmGroup"),
    ];
}
