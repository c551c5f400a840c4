using System.Text.Json;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.Store;

namespace CrmCloud.Core.Lists;

/// <summary>The page a caller asks for, and the cursors it answers with.</summary>
public sealed class Paging
{
    /// <summary>Over it is an error, never a silent cut.</summary>
    public const int MostPerPage = 250;

    private readonly Caller _caller;
    private readonly string _queryHash;

    private Paging(Caller caller, int first, string queryHash) =>
        (_caller, First, _queryHash) = (caller, first, queryHash);

    public int First { get; }

    public Position? After { get; private init; }

    /// <param name="query">
    /// Names the list and everything that decides its order and its rows; a cursor serves no other.
    /// </param>
    /// <exception cref="GraphQLRequestException">The size is out of range, or the cursor is another list's.</exception>
    public static Paging Of(Caller caller, int first, string? after, params ReadOnlySpan<object?> query)
    {
        if (first is < 1 or > MostPerPage)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE",
                $"first is {first}; a page has 1 to {MostPerPage} items.");
        }

        var parts = new string[query.Length];
        for (var i = 0; i < query.Length; i++)
        {
            parts[i] = JsonSerializer.Serialize(query[i], query[i]?.GetType() ?? typeof(object), PipelineJson.Options);
        }

        var hash = KeyHash.Of(parts);
        var place = after is null ? null : caller.Cursors.Read(after, hash)
            ?? throw new GraphQLRequestException("INVALID_CURSOR",
                "The cursor in `after` does not belong to this list with these arguments.");
        return new(caller, first, hash) { After = place };
    }

    public string Cursor(Position place) => _caller.Cursors.Write(place, _queryHash);

    /// <param name="end">Where the next page begins; null for the last item's place.</param>
    public Connection<T> Answer<T>(
        IEnumerable<(T Item, Position Place)> items, bool hasMore, Func<CancellationToken, Task<Count>> count,
        Position? end = null) =>
        new([.. items.Select(i => new Edge<T>(() => Cursor(i.Place), i.Item))], hasMore, count,
            end is null ? null : () => Cursor(end));
}
