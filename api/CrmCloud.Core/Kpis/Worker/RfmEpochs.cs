using System.Text.Json;
using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// Keeps scores under one version of the cut values until they have drifted: exact cuts would re-score many customers
/// at every order.
/// </summary>
internal static class RfmEpochs
{
    private const int PageSize = 1_000;

    /// <summary>Between two looks at the drift, each of which reads every profile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Whether enough customers changed that the cuts may have drifted by a percent.</summary>
    public static bool IsTimeToLook(FigureDesk desk) =>
        desk.State.ChangedSinceCuts > 0
        && (desk.State.Cuts is not { } cuts
            || (desk.State.ChangedSinceCuts >= Math.Max(1, cuts.Customers * RfmCuts.DriftLimit)
                && desk.Now >= desk.State.CutsComparedAt + Patience));

    /// <summary>
    /// When to look again although nothing changes until then; null when there is nothing to wait for.
    /// </summary>
    public static DateTimeOffset? NextLook(FigureState state) =>
        state.Cuts is { } cuts && state.ChangedSinceCuts >= Math.Max(1, cuts.Customers * RfmCuts.DriftLimit)
            ? state.CutsComparedAt + Patience
            : null;

    /// <summary>
    /// Takes new cuts if the ones in force have drifted, and scores by them whoever scores differently.
    /// </summary>
    /// <param name="anyDrift">
    /// New cuts also for a drift of less than one percent: nightly, and after new settings.
    /// </param>
    public static async Task RefreshAsync(FigureDesk desk, bool anyDrift, CancellationToken stop)
    {
        var context = desk.Context();
        var ranks = await RanksAsync(desk, context.Definitions.Rfm.Monetary, stop);
        var fresh = ranks.Count == 0
            ? null
            : RfmCuts.Compute(ranks, context.Definitions, context.Now, (desk.State.Cuts?.Version ?? 0) + 1);
        if (IsWorthTaking(desk.State.Cuts, fresh, ranks, anyDrift))
        {
            var run = await desk.SummarizeAsync(JobKind.Rfm, JobTrigger.Timer, ranks.Count, 0, stop);
            await desk.SaveAsync(state => Compared(state, desk) with { Cuts = fresh }, stop, run);
        }
        else
        {
            await desk.SaveAsync(state => Compared(state, desk), stop);
        }

        await RescoreAsync(desk, stop);
    }

    /// <summary>Brings the profiles of buckets that are not scored by the cuts in force up to them.</summary>
    public static async Task RescoreAsync(FigureDesk desk, CancellationToken stop)
    {
        var context = desk.Context();
        var version = context.Cuts?.Version ?? 0;
        var ledgers = await desk.Store.FindManyAsync<BucketLedger>([.. desk.Buckets.Select(BucketLedger.KeyOf)], stop);
        foreach (var ledger in ledgers.Where(ledger => ledger.CutVersion != version))
        {
            await RescoreAsync(desk, ledger.Bucket, context, stop);
        }
    }

    private static async Task RescoreAsync(
        FigureDesk desk, string bucket, FigureContext context, CancellationToken stop)
    {
        var pass = new BucketPass(desk.Store, bucket, context);
        var query = new Query(Container.Figures, bucket, "profile") { Take = PageSize };
        await foreach (var page in StorePages.PagesAsync<StoredProfile>(desk.Store, query, stop))
        {
            var moved = page.Items.Where(profile => ProfileRules.Derive(profile, context).Rfm != profile.Rfm);
            var outcome = await pass.RunAsync(
                moved.Select(p => new CustomerWork(p.CustomerId, []) { Revisit = true }), stop);
            await desk.BuryAsync(outcome.Failed, stop);
        }

        await pass.MarkScoredAsync(stop);
    }

    private static FigureState Compared(FigureState state, FigureDesk desk) =>
        state with { ChangedSinceCuts = 0, CutsComparedAt = desk.Now };

    private static bool IsWorthTaking(RfmCuts? old, RfmCuts? fresh, RfmRanks ranks, bool anyDrift)
    {
        if (fresh is null || old is null)
        {
            return fresh is not null;
        }

        var drift = SameRules(old.Settings, fresh.Settings) ? old.Drift(ranks, fresh) : 1;
        return drift > (anyDrift ? 0 : RfmCuts.DriftLimit);
    }

    // Records with lists compare those by reference; their text says what they are.
    private static bool SameRules(RfmSettings one, RfmSettings other) =>
        JsonSerializer.Serialize(one) == JsonSerializer.Serialize(other);

    private static async Task<RfmRanks> RanksAsync(FigureDesk desk, RfmMonetary monetary, CancellationToken stop)
    {
        var ranks = new RfmRanks();
        foreach (var bucket in desk.Buckets)
        {
            var query = new Query(Container.Figures, bucket, "profile") { Take = PageSize };
            await foreach (var profile in StorePages.AllAsync<StoredProfile>(desk.Store, query, stop))
            {
                ranks.Add(Fact.IdOf(profile.CustomerId), profile.Value, monetary);
            }
        }

        return ranks;
    }
}
