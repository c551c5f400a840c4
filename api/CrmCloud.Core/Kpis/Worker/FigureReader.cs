using CrmCloud.Core.Jobs;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// Reads stored figures of one tenant and mode. Never waits for a worker; <see cref="FreshnessAsync"/> says how far it
/// is.
/// </summary>
public sealed class FigureReader(ITenantStore store, Tenant tenant)
{
    private const int MostKeys = 1_000;

    // How many changes are looked through for one that figures depend on.
    private const int ChangesToInspect = 50;

    private IReadOnlyList<string> Buckets =>
        [.. Shared.Buckets.Partitions.Take(Math.Clamp(tenant.Buckets, 1, Shared.Buckets.Most))];

    /// <summary>What every indicator and cohort is read from: totals of all buckets, and all measurements.</summary>
    /// <param name="grain">Only this grain; null for all. One is several times cheaper than all.</param>
    public async Task<FigureSource> SourceAsync(Grain? grain, CancellationToken stop)
    {
        var state = await StateAsync(stop);
        var totals = TotalsAsync(grain, stop);
        var measures = MeasurementsAsync(null, stop);
        return new FigureSource(await totals, await measures, TenantDefinitions.Of(tenant, state.Revision));
    }

    /// <summary>The totals of all buckets together.</summary>
    /// <param name="grain">Only this grain; null for all.</param>
    public async Task<TotalsTable> TotalsAsync(Grain? grain, CancellationToken stop)
    {
        var prefixes = grain is { } one
            ? [one.ToString().ToLowerInvariant() + "-", $"cohort-{one.ToString().ToLowerInvariant()}-"]
            : new[] { "" };
        var reads = Buckets.SelectMany(bucket => prefixes.Select(prefix => ChunksAsync(bucket, prefix, stop)));
        var totals = new TotalsTable();
        foreach (var chunk in (await Task.WhenAll(reads)).SelectMany(chunks => chunks))
        {
            totals.Load(new TotalsChunk(default, chunk.Cells));
        }

        return totals;
    }

    /// <summary>Sums of measurements, all dimensions together.</summary>
    /// <param name="key">Only this measure; null for all.</param>
    public async Task<MeasurementSums> MeasurementsAsync(string? key, CancellationToken stop)
    {
        var sums = new MeasurementSums();
        var query = new Query(Container.Figures, "", "measures") { IdPrefix = key is null ? "" : key + "/" };
        await foreach (var year in AllAsync<MeasureYear>(query, stop))
        {
            foreach (var day in year.Days)
            {
                sums.Add(year.MeasureKey, day.At, day.Value);
            }
        }

        return sums;
    }

    /// <summary>Null for a customer who is unknown to the worker, or not yet known.</summary>
    public Task<StoredProfile?> ProfileAsync(string customerId, CancellationToken stop) =>
        Shared.Buckets.PartitionOf(customerId) is null
            ? Task.FromResult<StoredProfile?>(null)
            : store.FindAsync<StoredProfile>(StoredProfile.KeyOf(customerId), stop);

    /// <summary>Those that exist, by customer id. At most 1,000 ids.</summary>
    public async Task<IReadOnlyDictionary<string, StoredProfile>> ProfilesAsync(
        IReadOnlyCollection<string> customerIds, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(customerIds.Count, MostKeys, nameof(customerIds));
        var keys = customerIds.Where(id => Shared.Buckets.PartitionOf(id) is not null).Distinct()
            .Select(StoredProfile.KeyOf);
        return (await store.FindManyAsync<StoredProfile>([.. keys], stop)).ToDictionary(profile => profile.CustomerId);
    }

    /// <summary>
    /// How many customers stand where now, all buckets together; keys as <see cref="Standing"/> makes them.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, long>> StandingsAsync(CancellationToken stop)
    {
        var ledgers = await store.FindManyAsync<BucketLedger>([.. Buckets.Select(BucketLedger.KeyOf)], stop);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (key, value) in ledgers.SelectMany(ledger => ledger.Counts))
        {
            Standing.Add(counts, key, value);
        }

