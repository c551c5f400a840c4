using System.Globalization;
using System.Runtime.CompilerServices;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>Reads stored memberships of one tenant and mode. Never waits for a worker.</summary>
/// <remarks>Members are in the order of bucket and customer number: stable, whoever comes and goes.</remarks>
public sealed class MembershipReader(ITenantStore store, Tenant tenant)
{
    private const int FirstGroups = 8;
    private const int MostGroupsAtOnce = 128;
    private const int MostPerPage = 1_000;

    private SegmentBook? _book;

    private IReadOnlyList<string> Buckets =>
        [.. Shared.Buckets.Partitions.Take(Math.Clamp(tenant.Buckets, 1, Shared.Buckets.Most))];

    /// <summary>Exact.</summary>
    public async Task<int> SizeAsync(string segmentId, CancellationToken stop) =>
        (await SizesAsync(stop)).GetValueOrDefault(segmentId);

    /// <summary>Of all segments that have members, by local id. Exact.</summary>
    public async Task<IReadOnlyDictionary<string, int>> SizesAsync(CancellationToken stop)
    {
        var book = await BookAsync(stop);
        return SizesIn(book, await LedgersAsync(stop));
    }

    internal static IReadOnlyDictionary<string, int> SizesIn(SegmentBook book, IReadOnlyList<MembershipLedger> ledgers)
    {
        var sizes = ledgers.Select(ledger => SegmentSizes.Decode(ledger.Sizes)).ToList();
        return book.Entries.Select(entry => (entry.SegmentId, Size: sizes.Sum(one => one[entry.Number])))
            .Where(pair => pair.Size > 0).ToDictionary(pair => pair.SegmentId, pair => pair.Size);
    }

    /// <summary>The next members of a segment.</summary>
    /// <param name="afterCustomerId">The last one of the page before; null for the first page.</param>
    /// <param name="take">1 to 1,000.</param>
    public async Task<MembersPage> MembersAsync(
        string segmentId, string? afterCustomerId, int take, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, MostPerPage);
        var items = new List<MembershipView>();
        await foreach (var member in AllAsync(segmentId, afterCustomerId, stop))
        {
            if (items.Count == take)
            {
                return new MembersPage(items, true);
            }

            items.Add(member);
        }

