using CrmCloud.GraphQL.Binding;

namespace CrmCloud.GraphQL.Relay;

/// <summary>One page of a list, as Relay's specification of connections has it, read forward.</summary>
[GraphQLName("{0}Connection")]
public sealed record Connection<T>(IReadOnlyList<Edge<T>> Edges, PageInfo PageInfo)
    where T : notnull
{
    /// <summary>The items without their cursors.</summary>
    public IReadOnlyList<T> Nodes => [.. Edges.Select(edge => edge.Node)];

    /// <summary>A page of what a source gave.</summary>
    /// <param name="items">
    /// In order, those after the cursor; one more than asked for where there is one, which tells that there is more.
    /// </param>
    /// <param name="first">How many were asked for; 0 or more.</param>
    /// <param name="after">The cursor that was asked with; null for the first page.</param>
    /// <param name="cursorOf">Names an item's place. Callers are to take it for opaque.</param>
    public static Connection<T> Of(IEnumerable<T> items, int first, string? after, Func<T, string> cursorOf)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var found = items.Take(first + 1).ToList();
        var edges = found.Take(first).Select(item => new Edge<T>(cursorOf(item), item)).ToList();
        return new(edges, new(
            found.Count > first, after is not null, edges.FirstOrDefault()?.Cursor, edges.LastOrDefault()?.Cursor));
    }
}

/// <summary>An item with its place in the list.</summary>
[GraphQLName("{0}Edge")]
public sealed record Edge<T>(string Cursor, T Node)
    where T : notnull;

/// <summary>Where a page lies.</summary>
/// <param name="HasPreviousPage">Whether it was asked for with a cursor.</param>
/// <param name="StartCursor">Null for an empty page.</param>
/// <param name="EndCursor">What `after` takes for the next page; null for an empty page.</param>
public sealed record PageInfo(bool HasNextPage, bool HasPreviousPage, string? StartCursor, string? EndCursor);
