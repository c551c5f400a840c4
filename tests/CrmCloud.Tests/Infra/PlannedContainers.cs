using System.Text.Json;
using System.Text.Json.Nodes;
using CrmCloud.Store;

namespace CrmCloud.Tests.Infra;

/// <summary>What infra/modules/containers.json must hold, made from the code's own declarations.</summary>
internal static class PlannedContainers
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Text(IReadOnlyList<StoreIndex> indexes) =>
        new JsonArray([.. ContainerPlan.All.Select(one => Describe(one, indexes))]).ToJsonString(Indented) + "\n";

    private static JsonObject Describe(PlannedContainer one, IReadOnlyList<StoreIndex> indexes) => new()
    {
        ["name"] = one.Name,
        ["partitionKey"] = one.PartitionKey,
        ["defaultTtl"] = one.DefaultTtlSeconds,
        // The feed's bookkeeping keeps the host's own wishes: everything indexed, as Cosmos DB does without being told.
        ["indexingPolicy"] = one.Container is null
            ? Policy(["/*"], [], [])
            : Policy(one.IndexedPaths(indexes), ["/*"], one.SortedPaths(indexes).Select(Sorted)),
    };

    private static JsonObject Policy(
        IEnumerable<string> included, IEnumerable<string> excluded, IEnumerable<JsonNode> composite) => new()
    {
        ["indexingMode"] = "consistent",
        ["automatic"] = true,
        ["includedPaths"] = Paths(included),
        ["excludedPaths"] = Paths(excluded),
        ["compositeIndexes"] = new JsonArray([.. composite]),
    };

    private static JsonArray Paths(IEnumerable<string> paths) =>
        new([.. paths.Select(path => new JsonObject { ["path"] = path })]);

    // Sorting by a member and then by the id needs both in one index; it serves the reverse order too.
    private static JsonArray Sorted(string path) => new(
        new JsonObject { ["path"] = path, ["order"] = "ascending" },
        new JsonObject { ["path"] = "/id", ["order"] = "ascending" });
}
