using System.Globalization;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Pipeline;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// What a group of members holds. One whose document is torn is made anew from the moves that led to it, so that it
/// keeps nobody else waiting.
/// </summary>
/// <remarks>
/// Due instants are no moves, and moves are kept for three years: what is missing of a torn group is found by the
/// evaluation of everybody that follows.
/// </remarks>
internal sealed class GroupEntries(ITenantStore store, MembershipLedger ledger, MembershipLists lists)
{
    /// <returns>The entries in the order of their customers; the trouble where the document is torn.</returns>
    public async ValueTask<(List<MemberEntry> Entries, Unprocessable? Torn)> OfAsync(
        MemberGroup group, CancellationToken stop)
    {
        try
        {
            return (MemberPack.Decode(group.Packed, lists), null);
        }
        catch (Exception trouble) when (DeadLetters.IsOfTheDocument(trouble))
        {
            var moves = await MovesAsync(group, stop);
            return (Replay(moves), new(group.Key, group.Version, DeadLetters.ReasonOf(trouble)));
        }
    }

    // A group that was halved has older moves in the logs of the group that it was part of.
    private async Task<List<Move>> MovesAsync(MemberGroup group, CancellationToken stop)
    {
        var bits = int.Parse(group.Name[..2], CultureInfo.InvariantCulture);
        var number = int.Parse(group.Name[3..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var moves = new List<Move>();
        foreach (var used in ledger.UsedBits.Where(one => one <= bits))
        {
            var query = new Query(Container.Figures, group.Bucket, MemberLog.Kind)
            {
                IdPrefix = MemberGroup.NameOf(used, number >> (bits - used)) + "/",
            };
            await foreach (var log in StorePages.AllAsync<MemberLog>(store, query, stop))
            {
                moves.AddRange(MemberPack.Moves(log.Packed).Where(move => move.Customer.Group(bits) == number));
            }
        }

        return [.. moves.OrderBy(move => move.Tick)];
    }

    private static List<MemberEntry> Replay(List<Move> moves)
    {
        var present = new SortedDictionary<CustomerNumber, SortedDictionary<int, Membership>>();
        foreach (var move in moves)
        {
            if (!present.TryGetValue(move.Customer, out var own))
            {
                present[move.Customer] = own = [];
            }

            if (move.Entered)
            {
                own[move.Segment] = new(move.Segment, move.At, move.Cause, move.Revision);
            }
            else
            {
                own.Remove(move.Segment);
            }
        }

        return [.. present.Where(pair => pair.Value.Count > 0)
            .Select(pair => new MemberEntry(pair.Key, 0, [.. pair.Value.Values]))];
    }
}
