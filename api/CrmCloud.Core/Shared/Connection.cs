using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Shared;

/// <summary>A page of a list, with cursors. Forward only.</summary>
/// <param name="endCursor">Where the next page begins, when that is not the last edge: a filtered page may be empty.</param>
[GraphQLName("{0}Connection")]
public sealed class Connection<T>(
    IReadOnlyList<Edge<T>> edges, bool hasNextPage, Func<CancellationToken, Task<Count>> count, string? endCursor = null)
{
    public IReadOnlyList<Edge<T>> Edges { get; } = edges;

    public IReadOnlyList<T> Nodes { get; } = [.. edges.Select(e => e.Node)];

    public PageInfo PageInfo { get; } =
        new(hasNextPage, edges.Count > 0 ? edges[0].Cursor : null, endCursor ?? (edges.Count > 0 ? edges[^1].Cursor : null));

    /// <summary>Counted only when asked for.</summary>
    [Cost(10)]
    public Task<Count> TotalCountAsync(CancellationToken stop) => count(stop);
}

[GraphQLName("{0}Edge")]
public sealed record Edge<T>(string Cursor, T Node);

/// <param name="HasNextPage">Whether `after: endCursor` would bring more.</param>
public sealed record PageInfo(bool HasNextPage, string? StartCursor, string? EndCursor)
{
    /// <summary>Always false: pages only go forward. Kept for Relay clients.</summary>
    public bool HasPreviousPage => false;
}

/// <summary>A count that admits how exact it is.</summary>
public sealed record Count(int Value, CountPrecision Precision, DateTimeOffset ComputedAt);

public enum CountPrecision
{
    Exact,
    AtLeast,
    Estimate,
}
