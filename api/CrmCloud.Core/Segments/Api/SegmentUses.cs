using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Segments.Api;

/// <summary>A feature that uses segments, and how it finds those of its objects that use one.</summary>
public sealed record SegmentUse(
    Func<SegmentDefinition, Caller, CancellationToken, Task<IReadOnlyList<INode>>> FindAsync);

/// <summary>What uses a segment: rules of other segments, and whatever other features registered.</summary>
public sealed class SegmentUses(IEnumerable<SegmentUse> features)
{
    private readonly SegmentUse[] _features = [.. features];

    public async Task<IReadOnlyList<INode>> OfAsync(
        SegmentDefinition segment, SegmentRulebook book, Caller caller, CancellationToken stop)
    {
        var found = new List<INode>(book.Dependents(segment));
        foreach (var feature in _features)
        {
            found.AddRange(await feature.FindAsync(segment, caller, stop));
        }

        return found;
    }
}
