using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// One visit to one tenant's figures: his settings, and the tenant-wide documents that say how far we are.
/// </summary>
internal sealed class FigureDesk(ITenantStore store, Tenant tenant, DateTimeOffset now)
{
    public const string Consumer = "figures";

    private const int MostAttempts = 8;

    public ITenantStore Store => store;

    public Tenant Tenant => tenant;

    public DateTimeOffset Now => now;

    public string Stamp { get; } = TenantDefinitions.StampOf(tenant);

    public FigureState State { get; private set; } = new();

    public ConsumerCursor Cursor { get; private set; } = new() { Consumer = Consumer };

    public DeadLetters DeadLetters { get; } = new(store, Consumer);

    /// <summary>The partitions in which this tenant can have customers.</summary>
    public IReadOnlyList<string> Buckets =>
        [.. Shared.Buckets.Partitions.Take(Math.Clamp(tenant.Buckets, 1, Shared.Buckets.Most))];

    /// <summary>Null for a tenant without a tenant document: nothing was set up yet.</summary>
    public static async Task<FigureDesk?> OpenAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop)
    {
        if (await store.FindAsync<Tenant>(Tenant.KeyOf(), stop) is not { } tenant)
        {
            return null;
        }

        var desk = new FigureDesk(store, tenant, now);
        await desk.ReloadAsync(stop);
        return desk;
    }

    public FigureContext Context() => new(
        TenantDefinitions.Of(tenant, State.Revision), Stamp, State.Cuts, now.ToUnixTimeMilliseconds());

    public async Task ReloadAsync(CancellationToken stop)
    {
        State = await store.FindAsync<FigureState>(FigureState.KeyOf(), stop) ?? new FigureState();
        Cursor = await store.FindAsync<ConsumerCursor>(ConsumerCursor.KeyOf(Consumer), stop) ?? Cursor;
    }

    /// <summary>Changes the state, and documents that go with it, in one batch.</summary>
    /// <param name="change">Called again on the newest state when another worker was faster.</param>
    public async Task SaveAsync(
        Func<FigureState, FigureState> change, CancellationToken stop, params IEnumerable<IDocument> others)
    {
        for (var attempt = 1; ; attempt++)
        {
            var next = change(State);
            try
            {
                await store.SaveAsync(Batch.Of([next, .. others]), stop);
                State = next with { Version = next.Version + 1 };
                return;
            }
            catch (VersionConflictException conflict) when (conflict.Key == next.Key && attempt < MostAttempts)
            {
                State = await store.FindAsync<FigureState>(FigureState.KeyOf(), stop) ?? new FigureState();
            }
        }
    }

    /// <summary>Notes how far the feeds were read and what that came to. The effects are saved already.</summary>
    /// <exception cref="VersionConflictException">Another worker reads the same feeds; leave it to him.</exception>
    public async Task SaveProgressAsync(
        ConsumerCursor cursor, (int Processed, int Failed) work, PassOutcome outcome, CancellationToken stop)
    {
        var summary = work.Processed == 0
            ? null
            : await SummarizeAsync(JobKind.Kpi, JobTrigger.ChangeFeed, work.Processed, work.Failed, stop);
        await SaveAsync(
            state => Progressed(state, outcome, summary),
            stop,
            summary is null ? [cursor] : [cursor, summary]);
        Cursor = cursor with { Version = cursor.Version + 1 };
    }

    /// <summary>This hour's summary with a batch added; not saved yet.</summary>
    public async Task<JobRun> SummarizeAsync(
        JobKind kind, JobTrigger trigger, int processed, int failed, CancellationToken stop)
    {
        var key = JobRun.KeyOf(JobRun.HourlyId(kind, trigger, now));
        var before = await store.FindAsync<JobRun>(key, stop);
        return JobRun.Summarize(before, (kind, trigger), now, processed, failed);
    }

    public FigureState Progressed(FigureState state, PassOutcome outcome, JobRun? run) => state with
    {
        Stamp = state.Stamp ?? Stamp,
        ComputedAt = now,
        NextDueAt = Earlier(state.NextDueAt, outcome.NextDueAt),
        ChangedSinceCuts = state.ChangedSinceCuts + outcome.Customers,
        LastRunId = run?.RunId ?? state.LastRunId,
        LastRunFailed = state.LastRunFailed || outcome.Failed.Count > 0,
    };

    /// <summary>Writes a letter for everything that could not be processed.</summary>
    public async Task BuryAsync(IEnumerable<Unprocessable> failed, CancellationToken stop)
    {
        foreach (var one in failed)
        {
            await DeadLetters.RecordAsync(one.Source, one.Version, one.Reason, now, stop);
        }
    }

    /// <summary>Runs the work of several buckets side by side.</summary>
    public async Task<PassOutcome> RunAsync(
        IEnumerable<IGrouping<string, CustomerWork>> byBucket, CancellationToken stop)
    {
        var context = Context();
        var outcomes = await Task.WhenAll(byBucket.Select(bucket =>
            Task.Run(() => new BucketPass(store, bucket.Key, context).RunAsync(bucket, stop), stop)));
        return outcomes.Aggregate(PassOutcome.Nothing, (all, one) => all + one);
    }

    private static long? Earlier(long? one, long? other) =>
        one is null || other is null ? one ?? other : Math.Min(one.Value, other.Value);
}
