using CrmCloud.Core.Customers;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>One visit to one tenant's segments: their definitions, and the documents that say how far we are.</summary>
internal sealed class SegmentDesk
{
    public const string Consumer = "segments";

    private const int MostAttempts = 8;

    private SegmentDesk(ITenantStore store, Tenant tenant, DateTimeOffset now)
    {
        (Store, Tenant, Now) = (store, tenant, now);
        Calendar = TenantDefinitions.CalendarOf(tenant);
        DeadLetters = new DeadLetters(store, Consumer);
    }

    public ITenantStore Store { get; }

    public Tenant Tenant { get; }

    public DateTimeOffset Now { get; }

    public PeriodCalendar Calendar { get; }

    public DeadLetters DeadLetters { get; }

    public SegmentState State { get; private set; } = new();

    public SegmentBook Book { get; private set; } = new();

    public SegmentSet Set { get; private set; } = new([]);

    public ConsumerCursor Cursor { get; private set; } = new() { Consumer = Consumer };

    /// <summary>The partitions in which this tenant can have customers.</summary>
    public IReadOnlyList<string> Buckets =>
        [.. Shared.Buckets.Partitions.Take(Math.Clamp(Tenant.Buckets, 1, Shared.Buckets.Most))];

    /// <summary>Null for a tenant without a tenant document: nothing was set up yet.</summary>
    public static async Task<SegmentDesk?> OpenAsync(
        ITenantStore store, DateTimeOffset now, SegmentRules rules, CancellationToken stop)
    {
        if (await store.FindAsync<Tenant>(Tenant.KeyOf(), stop) is not { } tenant)
        {
            return null;
        }

        var desk = new SegmentDesk(store, tenant, now);
        await desk.LoadAsync(rules, stop);
        return desk;
    }

    /// <summary>Changes the state, and documents that go with it, in one batch.</summary>
    /// <param name="change">Called again on the newest state when another worker was faster.</param>
    public async Task SaveAsync(
        Func<SegmentState, SegmentState> change, CancellationToken stop, params IEnumerable<IDocument> others)
    {
        for (var attempt = 1; ; attempt++)
        {
            var next = change(State);
            try
            {
                await Store.SaveAsync(Batch.Of([next, .. others]), stop);
                State = next with { Version = next.Version + 1 };
                return;
            }
            catch (VersionConflictException conflict) when (conflict.Key == next.Key && attempt < MostAttempts)
            {
                State = await Store.FindAsync<SegmentState>(SegmentState.KeyOf(), stop) ?? new SegmentState();
            }
        }
    }

    /// <summary>Notes how far the feeds were read and what that came to. The effects are saved already.</summary>
    public async Task SaveProgressAsync(
        ConsumerCursor cursor, IReadOnlyCollection<string> processed, IReadOnlyList<Unprocessable> failed,
        CancellationToken stop)
    {
        var summary = processed.Count == 0
            ? null
            : await SummarizeAsync(JobTrigger.ChangeFeed, processed.Count, failed, stop);
        IReadOnlyList<IDocument> others = summary is null ? [cursor] : [cursor, summary];
        var stillFails = State.LastRunFailed && await CloseLettersAsync(IsOfOneOfThem, failed, stop);
        await SaveAsync(state => Progressed(state with { LastRunFailed = stillFails }, failed, summary), stop, others);
        Cursor = cursor with { Version = cursor.Version + 1 };

        bool IsOfOneOfThem(DocumentKey source) => Set.Settled().Needs.HasFlag(RuleNeeds.Events)
            && source.Kind == "history" && source.Id.Split('/') is [_, var customer, ..]
            && processed.Contains(customer);
    }

    /// <summary>Puts a batch into its hour's summary.</summary>
    public async Task<JobRun> SummarizeAsync(
        JobTrigger trigger, int processed, IReadOnlyList<Unprocessable> failed, CancellationToken stop)
    {
        var key = JobRun.KeyOf(JobRun.HourlyId(JobKind.Segment, trigger, Now));
        var before = await Store.FindAsync<JobRun>(key, stop);
        return JobRun.Summarize(before, (JobKind.Segment, trigger), Now, processed, failed.Count);
    }

    public SegmentState Progressed(SegmentState state, IReadOnlyList<Unprocessable> failed, JobRun? run) => state with
    {
        ComputedAt = Now,
        LastRunId = run?.RunId ?? state.LastRunId,
        LastRunFailed = state.LastRunFailed || failed.Count > 0,
        IsInDoubt = state.IsInDoubt || IsAnyTorn(failed),
    };

    /// <summary>Whether members were found torn.</summary>
    public static bool IsAnyTorn(IReadOnlyList<Unprocessable> failed) =>
        failed.Any(one => one.Source.Kind == MemberGroup.Kind);

    /// <summary>Everybody was evaluated in this visit.</summary>
    public bool HasPassed { get; private set; }

    /// <summary>The book was saved; these plans are applied.</summary>
    public void Took(SegmentBook saved, IReadOnlyList<SegmentPlan> plans) =>
        (Book, Set) = (saved with { Version = saved.Version + 1 }, new SegmentSet(plans));

    /// <param name="cursor">The feeds were followed up to here by the pass; null where they were already.</param>
    public void Passed(ConsumerCursor? cursor) =>
        (HasPassed, Cursor) = (true, cursor is null ? Cursor : cursor with { Version = cursor.Version + 1 });

    /// <summary>Writes a letter for everything that could not be processed.</summary>
    public async Task BuryAsync(IEnumerable<Unprocessable> failed, CancellationToken stop)
    {
        foreach (var one in failed)
        {
            await DeadLetters.RecordAsync(one.Source, one.Version, one.Reason, Now, stop);
        }
    }

    /// <summary>Closes the letters of what was processed after all.</summary>
    /// <param name="wasTried">Whether a document was looked at again; false leaves its letter as it is.</param>
    /// <returns>Whether letters are left.</returns>
    public async Task<bool> CloseLettersAsync(
        Func<DocumentKey, bool> wasTried, IReadOnlyList<Unprocessable> failed, CancellationToken stop)
    {
        var (still, left) = (failed.Select(one => one.Source).ToHashSet(), false);
        foreach (var letter in await DeadLetters.ListAsync(stop))
        {
            if (still.Contains(letter.Source) || !wasTried(letter.Source))
            {
                left = true;
            }
            else
            {
                await DeadLetters.ResolveAsync(letter, stop);
            }
        }

        return left;
    }

    private async Task LoadAsync(SegmentRules rules, CancellationToken stop)
    {
        State = await Store.FindAsync<SegmentState>(SegmentState.KeyOf(), stop) ?? State;
        Cursor = await Store.FindAsync<ConsumerCursor>(ConsumerCursor.KeyOf(Consumer), stop) ?? Cursor;
        var catalog = await SegmentCatalog.LoadAsync(Store, Tenant, stop);
        var attributes = await AttributeCatalog.LoadAsync(Store, stop);
        var stored = await Store.FindAsync<SegmentBook>(SegmentBook.KeyOf(), stop) ?? Book;
        Book = stored.WithAll(catalog.All);
        if (!ReferenceEquals(Book, stored))
        {
            await Store.SaveAsync(Batch.Of(Book), stop);
            Book = Book with { Version = Book.Version + 1 };
        }

        Set = new SegmentSet(new SegmentPlanner(Tenant, catalog, attributes, rules).Plan(Book));
    }
}
