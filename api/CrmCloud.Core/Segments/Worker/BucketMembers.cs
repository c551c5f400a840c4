using System.Runtime.InteropServices;
using CrmCloud.Core.Kpis;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>
/// The memberships of one bucket as read, with changes being added until they are saved. Groups are saved whole, each
/// with its moves and the sizes they lead to, in batches of as many groups as fit.
/// </summary>
internal sealed class BucketMembers
{
    private const int MostBytes = 1_200_000;

    // A group, its log, and the counts of a month or two.
    private const int GroupsPerBatch = 45;

    private readonly ITenantStore _store;
    private readonly PeriodCalendar _calendar;
    private readonly Dictionary<int, GroupDraft> _groups = [];
    private readonly Dictionary<string, (MemberCounts Document, DayCounts Counts)> _counts = [];
    private readonly List<Unprocessable> _torn = [];
    private readonly MembershipLists _lists = new();
    private MembershipLedger _ledger;
    private bool _sizesDiffer;

    private BucketMembers(ITenantStore store, MembershipLedger ledger, PeriodCalendar calendar)
    {
        (_store, _ledger, _calendar) = (store, ledger, calendar);
        Sizes = SegmentSizes.Decode(ledger.Sizes);
    }

    public string Bucket => _ledger.Bucket;

    public int Bits => _ledger.Bits;

    public SegmentSizes Sizes { get; private set; }

    /// <summary>Groups whose documents were torn. They were made anew, but what was due in them is not known.</summary>
    public IReadOnlyList<Unprocessable> Torn => _torn;

    /// <summary>Customers of the groups that were read who have an entry.</summary>
    public int Count => _groups.Values.Sum(group => group.Entries.Count);

    public IEnumerable<MemberEntry> Entries => _groups.Values.SelectMany(group => group.Entries);

    public static async Task<BucketMembers> LoadAsync(
        ITenantStore store, string bucket, PeriodCalendar calendar, CancellationToken stop)
    {
        var ledger = await store.FindAsync<MembershipLedger>(MembershipLedger.KeyOf(bucket), stop);
        return new BucketMembers(store, ledger ?? new MembershipLedger { Bucket = bucket }, calendar);
    }

    /// <summary>Reads the groups of customers.</summary>
    public Task LoadAsync(IEnumerable<CustomerNumber> customers, CancellationToken stop) =>
        LoadAsync(customers.Select(customer => customer.Group(Bits)), stop);

    /// <summary>Reads groups of the present division.</summary>
    public async Task LoadAsync(IEnumerable<int> groups, CancellationToken stop)
    {
        var missing = groups.Distinct().Where(group => !_groups.ContainsKey(group)).ToList();
        foreach (var some in missing.Chunk(500))
        {
            var keys = some.Select(group => MemberGroup.KeyOf(Bucket, MemberGroup.NameOf(Bits, group)));
            var found = (await _store.FindManyAsync<MemberGroup>([.. keys], stop)).ToDictionary(group => group.Name);
            foreach (var group in some)
            {
                var name = MemberGroup.NameOf(Bits, group);
                _groups[group] = found.GetValueOrDefault(name) is { } stored
                    ? await DraftAsync(stored, stop)
                    : New(Bits, group, []);
            }
        }
    }

    /// <summary>Reads all groups.</summary>
    /// <returns>Those left over from another division of the bucket.</returns>
    public async Task<IReadOnlyList<MemberGroup>> LoadGroupsAsync(CancellationToken stop)
    {
        var strays = new List<MemberGroup>();
        var query = new Query(Container.Figures, Bucket, MemberGroup.Kind) { Take = 500 };
        await foreach (var group in StorePages.AllAsync<MemberGroup>(_store, query, stop))
        {
            if (NumberOf(group) is { } number)
            {
                _groups[number] = await DraftAsync(group, stop);
            }
            else
            {
                strays.Add(group);
            }
        }

        for (var group = 0; group < 1 << Bits; group++)
        {
            if (!_groups.ContainsKey(group))
            {
                _groups[group] = New(Bits, group, []);
            }
        }

        return strays;
    }

