using System.Globalization;
using System.Text.Json.Serialization;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Decisions;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Objectives.Worker;

/// <summary>What the last visit looked at, so that one without anything new reads little.</summary>
public sealed record ObjectiveVisitState : IDocument
{
    /// <summary>Names everything that verdicts depend on but time.</summary>
    public required string Stamp { get; init; }

    /// <summary>When time alone may change a verdict.</summary>
    public DateTimeOffset? NextAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf();

    public static DocumentKey KeyOf() => new(Container.Figures, "", "objectivevisit/state");
}

/// <summary>
/// Everything that objectives and alerts of one tenant and mode need at one moment: closes what is due, raises and
/// resolves alerts. Runs after the figures; may be repeated and cut off anywhere.
/// </summary>
public static class ObjectiveVisit
{
    // A rule about staleness is looked at so often while figures are stale, and the deciding figure waited for.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    // What failed is tried again so often, until it is mended.
    private static readonly TimeSpan TryAgain = TimeSpan.FromHours(1);

    /// <returns>When to come again although nothing changes until then; null for never.</returns>
    public static async Task<DateTimeOffset?> RunAsync(ITenantStore store, DateTimeOffset now, CancellationToken stop)
    {
        if (await store.FindAsync<Tenant>(Tenant.KeyOf(), stop) is not { } tenant)
        {
            return null;
        }

        var objectives = (await ObjectiveLoading.AllAsync(store, stop)).Where(o =>
            o.Status == ObjectiveStatus.Active).ToList();
        var rules = await AlertQueries.AllRulesAsync(store, stop);
        var states = await StatesAsync(store, stop);
        if (objectives.Count == 0 && rules.Count == 0 && states.Count == 0)
        {
            return null;
        }

        var before = await store.FindAsync<ObjectiveVisitState>(ObjectiveVisitState.KeyOf(), stop);
        var stamp = await StampAsync(store, tenant, (objectives, rules), stop);
        if (before?.Stamp == stamp && before.NextAt is { } at && now < at)
        {
            return at;
        }

        var reading = new ProgressReading(store, tenant, now);
        var troubles = await VisitTroubles.OpenAsync(store, now, stop);
        var (closed, next) = await new DueObjectives(store, reading, troubles, now).CloseAsync(objectives, stop);
        var looked = await new AlertPass(store, reading, troubles, now).RunAsync(rules, states, stop);
        await troubles.CloseOthersAsync([.. objectives, .. rules], stop);
        next = Earlier(Earlier(next, looked.LookAt), Midnight(tenant, now));
        next = troubles.Failed > 0 ? Earlier(next, now + TryAgain) : next;
        next = next <= now ? now + LookAgain : next;
        await SaveAsync(store, before, new() { Stamp = stamp, NextAt = next },
            (objectives.Count + rules.Count, troubles.Failed, now), stop);
        return next;
    }

    // All of them: a rule whose state was not seen would begin anew, conflict with it for ever, and stay silent.
    private static async Task<IReadOnlyList<AlertState>> StatesAsync(ITenantStore store, CancellationToken stop)
    {
        var states = new List<AlertState>();
        await foreach (var state in StorePages.AllAsync<AlertState>(
            store, new(Container.Figures, "", "alertstate") { Take = 1_000 }, stop))
        {
            states.Add(state);
        }

        return states;
    }

    private static async Task<string> StampAsync(
        ITenantStore store, Tenant tenant,
            (IReadOnlyList<Objective> Objectives, IReadOnlyList<AlertRule> Rules) of, CancellationToken stop)
    {
        var figures = await store.FindAsync<FigureState>(FigureState.KeyOf(), stop);
        var members = of.Objectives.Any(o => o.SegmentId is not null)
            ? await store.FindAsync<SegmentState>(SegmentState.KeyOf(), stop) : null;
        var decision = await store.QueryAsync<Decision>(
            new(Container.Master, "", "decision") { OrderBy = "at", Descending = true, Take = 1 }, stop);
        return KeyHash.Of(
            $"{figures?.Version}|{members?.Version}|{tenant.Version}|"
                + (decision.Items.Count > 0 ? decision.Items[0].DecisionId : ""),
            string.Join(',', of.Objectives.Select(o => $"{o.ObjectiveId}:{o.Version}")),
            string.Join(',', of.Rules.Select(r => $"{r.RuleId}:{r.Version}")));
    }

    // The run is summarized by the hour, as figures are: most visits change nothing.
    private static async Task SaveAsync(
        ITenantStore store, ObjectiveVisitState? before, ObjectiveVisitState after,
        (int Looked, int Failed, DateTimeOffset Now) work, CancellationToken stop)
    {
        var trigger = before?.Stamp == after.Stamp ? JobTrigger.Timer : JobTrigger.ChangeFeed;
        var runKey = JobRun.KeyOf(JobRun.HourlyId(JobKind.Objective, trigger, work.Now));
        var run = JobRun.Summarize(await store.FindAsync<JobRun>(runKey, stop), (JobKind.Objective, trigger),
            work.Now, work.Looked, work.Failed);
        try
        {
            await store.SaveAsync(Batch.Of(after with { Version = before?.Version ?? 0 }, run), stop);
        }
        catch (VersionConflictException)
        {
            // Another worker was here as well; he notes it.
        }
    }

    private static DateTimeOffset Midnight(Tenant tenant, DateTimeOffset now)
    {
        var calendar = TenantDefinitions.CalendarOf(tenant);
        var tomorrow = calendar.DayOf(now.ToUnixTimeMilliseconds()) + 1;
        return DateTimeOffset.FromUnixTimeMilliseconds(calendar.StartOfDay(tomorrow));
    }

    internal static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other ?? one : one;
}