        return new MembersPage(items, false);
    }

    /// <summary>All members, read as they are asked for.</summary>
    /// <param name="afterCustomerId">Only those after this one; null for all.</param>
    public async IAsyncEnumerable<MembershipView> AllAsync(
        string segmentId, string? afterCustomerId, [EnumeratorCancellation] CancellationToken stop)
    {
        if ((await BookAsync(stop)).Find(segmentId) is not { } entry)
        {
            yield break;
        }

        var after = afterCustomerId is not null && Shared.Buckets.PartitionOf(afterCustomerId) is { } partition
            ? (Bucket: int.Parse(partition, CultureInfo.InvariantCulture), Customer: CustomerNumber.Of(afterCustomerId))
            : (Bucket: -1, Customer: default);
        foreach (var ledger in (await LedgersAsync(stop)).OrderBy(BucketNumber))
        {
            var start = BucketNumber(ledger) == after.Bucket ? after.Customer : (CustomerNumber?)null;
            if (BucketNumber(ledger) < after.Bucket)
            {
                continue;
            }

            await foreach (var (member, at) in OfBucketAsync(ledger, entry.Number, start, stop))
            {
                yield return View(member, member.Memberships[at], entry.SegmentId, ledger.Bucket);
            }
        }
    }

    /// <summary>What each customer is a member of now. At most 1,000 customers.</summary>
    public async Task<ILookup<string, MembershipView>> OfCustomersAsync(
        IReadOnlyCollection<string> customerIds, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(customerIds.Count, MostPerPage, nameof(customerIds));
        var wanted = customerIds.Where(id => Shared.Buckets.PartitionOf(id) is not null).Distinct().ToList();
        var byNumber = (await BookAsync(stop)).Entries.ToDictionary(entry => entry.Number, entry => entry.SegmentId);
        var ledgers = (await LedgersAsync(stop)).ToDictionary(ledger => ledger.Bucket);
        var asked = wanted.Where(id => ledgers.ContainsKey(Shared.Buckets.Of(id)))
            .ToLookup(id => GroupKey(ledgers[Shared.Buckets.Of(id)], CustomerNumber.Of(id)));
        var groups = await store.FindManyAsync<MemberGroup>([.. asked.Select(one => one.Key)], stop);
        var lists = new MembershipLists();
        var views = new List<MembershipView>();
        foreach (var group in groups)
        {
            var customers = asked[group.Key].ToDictionary(CustomerNumber.Of);
            var (entries, _) = await new GroupEntries(store, ledgers[group.Bucket], lists).OfAsync(group, stop);
            foreach (var entry in entries.Where(one => customers.ContainsKey(one.Customer)))
            {
                views.AddRange(entry.Memberships.Where(one => byNumber.ContainsKey(one.Segment))
                    .Select(one => View(entry, one, byNumber[one.Segment], group.Bucket)));
            }
        }

        return views.ToLookup(view => view.CustomerId);
    }

    /// <summary>
    /// Everything a customer entered and left within three years, in the order in which it was found out.
    /// </summary>
    public async Task<IReadOnlyList<SegmentMove>> HistoryAsync(string customerId, CancellationToken stop)
    {
        if (Shared.Buckets.PartitionOf(customerId) is not { } bucket
            || await store.FindAsync<MembershipLedger>(MembershipLedger.KeyOf(bucket), stop) is not { } ledger)
        {
            return [];
        }

        var byNumber = (await BookAsync(stop)).Entries.ToDictionary(entry => entry.Number, entry => entry.SegmentId);
        var customer = CustomerNumber.Of(customerId);
        var moves = new List<Move>();
        foreach (var bits in ledger.UsedBits)
        {
            var query = new Query(Container.Figures, bucket, MemberLog.Kind)
            {
                IdPrefix = MemberGroup.NameOf(bits, customer.Group(bits)) + "/",
            };
            await foreach (var log in StorePages.AllAsync<MemberLog>(store, query, stop))
            {
                moves.AddRange(MemberPack.Moves(log.Packed).Where(move => move.Customer == customer));
            }
        }

        return [.. moves.OrderBy(move => move.Tick).Where(move => byNumber.ContainsKey(move.Segment)).Select(move =>
            new SegmentMove(customerId, byNumber[move.Segment], move.Entered, Instant(move.At), Instant(move.Since),
                move.Cause, move.Revision))];
    }

    /// <summary>Sizes at the ends of the periods that touch [from, to), with who came and went in each.</summary>
    public async Task<IReadOnlyList<SizePoint>> SeriesAsync(
        string segmentId, Grain grain, (DateOnly From, DateOnly To) range, CancellationToken stop)
    {
        if ((await BookAsync(stop)).Find(segmentId) is not { } entry)
        {
            return [];
        }

        var calendar = TenantDefinitions.CalendarOf(tenant);
        var periods = calendar.Between(grain, range.From, range.To).ToList();
        var days = await DaysAsync(entry.Number, periods, stop);
        var size = await SizeAsync(segmentId, stop);
        var points = new List<SizePoint>();
        foreach (var period in Enumerable.Reverse(periods))
        {
            var (first, next) = (calendar.DayOf(period.Start), calendar.DayOf(period.End));
            var later = days.Where(one => one.Day >= next);
            var within = days.Where(one => one.Day >= first && one.Day < next).ToList();
            points.Add(new SizePoint(
                period, size - later.Sum(one => one.Entered - one.Left), within.Sum(one => one.Entered),
                within.Sum(one => one.Left)));
        }

        points.Reverse();
        return points;
    }

    /// <summary>How many members two segments share. At most 50 others.</summary>
    public async Task<IReadOnlyList<OverlapFigures>> OverlapAsync(
        string segmentId, IReadOnlyList<string> others, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(others.Count, 50, nameof(others));
        var book = await BookAsync(stop);
        var numbers = others.Select(id => book.Find(id)?.Number ?? 0).ToArray();
        var both = new int[numbers.Length];
        if (book.Find(segmentId) is { } entry)
        {
            foreach (var ledger in await LedgersAsync(stop))
            {
                await foreach (var (member, _) in OfBucketAsync(ledger, entry.Number, null, stop))
                {
                    for (var at = 0; at < numbers.Length; at++)
                    {
                        both[at] += member.Find(numbers[at]) >= 0 ? 1 : 0;
                    }
                }
            }
        }

        var sizes = await SizesAsync(stop);
        return [.. others.Select((id, at) => new OverlapFigures(
            id, both[at], sizes.GetValueOrDefault(segmentId) - both[at], sizes.GetValueOrDefault(id) - both[at]))];
    }

    /// <summary>What the worker has made of a definition; null before it first saw it.</summary>
    public async Task<SegmentStanding?> StandingAsync(string segmentId, CancellationToken stop) =>
        (await BookAsync(stop)).Find(segmentId) is { } entry
            ? new SegmentStanding(entry.AppliedRevision, entry.AppliedAt, entry.Outcomes, entry.Trouble)
            : null;

    internal async Task<SegmentBook> BookAsync(CancellationToken stop) =>
        _book ??= await store.FindAsync<SegmentBook>(SegmentBook.KeyOf(), stop) ?? new SegmentBook();

    internal async Task<IReadOnlyList<MembershipLedger>> LedgersAsync(CancellationToken stop) =>
        await store.FindManyAsync<MembershipLedger>([.. Buckets.Select(MembershipLedger.KeyOf)], stop);

    /// <param name="ledger">Says how the bucket is divided, and where members may be.</param>
    internal async IAsyncEnumerable<(MemberEntry Member, int At)> OfBucketAsync(
        MembershipLedger ledger, int segment, CustomerNumber? after, [EnumeratorCancellation] CancellationToken stop)
    {
        var (sizes, decoder) = (SegmentSizes.Decode(ledger.Sizes), new GroupEntries(store, ledger, new()));
        var from = after?.Group(ledger.Bits) ?? 0;
        var groups = Enumerable.Range(from, (1 << ledger.Bits) - from)
            .Where(group => MayHold(sizes, segment, group, ledger.Bits)).ToList();
        var atOnce = FirstGroups;
        for (var done = 0; done < groups.Count; done += atOnce, atOnce = Math.Min(2 * atOnce, MostGroupsAtOnce))
        {
            var names = groups.Skip(done).Take(atOnce).Select(group => MemberGroup.NameOf(ledger.Bits, group));
            var found = await store.FindManyAsync<MemberGroup>(
                [.. names.Select(name => MemberGroup.KeyOf(ledger.Bucket, name))], stop);
            foreach (var group in found.OrderBy(group => group.Name, StringComparer.Ordinal))
            {
                foreach (var entry in (await decoder.OfAsync(group, stop)).Entries)
                {
                    if (entry.Find(segment) is >= 0 and var at
                        && (after is not { } start || entry.Customer.CompareTo(start) > 0))
                    {
                        yield return (entry, at);
                    }
                }
            }
        }
    }

    private static bool MayHold(SegmentSizes sizes, int segment, int group, int bits)
    {
        if (bits >= SegmentSizes.SliceBits)
        {
            return sizes.InSlice(segment, group >> (bits - SegmentSizes.SliceBits)) > 0;
        }

        var width = 1 << (SegmentSizes.SliceBits - bits);
        return Enumerable.Range(group * width, width).Any(slice => sizes.InSlice(segment, slice) > 0);
    }

    private async Task<IReadOnlyList<(int Day, int Entered, int Left)>> DaysAsync(
        int segment, IReadOnlyList<PeriodBounds> periods, CancellationToken stop)
    {
        if (periods.Count == 0)
        {
            return [];
        }

        var first = PeriodCalendar.MonthOf(periods[0].Start);
        var days = new List<(int, int, int)>();
        foreach (var bucket in Buckets)
        {
            var query = new Query(Container.Figures, bucket, MemberCounts.Kind) { Take = 1_000 };
            foreach (var month in (await store.QueryAsync<MemberCounts>(query, stop)).Items
                .Where(month => string.CompareOrdinal(month.Month, first) >= 0))
            {
                days.AddRange(DayCounts.Decode(month.Packed).All.Where(one => one.Key.Segment == segment)
                    .Select(one => (one.Key.Day, one.Value.Entered, one.Value.Left)));
            }
        }

        return days;
    }

    private static DocumentKey GroupKey(MembershipLedger ledger, CustomerNumber customer) =>
        MemberGroup.KeyOf(ledger.Bucket, MemberGroup.NameOf(ledger.Bits, customer.Group(ledger.Bits)));

    private static int BucketNumber(MembershipLedger ledger) =>
        int.Parse(ledger.Bucket, CultureInfo.InvariantCulture);

    private static MembershipView View(MemberEntry entry, Membership one, string segmentId, string bucket) => new(
        entry.Customer.ToCustomerId(bucket), segmentId, Instant(one.Since), null, one.Cause, one.Revision);

    private static DateTimeOffset Instant(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);
}
