using CrmCloud.Core.Jobs;
using CrmCloud.Core.Segments;
using CrmCloud.Store;

namespace CrmCloud.Core.Live;

/// <summary>
/// Reads who entered and left segments of one tenant and mode from the logs that the worker saves with each change, by
/// the store's change feed: whichever process the worker runs in. Not for use by several threads at once.
/// </summary>
/// <remarks>Each move once: a log is read again when it grows, and a move's tick tells whether it was given.</remarks>
internal sealed class MoveFeed
{
    private const int PageSize = 200;

    private readonly ITenantStore _store;
    private readonly Dictionary<string, long> _begin;
    private readonly Dictionary<string, long> _given = new(StringComparer.Ordinal);
    private Dictionary<string, long> _ledgers;
    private Dictionary<int, string> _segments = [];
    private string? _cursor;

    private MoveFeed(ITenantStore store, Dictionary<string, long> ledgers, string? cursor) =>
        (_store, _begin, _ledgers, _cursor) = (store, ledgers, ledgers, cursor);

    /// <summary>Begins with what is saved from now on.</summary>
    public static async Task<MoveFeed> OpenAsync(ITenantStore store, CancellationToken stop)
    {
        // The worker follows the same feed: its place is near the end. What it has not read is told apart by ticks.
        var worker = await store.FindAsync<ConsumerCursor>(ConsumerCursor.KeyOf(SegmentDesk.Consumer), stop);
        return new MoveFeed(store, await LedgersAsync(store, stop), worker?.Figures);
    }

    /// <summary>Gives what was saved since the last call, in the order of each customer's moves.</summary>
    /// <param name="give">Called with the moves of a page of the feed.</param>
    public async Task ReadAsync(Func<IReadOnlyList<SegmentMove>, Task> give, CancellationToken stop)
    {
        // Sixteen small documents say whether there is anything in a feed that holds every other figure too.
        var ledgers = await LedgersAsync(_store, stop);
        if (ledgers.Count == _ledgers.Count && !ledgers.Except(_ledgers).Any())
        {
            return;
        }

        for (var caughtUp = false; !caughtUp;)
        {
            var page = await _store.ReadChangesAsync(Container.Figures, _cursor, PageSize, stop);
            var moves = page.Changes.Where(change => change is { Deleted: false, Key.Kind: MemberLog.Kind })
                .SelectMany(NewIn).ToList();
            var named = await NamedAsync(moves, stop);

            // From here on nothing is read again: what follows waits for subscribers, not for the store.
            foreach (var (log, move) in moves)
            {
                _given[log.Name] = Math.Max(_given.GetValueOrDefault(log.Name), move.Tick);
            }

            (_cursor, caughtUp) = (page.Next, page.CaughtUp);
            await give(named);
        }

        _ledgers = ledgers;
    }

    private static async Task<Dictionary<string, long>> LedgersAsync(ITenantStore store, CancellationToken stop) =>
        (await store.FindManyAsync<MembershipLedger>(
            [.. Shared.Buckets.Partitions.Select(MembershipLedger.KeyOf)], stop))
        .ToDictionary(ledger => ledger.Bucket, ledger => ledger.Version);

    private IEnumerable<(GroupLog Log, Move Move)> NewIn(Change change)
    {
        var document = change.Read<MemberLog>();
        var log = new GroupLog(document.Bucket, document.Group);
        var given = _given.TryGetValue(log.Name, out var tick) ? tick : _begin.GetValueOrDefault(log.Bucket);
        return MovesOf(document).Where(move => move.Tick > given).Select(move => (log, move));
    }

    private static IReadOnlyList<Move> MovesOf(MemberLog log)
    {
        try
        {
            return MemberPack.Moves(log.Packed);
        }
        catch (InvalidDataException)
        {
            // The worker reports it where operators look; the other groups' moves are told all the same.
            return [];
        }
    }

    private async Task<IReadOnlyList<SegmentMove>> NamedAsync(
        List<(GroupLog Log, Move Move)> moves, CancellationToken stop)
    {
        if (moves.Exists(one => !_segments.ContainsKey(one.Move.Segment)))
        {
            var book = await _store.FindAsync<SegmentBook>(SegmentBook.KeyOf(), stop) ?? new SegmentBook();
            _segments = book.Entries.ToDictionary(entry => entry.Number, entry => entry.SegmentId);
        }

        return [.. moves.Where(one => _segments.ContainsKey(one.Move.Segment)).Select(one => new SegmentMove(
            one.Move.Customer.ToCustomerId(one.Log.Bucket), _segments[one.Move.Segment], one.Move.Entered,
            DateTimeOffset.FromUnixTimeMilliseconds(one.Move.At),
            DateTimeOffset.FromUnixTimeMilliseconds(one.Move.Since), one.Move.Cause, one.Move.Revision))];
    }

    private readonly record struct GroupLog(string Bucket, string Group)
    {
        public string Name => $"{Bucket}/{Group}";
    }
}
