using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Segments.Api;

/// <summary>A feature that uses segments.</summary>
/// <param name="FindAsync">All of its objects that use one, by the segment's key; asked once for all segments.</param>
public sealed record SegmentUse(
    Func<SegmentRulebook, Caller, CancellationToken, Task<ILookup<string, INode>>> FindAsync);

/// <summary>What uses a segment: rules of other segments, and whatever other features registered.</summary>
public sealed class SegmentUses(IEnumerable<SegmentUse> features)
{
    private readonly SegmentUse[] _features = [.. features];

    /// <returns>One list for each segment given, in their order.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<INode>>> OfAsync(
        IReadOnlyList<SegmentDefinition> segments, SegmentRulebook book, Caller caller, CancellationToken stop)
    {
        var found = new List<ILookup<string, INode>>();
        foreach (var feature in _features)
        {
            found.Add(await feature.FindAsync(book, caller, stop));
        }

        return [.. segments.Select(one => (IReadOnlyList<INode>)
            [.. book.Dependents(one), .. found.SelectMany(users => users[one.SegmentKey])])];
    }
}
