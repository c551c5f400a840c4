using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Shared;

/// <summary>A page of a list, with cursors. Forward only.</summary>
/// <param name="endCursor">
/// Where the next page begins, when that is not the last edge: a filtered page may be empty.
/// </param>
[GraphQLName("{0}Connection")]
public sealed class Connection<T>(
    IReadOnlyList<Edge<T>> edges, bool hasNextPage, Func<CancellationToken, Task<Count>> count,
    Func<string>? endCursor = null)
{
    public IReadOnlyList<Edge<T>> Edges { get; } = edges;

    public IReadOnlyList<T> Nodes { get; } = [.. edges.Select(e => e.Node)];

    public PageInfo PageInfo { get; } = new(
        hasNextPage,
        edges.Count > 0 ? () => edges[0].Cursor : null,
        endCursor ?? (edges.Count > 0 ? () => edges[^1].Cursor : null));

    /// <summary>Counted only when asked for.</summary>
    [Cost(10)]
    public Task<Count> TotalCountAsync(CancellationToken stop) => count(stop);
}

/// <param name="cursor">Called when asked for: signing one costs more than writing out its node.</param>
[GraphQLName("{0}Edge")]
public sealed class Edge<T>(Func<string> cursor, T node)
{
    public string Cursor => cursor();

    public T Node => node;
}

public sealed class PageInfo(bool hasNextPage, Func<string>? startCursor, Func<string>? endCursor)
{
    /// <summary>Whether `after: endCursor` would bring more.</summary>
    public bool HasNextPage => hasNextPage;

    public string? StartCursor => startCursor?.Invoke();

    public string? EndCursor => endCursor?.Invoke();

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