        return counts;
    }

    /// <summary>The current cuts, cells and groups; null before there is a customer with an order.</summary>
    public async Task<RfmOverviewFigures?> RfmAsync(CancellationToken stop)
    {
        if ((await StateAsync(stop)).Cuts is not { } cuts)
        {
            return null;
        }

        var counts = await StandingsAsync(stop);
        var groups = Enum.GetValues<RfmGroup>().Select(group => new RfmGroupFigures(
            group, counts.GetValueOrDefault(Standing.Of(group)), counts.GetValueOrDefault(Standing.GrossOf(group))));
        return new RfmOverviewFigures(cuts, [.. Cells(counts, cuts.Settings.Scale)], [.. groups]);
    }

    /// <summary>The cuts of the current epoch; null before the first.</summary>
    public async Task<RfmCuts?> CutsAsync(CancellationToken stop) => (await StateAsync(stop)).Cuts;

    /// <summary>How far stored figures are, and why they may be behind.</summary>
    public async Task<Freshness> FreshnessAsync(DateTimeOffset now, CancellationToken stop)
    {
        var state = await StateAsync(stop);
        var run = state.LastRunId is { } id ? await store.FindAsync<JobRun>(JobRun.KeyOf(id), stop) : null;
        var computedAt = state.ComputedAt ?? tenant.CreatedAt;
        var reason = await WhyStaleAsync(state, now, stop);
        return new Freshness(computedAt, reason is null ? now : computedAt, reason, NextRunAt(state), run);
    }

    private static IEnumerable<RfmCellFigures> Cells(IReadOnlyDictionary<string, long> counts, int scale)
    {
        var scores = Enumerable.Range(1, scale).ToList();
        return from r in scores
               from f in scores
               from m in scores
               let customers = counts.GetValueOrDefault(Standing.Cell(r, f, m))
               where customers > 0
               select new RfmCellFigures(r, f, m, customers);
    }

    private static DateTimeOffset? NextRunAt(FigureState state)
    {
        var due = state.NextDueAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : (DateTimeOffset?)null;
        return due < state.NextNightlyAt || state.NextNightlyAt is null ? due : state.NextNightlyAt;
    }

    private async Task<StaleReason?> WhyStaleAsync(FigureState state, DateTimeOffset now, CancellationToken stop)
    {
        if (state.Recounting || (state.Stamp is { } stamp && stamp != TenantDefinitions.StampOf(tenant)))
        {
            return StaleReason.DefinitionChanged;
        }

        if (state.LastRunFailed)
        {
            return StaleReason.RunFailed;
        }

        // Workers wake within seconds; a minute late means that nobody works.
        if (state.NextDueAt < now.AddMinutes(-1).ToUnixTimeMilliseconds())
        {
            return StaleReason.RunOverdue;
        }

        var cursor = await store.FindAsync<ConsumerCursor>(ConsumerCursor.KeyOf(FigureDesk.Consumer), stop)
            ?? new ConsumerCursor { Consumer = FigureDesk.Consumer };
        return await AnyChangeAsync(Container.Interactions, cursor, stop)
            || await AnyChangeAsync(Container.Master, cursor, stop)
            ? StaleReason.SourceDataChanged
            : null;
    }

    private async Task<bool> AnyChangeAsync(Container container, ConsumerCursor cursor, CancellationToken stop)
    {
        var page = await store.ReadChangesAsync(container, cursor.Of(container), ChangesToInspect, stop);
        return !page.CaughtUp || page.Changes.Any(change => ChangeParser.IsRelevant(change.Key));
    }

    /// <summary>Under which settings stored figures were made.</summary>
    public async Task<FigureState> StateAsync(CancellationToken stop) =>
        await store.FindAsync<FigureState>(FigureState.KeyOf(), stop) ?? new FigureState();

    private async Task<List<BucketTotals>> ChunksAsync(string bucket, string prefix, CancellationToken stop)
    {
        var chunks = new List<BucketTotals>();
        await foreach (var chunk in AllAsync<BucketTotals>(
            new Query(Container.Figures, bucket, "totals") { IdPrefix = prefix }, stop))
        {
            chunks.Add(chunk);
        }

        return chunks;
    }

    private IAsyncEnumerable<T> AllAsync<T>(Query query, CancellationToken stop) where T : class, IDocument =>
        StorePages.AllAsync<T>(store, query, stop);
}