    /// <summary>Reads all groups and removes those left over from another division of the bucket.</summary>
    public async Task LoadAllAsync(CancellationToken stop)
    {
        foreach (var stray in await LoadGroupsAsync(stop))
        {
            await _store.SaveAsync(new Batch().Purge(stray), stop);
        }
    }

    /// <summary>The number of a group of the present division; null for one left over.</summary>
    public int? NumberOf(MemberGroup group)
    {
        var number = Convert.ToInt32(group.Name[3..], 16);
        return group.Name == MemberGroup.NameOf(Bits, number) ? number : null;
    }

    /// <summary>The customer's entry, of a group that was read; an empty one where he has none.</summary>
    public MemberEntry Find(CustomerNumber customer) => _groups[customer.Group(Bits)].Find(customer);

    /// <summary>Replaces a customer's entry.</summary>
    /// <param name="moves">What makes the difference; copied.</param>
    public void Put(MemberEntry before, MemberEntry after, IReadOnlyList<Move> moves)
    {
        if (before.Due != after.Due || !ReferenceEquals(before.Memberships, after.Memberships))
        {
            _groups[after.Customer.Group(Bits)].Put(after, moves);
        }
    }

    /// <summary>Divides the bucket anew; all groups must have been read, and nothing changed.</summary>
    /// <remarks>Cut off before the ledger is written the new groups are nobody's; after it, the old ones.</remarks>
    public async Task DivideAsync(int bits, CancellationToken stop)
    {
        var old = _groups.Values.Select(group => group.Document).Where(group => group.Version > 0).ToList();
        var entries = Entries.ToLookup(entry => entry.Customer.Group(bits));
        _groups.Clear();
        foreach (var numbers in Enumerable.Range(0, 1 << bits).Chunk(GroupsPerBatch))
        {
            var batch = new Batch();
            foreach (var number in numbers)
            {
                var group = New(bits, number, [.. entries[number].OrderBy(entry => entry.Customer)]);
                _groups[number] = group;
                if (group.Entries.Count > 0)
                {
                    batch.Put(group.Packed());
                    group.Saved();
                }
            }

            await SaveAsync(batch, stop);
        }

        var ledger = _ledger with { Bits = bits, UsedBits = [.. _ledger.UsedBits.Append(bits).Distinct()] };
        await _store.SaveAsync(Batch.Of(ledger), stop);
        _ledger = ledger with { Version = ledger.Version + 1 };
        foreach (var some in old.Chunk(Batch.MaxWrites))
        {
            await SaveAsync(some.Aggregate(new Batch(), (batch, group) => batch.Purge(group)), stop);
        }
    }

    /// <summary>Saves every group that changed.</summary>
    /// <returns>How many groups that were.</returns>
    /// <exception cref="VersionConflictException">Somebody else changed the bucket; read it again.</exception>
    public async Task<int> FlushAsync(DateTimeOffset now, CancellationToken stop)
    {
        var changed = _groups.Values.Where(group => group.IsChanged).ToList();
        foreach (var some in changed.Chunk(GroupsPerBatch))
        {
            var logs = await LogsAsync(some, now, stop);
            var (from, bytes) = (0, 0);
            for (var at = 0; at < some.Length; at++)
            {
                var size = some[at].EstimatedBytes;
                if (at > from && bytes + size > MostBytes)
                {
                    await SaveAsync(some[from..at], logs, now, stop);
                    (from, bytes) = (at, 0);
                }

                bytes += size;
            }

            await SaveAsync(some[from..], logs, now, stop);
        }

        if (_sizesDiffer)
        {
            await SaveAsync([], [], now, stop);
        }

        return changed.Count;
    }

    /// <summary>Counts the members anew, all groups having been read: the repair of sizes.</summary>
    public void RecountSizes()
    {
        var counted = new SegmentSizes();
        foreach (var entry in Entries)
        {
            foreach (var membership in entry.Memberships)
            {
                counted.Add(membership.Segment, entry.Customer, 1);
            }
        }

        _sizesDiffer = !counted.Encode().AsSpan().SequenceEqual(Sizes.Encode());
        Sizes = counted;
    }

