using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Schema;

/// <summary>How a feature finds one of its objects by local id; null when the caller's store has none.</summary>
/// <param name="Scope">Needed to see it through <c>node</c>; without it the id is answered like an unknown one.</param>
public sealed record NodeLoader(
    string Type, Scope? Scope, Func<Caller, string, CancellationToken, Task<INode?>> LoadAsync);

public sealed class NodeQueries(IEnumerable<NodeLoader> loaders)
{
    public const int MostIds = 100;

    private readonly Dictionary<string, NodeLoader> _loaders = loaders.ToDictionary(l => l.Type);

    /// <summary>
    /// Any object by its global id; null for one that is unknown, another tenant's, or out of the key's scopes.
    /// </summary>
    [Query]
    public async Task<INode?> NodeAsync([Id] string id, Caller caller, CancellationToken stop) =>
        GlobalId.TryParse(id, out var type, out var localId)
        && _loaders.TryGetValue(type, out var loader)
        && (loader.Scope is not { } scope || caller.Has(scope))
            ? await loader.LoadAsync(caller, localId, stop)
            : null;

    /// <summary>Same order as asked; null for unknown or foreign ids. At most 100.</summary>
    [Query]
    public async Task<IReadOnlyList<INode?>> NodesAsync(
        [Id] IReadOnlyList<string> ids, Caller caller, CancellationToken stop)
    {
        if (ids.Count > MostIds)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE", $"{ids.Count} ids; at most {MostIds} are accepted.");
        }

        return await Task.WhenAll(ids.Select(id => NodeAsync(id, caller, stop)));
    }
}
