using System.Globalization;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>A segment as figures see it: its members now, and everybody who entered and left before.</summary>
public static class SegmentPopulation
{
    /// <summary>Moves are kept for three years.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1_096);

    /// <param name="since">Moves before it are not needed.</param>
    /// <exception cref="GraphQLRequestException">No such segment, or the caller may not read segments.</exception>
    public static async Task<Population> FindAsync(
        SegmentRef reference, Caller caller, DateTimeOffset since, CancellationToken stop)
    {
        if (!caller.Has(Scope.SegmentsRead))
        {
            throw new GraphQLRequestException("FORBIDDEN", "Figures of a segment need the scope SEGMENTS_READ.",
                new Dictionary<string, object?> { ["anyOf"] = new[] { "SEGMENTS_READ" } });
        }

        var catalog = await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop);
        var segment = catalog.Find(reference)
            ?? throw new GraphQLRequestException("NOT_FOUND", "No such segment in `segment`.");
        return await OfAsync((caller.Store, caller.Tenant), segment, (since, caller.Now), stop);
    }

    /// <summary>For workers and for whoever asked before whether the caller may read it.</summary>
    /// <param name="when">Moves before `Since` are not needed.</param>
    public static async Task<Population> OfAsync(
        (ITenantStore Store, Tenant Tenant) from, SegmentDefinition segment,
        (DateTimeOffset Since, DateTimeOffset Now) when, CancellationToken stop)
    {
        // Members and moves of one moment: a move found later, undone, would take out somebody who was never counted.
        var snapshot = new MembershipSnapshot(from.Store, from.Tenant);
        var marks = await snapshot.MarksAsync(stop);
        var entry = marks.Book.Find(segment.SegmentId);
        var members = new List<string>();
        await foreach (var customerId in snapshot.MembersAsync(segment.SegmentId, stop))
        {
            members.Add(customerId);
        }

        var ticks = await snapshot.TicksAsync(stop);
        var moves = entry is null ? [] : await MovesAsync(from.Store, entry.Number, ticks, when.Since, stop);
        var freshness = await new SegmentFreshness(from.Store, from.Tenant).OfAsync([segment], marks, when.Now, stop);
        return new(members, moves, KnownFrom(segment, entry, when.Now), freshness[0])
        {
            // Its members were let go: to count them as 0 would be a figure of nothing.
            Closed = segment.Status == DefinitionStatus.Retired ? "The segment is retired." : null,
        };
    }

    private static DateTimeOffset? KnownFrom(SegmentDefinition segment, BookEntry? entry, DateTimeOffset now)
    {
        if (entry?.AppliedAt is null)
        {
            return null;
        }

        // The oldest outcomes are forgotten after fifty revisions; then the oldest one that is known counts.
        var first = entry.Outcomes.Count > 0 ? entry.Outcomes[0].At : segment.CreatedAt;
        return first > now - Kept ? first : now - Kept;
    }

    // Logs are by month of the finding, which never lies before the move itself.
    private static async Task<IReadOnlyList<PopulationMove>> MovesAsync(
        ITenantStore store, int number, IReadOnlyDictionary<string, long> until, DateTimeOffset since,
        CancellationToken stop)
    {
        var month = MemberLog.MonthOf(since);
        var moves = new List<(PopulationMove Move, long Tick)>();
        foreach (var (bucket, last) in until)
        {
            var query = new Query(Container.Figures, bucket, MemberLog.Kind);
            await foreach (var log in StorePages.AllAsync<MemberLog>(store, query, stop))
            {
                if (string.CompareOrdinal(log.Part, month) >= 0)
                {
                    moves.AddRange(MemberPack.Moves(log.Packed)
                        .Where(move => move.Segment == number && move.Tick <= last).Select(move => (new PopulationMove(
                            move.Customer.ToCustomerId(bucket), move.Entered, move.At), move.Tick)));
                }
            }
        }

        // Of one customer's moves at one instant, the later found comes first.
        return [.. moves.OrderByDescending(one => one.Move.At).ThenByDescending(one => one.Tick)
            .Select(one => one.Move)];
    }
}