    private GroupDraft New(int bits, int group, List<MemberEntry> entries) =>
        new(new() { Bucket = Bucket, Name = MemberGroup.NameOf(bits, group) }, entries);

    private async ValueTask<GroupDraft> DraftAsync(MemberGroup group, CancellationToken stop)
    {
        var (entries, torn) = await new GroupEntries(_store, _ledger, _lists).OfAsync(group, stop);
        if (torn is not null)
        {
            _torn.Add(torn);
        }

        return new(group, entries) { IsChanged = torn is not null };
    }

    private async Task SaveAsync(
        GroupDraft[] groups, Dictionary<string, MemberLog> logs, DateTimeOffset now, CancellationToken stop)
    {
        var batch = new Batch();
        foreach (var group in groups)
        {
            if (group.Moves.Count > 0)
            {
                batch.Put(group.AppendTo(logs.GetValueOrDefault(group.Document.Name), _ledger.Version + 1, now));
            }

            batch.Put(group.Packed());
        }

        var counts = await CountAsync(groups, stop);
        foreach (var month in counts)
        {
            batch.Put(_counts[month].Document with { Packed = _counts[month].Counts.Encode() });
        }

        var ledger = _ledger with { Sizes = Sizes.Encode() };
        await _store.SaveAsync(batch.Put(ledger), stop);
        _ledger = ledger with { Version = ledger.Version + 1 };
        _sizesDiffer = false;
        foreach (var month in counts)
        {
            var (document, all) = _counts[month];
            _counts[month] = (document with { Version = document.Version + 1 }, all);
        }

        Array.ForEach(groups, group => group.Saved());
    }

    /// <returns>The months that were touched.</returns>
    private async Task<IReadOnlyList<string>> CountAsync(GroupDraft[] groups, CancellationToken stop)
    {
        var touched = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ((day, segment), (entered, left)) in Tally(groups))
        {
            var month = PeriodCalendar.MonthOf(PeriodCalendar.DateOf(day));
            if (!_counts.TryGetValue(month, out var counts))
            {
                var known = await _store.FindAsync<MemberCounts>(MemberCounts.KeyOf(Bucket, month), stop);
                var document = known ?? new MemberCounts { Bucket = Bucket, Month = month };
                _counts[month] = counts = (document, DayCounts.Decode(document.Packed));
            }

            counts.Counts.Add(day, segment, entered, left);
            touched.Add(month);
        }

        return [.. touched];
    }

    // Nearly all moves of a pass are of one segment and one instant, so they are added up before anything is looked up.
    private Dictionary<(int Day, int Segment), (int Entered, int Left)> Tally(GroupDraft[] groups)
    {
        var counts = new Dictionary<(int Day, int Segment), (int Entered, int Left)>();
        var (lastAt, day) = (long.MinValue, 0);
        foreach (var move in groups.SelectMany(group => group.Moves))
        {
            Sizes.Add(move.Segment, move.Customer, move.Entered ? 1 : -1);
            (day, lastAt) = move.At == lastAt ? (day, lastAt) : (_calendar.DayOf(move.At), move.At);
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, (day, move.Segment), out _);
            count = move.Entered ? (count.Entered + 1, count.Left) : (count.Entered, count.Left + 1);
        }

        return counts;
    }

    private async Task<Dictionary<string, MemberLog>> LogsAsync(
        GroupDraft[] groups, DateTimeOffset now, CancellationToken stop)
    {
        var keys = groups.Where(group => group.Moves.Count > 0 && group.LogPart(now) is { } part)
            .Select(group => MemberLog.KeyOf(Bucket, group.Document.Name, group.LogPart(now)!));
        return (await _store.FindManyAsync<MemberLog>([.. keys], stop)).ToDictionary(log => log.Group);
    }

    private Task SaveAsync(Batch batch, CancellationToken stop) =>
        batch.Writes.Count == 0 ? Task.CompletedTask : _store.SaveAsync(batch, stop);
}
