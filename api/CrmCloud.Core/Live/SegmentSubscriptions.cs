using System.Runtime.CompilerServices;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Live;

public sealed class SegmentSubscriptions(LiveMoves moves)
{
    /// <summary>
    /// Customers who enter or leave the segment from now on: one who leaves has `until`, one who enters has not;
    /// `cause` says why. Needs CUSTOMERS_READ too. A subscriber who is more than 1,024 moves behind for 5 seconds is
    /// ended with SUBSCRIBER_TOO_SLOW.
    /// </summary>
    [Subscription, RequiresScope(Scope.SegmentsRead)]
    public async Task<IAsyncEnumerable<SegmentMembership>> SegmentMembershipChangedAsync(
        [Id] string segmentId, Caller caller, CancellationToken stop)
    {
        // As for the list of members; the guard of the field knows only "one of several".
        RequiresScopeAttribute.Demand(caller, "Subscription.segmentMembershipChanged", Scope.CustomersRead);
        var segment = GlobalId.Local(segmentId, "Segment") is { } local
            ? (await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop)).Find(local)
            : null;
        return segment is null
            ? throw LiveWatch.NotFound("segment")
            : SaidOf(await moves.ListenAsync(caller, segment.SegmentId, stop), segment, caller, stop);
    }

    private static async IAsyncEnumerable<SegmentMembership> SaidOf(
        IAsyncEnumerable<SegmentMove> moved, SegmentDefinition segment, Caller caller,
        [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var move in moved.WithCancellation(stop))
        {
            // It may have been renamed since; of one that was deleted the last known words are told.
            segment = segment.IsBuiltIn
                ? segment
                : await caller.Store.FindAsync<SegmentDefinition>(segment.Key, stop) ?? segment;
            var until = move.Entered ? (DateTimeOffset?)null : move.At;
            yield return new(
                new(move.CustomerId, move.SegmentId, move.Since, until, move.Cause, move.Revision), segment);
        }
    }
}
