using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <summary>What job lists sort and filter by.</summary>
public static class JobIndexes
{
    public static IReadOnlyList<StoreIndex> All { get; } =
    [
        new(Container.Figures, "jobrun", "startedAt"),
        new(Container.Directory, "nextvisit", "at"),
        new(Container.Directory, "nextvisit", "dayEndsAt"),
    ];
}
