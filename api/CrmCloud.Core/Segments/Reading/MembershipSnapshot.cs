using System.Globalization;
using System.Runtime.CompilerServices;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>How far the worker was at one moment: what freshness is told from.</summary>
internal sealed record SegmentMarks(SegmentState State, SegmentBook Book, ConsumerCursor Cursor)
{
    public static async Task<SegmentMarks> LoadAsync(ITenantStore store, CancellationToken stop)
    {
        var state = store.FindAsync<SegmentState>(SegmentState.KeyOf(), stop);
        var book = store.FindAsync<SegmentBook>(SegmentBook.KeyOf(), stop);
        var cursor = store.FindAsync<ConsumerCursor>(ConsumerCursor.KeyOf(SegmentDesk.Consumer), stop);
        return new(
            await state ?? new(), await book ?? new(), await cursor ?? new() { Consumer = SegmentDesk.Consumer });
    }
}

/// <summary>
/// Memberships as they were when a request first asked for them, so that sizes, members and freshness of one answer
/// are of one moment, however much the worker moves meanwhile.
/// </summary>
/// <remarks>
/// The marks are read before the sizes: freshness may call them older than they are, never newer. Groups are read when
/// they are needed; what entered or left since is taken back by the bucket's log.
/// </remarks>
internal sealed class MembershipSnapshot(ITenantStore store, Tenant tenant)
{
    // A division of a bucket takes its groups away under the reader; there are two in a row only by design.
    private const int MostAttempts = 5;

    private static readonly ConditionalWeakTable<Caller, MembershipSnapshot> OfRequests = [];

    private readonly MembershipReader _reader = new(store, tenant);
    private readonly Lock _gate = new();
    private Task<(SegmentMarks Marks, IReadOnlyList<MembershipLedger> Ledgers)>? _loaded;

    /// <summary>The same for everything that one request asks.</summary>
    public static MembershipSnapshot Of(Caller caller) =>
        OfRequests.GetValue(caller, one => new(one.Store, one.Tenant));

    public async Task<SegmentMarks> MarksAsync(CancellationToken stop) => (await LoadAsync(stop)).Marks;

    /// <summary>By bucket, the last tick of moves that are in it.</summary>
    public async Task<IReadOnlyDictionary<string, long>> TicksAsync(CancellationToken stop) =>
        (await LoadAsync(stop)).Ledgers.ToDictionary(ledger => ledger.Bucket, ledger => ledger.Version);

    /// <summary>Of all segments that have members, by local id. Exact.</summary>
    public async Task<IReadOnlyDictionary<string, int>> SizesAsync(CancellationToken stop)
    {
        var (marks, ledgers) = await LoadAsync(stop);
        return MembershipReader.SizesIn(marks.Book, ledgers);
    }

    /// <summary>When memberships were last changed or found up to date.</summary>
    public async Task<DateTimeOffset> ComputedAtAsync(CancellationToken stop) =>
        (await MarksAsync(stop)).State.ComputedAt ?? tenant.CreatedAt;

    /// <summary>Ids of the members, as many as <see cref="SizesAsync"/> says.</summary>
    public async IAsyncEnumerable<string> MembersAsync(
        string segmentId, [EnumeratorCancellation] CancellationToken stop)
    {
        var (marks, ledgers) = await LoadAsync(stop);
        if (marks.Book.Find(segmentId) is not { } entry)
        {
            yield break;
        }

        foreach (var ledger in ledgers)
        {
            foreach (var customer in await OfBucketAsync(ledger, entry.Number, stop))
            {
                yield return customer.ToCustomerId(ledger.Bucket);
            }
        }
    }

    private async Task<IEnumerable<CustomerNumber>> OfBucketAsync(
        MembershipLedger ledger, int segment, CancellationToken stop)
    {
        var reading = ledger;
        for (var attempt = 1; ; attempt++)
        {
            var members = new HashSet<CustomerNumber>();
            await foreach (var (member, _) in _reader.OfBucketAsync(reading, segment, null, stop))
            {
                members.Add(member.Customer);
            }

            var now = await store.FindAsync<MembershipLedger>(ledger.Key, stop) ?? reading;
            if (now.Bits == reading.Bits || attempt == MostAttempts)
            {
                return now.Version == ledger.Version ? members : await TakeBackAsync(members, ledger, segment, stop);
            }

            reading = now;
        }
    }

    // The first move since the snapshot tells how it was before, whichever of them the reader saw.
    private async Task<HashSet<CustomerNumber>> TakeBackAsync(
        HashSet<CustomerNumber> members, MembershipLedger ledger, int segment, CancellationToken stop)
    {
        var month = MemberLog.MonthOf(await ComputedAtAsync(stop));
        var moves = new List<Move>();
        var query = new Query(Container.Figures, ledger.Bucket, MemberLog.Kind);
        await foreach (var log in StorePages.AllAsync<MemberLog>(store, query, stop))
        {
            if (string.CompareOrdinal(log.Part, month) >= 0)
            {
                moves.AddRange(MemberPack.Moves(log.Packed)
                    .Where(move => move.Segment == segment && move.Tick > ledger.Version));
            }
        }

        foreach (var first in moves.OrderBy(move => move.Tick).DistinctBy(move => move.Customer))
        {
            _ = first.Entered ? members.Remove(first.Customer) : members.Add(first.Customer);
        }

        return members;
    }

    private Task<(SegmentMarks Marks, IReadOnlyList<MembershipLedger> Ledgers)> LoadAsync(CancellationToken stop)
    {
        lock (_gate)
        {
            return _loaded ??= ReadAsync(stop);
        }
    }

    private async Task<(SegmentMarks Marks, IReadOnlyList<MembershipLedger> Ledgers)> ReadAsync(CancellationToken stop)
    {
        var marks = await SegmentMarks.LoadAsync(store, stop);
        return (marks, await _reader.LedgersAsync(stop));
    }
}
