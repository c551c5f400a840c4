using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>How far memberships are, and why they may be behind.</summary>
public sealed class SegmentFreshness(ITenantStore store, Tenant tenant)
{
    // How many changes are looked through for one that memberships depend on: a pass writes thousands that are not.
    private const int ChangesToInspect = 500;

    /// <summary>Of one segment; the figures that rules see are part of it.</summary>
    public async Task<Freshness> OfAsync(SegmentDefinition segment, DateTimeOffset now, CancellationToken stop) =>
        (await OfAsync([segment], await SegmentMarks.LoadAsync(store, stop), now, stop))[0];

    /// <param name="marks">Of the moment of which the answer is to be; changes since make it stale.</param>
    /// <returns>One for each segment, in their order.</returns>
    internal async Task<IReadOnlyList<Freshness>> OfAsync(
        IReadOnlyList<SegmentDefinition> segments, SegmentMarks marks, DateTimeOffset now, CancellationToken stop)
    {
        var state = marks.State;
        var run = state.LastRunId is { } id ? await store.FindAsync<JobRun>(JobRun.KeyOf(id), stop) : null;
        var buckets = Shared.Buckets.Partitions.Take(Math.Clamp(tenant.Buckets, 1, Shared.Buckets.Most)).ToList();
        var next = await SegmentWorker.NextDueAsync(store, buckets, stop);
        var figures = await new FigureReader(store, tenant).FreshnessAsync(now, stop);
        var ofAll = (state.LastRunFailed ? StaleReason.RunFailed : (StaleReason?)null)
            ?? (next < now.AddMinutes(-1) ? StaleReason.RunOverdue : (StaleReason?)null)
            ?? figures.StaleReason
            ?? (await AnyChangeAsync(marks.Cursor, stop) ? StaleReason.SourceDataChanged : (StaleReason?)null);
        var computedAt = state.ComputedAt ?? tenant.CreatedAt;
        return [.. segments.Select(segment => OfDefinition(segment, marks.Book.Find(segment.SegmentId)) ?? ofAll)
            .Select(reason => new Freshness(computedAt, reason is null ? now : computedAt, reason, next, run))];
    }

    private static StaleReason? OfDefinition(SegmentDefinition segment, BookEntry? entry) => entry switch
    {
        { Trouble: not null } => StaleReason.RunFailed,
        { Applied: not null } when entry.AppliedRevision == segment.Revision && entry.AppliedStatus == segment.Status =>
            null,
        _ => StaleReason.DefinitionChanged,
    };

    private async Task<bool> AnyChangeAsync(ConsumerCursor cursor, CancellationToken stop)
    {
        foreach (var container in new[] { Container.Figures, Container.Master })
        {
            var page = await store.ReadChangesAsync(container, cursor.Of(container), ChangesToInspect, stop);
            if (!page.CaughtUp || page.Changes.Any(change => SegmentWorker.IsRelevant(change.Key)))
            {
                return true;
            }
        }

        return false;
    }
}
