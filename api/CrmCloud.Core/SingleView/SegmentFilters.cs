using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;

namespace CrmCloud.Core.SingleView;

/// <summary>Segments that a filter names, and who is a member of them. Read once a page, not once a customer.</summary>
internal sealed class SegmentFilters(Caller caller, CustomerFilter? filter)
{
    private static readonly HashSet<SegmentRef> Nothing = [];

    private readonly HashSet<SegmentRef> _named = [.. filter?.All().Select(f => f.Segment).OfType<SegmentRef>() ?? []];
    private readonly MembershipReader _reader = new(caller.Store, caller.Tenant);

    private ILookup<string, SegmentRef>? _byId;

    /// <exception cref="GraphQLRequestException">The caller may not read segments.</exception>
    public static void RequireScope(Caller caller, string what)
    {
        if (!caller.Has(Scope.SegmentsRead))
        {
            throw new GraphQLRequestException("FORBIDDEN", $"{what} needs the scope SEGMENTS_READ.",
                new Dictionary<string, object?> { ["anyOf"] = new[] { "SEGMENTS_READ" } });
        }
    }

    /// <summary>Of the segments named, those each customer is a member of. At most 1,000 customers.</summary>
    public async Task<Func<string, IReadOnlySet<SegmentRef>>> OfAsync(
        IEnumerable<string> customerIds, CancellationToken stop)
    {
        if (_named.Count == 0)
        {
            return _ => Nothing;
        }

        var byId = _byId ??= await ResolveAsync(stop);
        var views = await _reader.OfCustomersAsync([.. customerIds], stop);
        var found = views.ToDictionary(one => one.Key, one => one.SelectMany(view => byId[view.SegmentId]).ToHashSet());
        return id => found.GetValueOrDefault(id) ?? Nothing;
    }

    private async Task<ILookup<string, SegmentRef>> ResolveAsync(CancellationToken stop)
    {
        var catalog = await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop);
        return _named.Select(one => (Ref: one, Found: catalog.Find(one)))
            .Where(one => one.Found is not null).ToLookup(one => one.Found!.SegmentId, one => one.Ref);
    }
}
