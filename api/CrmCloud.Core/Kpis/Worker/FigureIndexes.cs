using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>What lists of customers sort and filter by: derived values live with the figures.</summary>
public static class FigureIndexes
{
    /// <summary>Recency, frequency and monetary sort; the groups filter before they sort by id.</summary>
    public static IReadOnlyList<StoreIndex> All { get; } =
    [
        new(Container.Figures, "profile", "lastOrderAt"),
        new(Container.Figures, "profile", "frequency"),
        new(Container.Figures, "profile", "monetaryMinor"),
        new(Container.Figures, "profile", "netMinor"),
        new(Container.Figures, "profile", "lifecycle"),
        new(Container.Figures, "profile", "idicStage"),
        new(Container.Figures, "profile", "rfmGroup"),
    ];
}
