using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Objectives;

/// <summary>Objectives about the members of one segment.</summary>
[ExtendObjectType(typeof(Objective))]
public sealed class ObjectiveSegments
{
    /// <summary>Whose members alone are measured; null for all customers, and where the segment is gone.</summary>
    [RequiresScope(Scope.SegmentsRead), Cost(1)]
    public async Task<SegmentDefinition?> SegmentAsync(
        [Parent] Objective objective, Caller caller, CancellationToken stop) =>
        await OfAsync(objective, caller, stop);

    internal static async Task<SegmentDefinition?> OfAsync(
        Objective objective, Caller caller, CancellationToken stop) =>
        objective.SegmentId is { } id
            ? (await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop)).Find(id)
            : null;

    /// <summary>Null where none is named, or none is found.</summary>
    /// <exception cref="GraphQLRequestException">The caller may not read segments.</exception>
    internal static async Task<SegmentDefinition?> FindAsync(
        SegmentRef? reference, Caller caller, CancellationToken stop)
    {
        if (reference is null)
        {
            return null;
        }

        if (!caller.Has(Scope.SegmentsRead))
        {
            throw new GraphQLRequestException("FORBIDDEN", "Objectives of a segment need the scope SEGMENTS_READ.",
                new Dictionary<string, object?> { ["anyOf"] = new[] { "SEGMENTS_READ" } });
        }

        return (await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop)).Find(reference);
    }

    /// <summary>
    /// Objectives that need a segment: drafts and active ones. Of closed ones the log keeps what decided.
    /// </summary>
    internal static async Task<ILookup<string, INode>> UsingAsync(
        SegmentRulebook book, Caller caller, CancellationToken stop) =>
        (await ObjectiveLoading.AllAsync(caller.Store, stop)).Where(o => o.IsOpen && o.SegmentId is not null)
            .Select(o => (book.Catalog.Find(o.SegmentId!)?.SegmentKey, Objective: o))
            .Where(one => one.SegmentKey is not null)
            .ToLookup(one => one.SegmentKey!, one => (INode)one.Objective, StringComparer.Ordinal);
}
