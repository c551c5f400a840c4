using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using NodaTime;

namespace CrmCloud.Core.Jobs;

/// <summary>Who is to be visited when, for hosts that keep nothing in memory between two timers.</summary>
/// <remarks>
/// A hint like <see cref="ChangeSignal"/>: a row that is lost is made again by the next reconciliation.
/// </remarks>
public sealed class VisitSchedule(IDocumentStore stores)
{
    /// <summary>Rows of one answer; the store's own bound.</summary>
    public const int PageSize = 1_000;

    private const int MostAttempts = 5;

    // After a failure, and then twice as long each time: what is busy soon is not, what is broken shall cost little.
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    // Longer than nearly every visit. Whoever takes longer is perhaps visited twice at once, which does no harm.
    private static readonly TimeSpan TakenFor = TimeSpan.FromMinutes(5);

    // Whoever asks to come again at once is let others go before him, and a round ends.
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(1);

    /// <summary>How often a tenant's visit was asked for: to be read before one begins.</summary>
    public async Task<long> AskedAsync(TenantMode tenant, CancellationToken stop) =>
        (await stores.Directory.FindAsync<NextVisit>(NextVisit.KeyOf(tenant), stop))?.Asked ?? 0;

    /// <summary>Visits that failed since the last one that did not; with any, a timer will come for him.</summary>
    public async Task<int> FailuresAsync(TenantMode tenant, CancellationToken stop) =>
        (await stores.Directory.FindAsync<NextVisit>(NextVisit.KeyOf(tenant), stop))?.Failures ?? 0;

    /// <summary>Takes a tenant who is due, for this host alone, as long as a visit lasts.</summary>
    /// <param name="now">As of which he was found due.</param>
    /// <returns>False when another host was faster.</returns>
    public async Task<bool> TryTakeAsync(NextVisit due, DateTimeOffset now, CancellationToken stop)
    {
        var (at, until) = (now.ToUnixTimeMilliseconds(), (now + TakenFor).ToUnixTimeMilliseconds());
        var taken = due with
        {
            At = due.At <= at ? until : due.At,
            DayEndsAt = due.DayEndsAt <= at ? until : due.DayEndsAt,
        };
        try
        {
            await stores.Directory.SaveAsync(Batch.Of(taken), stop);
            return true;
        }
        catch (VersionConflictException)
        {
            return false;
        }
    }

    /// <summary>Notes the end of a visit.</summary>
    /// <param name="began">When it began; an earlier visit that ends later changes nothing.</param>
    /// <param name="asked">What <see cref="AskedAsync"/> said then; who was asked for since stays due.</param>
    /// <param name="next">What the visit returned; null for never.</param>
    public async Task RememberAsync(
        TenantMode tenant, DateTimeOffset began, long asked, DateTimeOffset? next, CancellationToken stop)
    {
        var settings = await stores.Open(tenant.Tenant, tenant.Mode).FindAsync<Tenant>(Tenants.Tenant.KeyOf(), stop);
        var (visited, ends) = (began.ToUnixTimeMilliseconds(), DayEnd(settings?.TimeZone ?? "Etc/UTC", began));
        var earliest = (began + AtLeast).ToUnixTimeMilliseconds();
        var at = next is { } instant ? Math.Max(instant.ToUnixTimeMilliseconds(), earliest) : NextVisit.Never;
        await ChangeAsync(tenant, row => row is null || row.VisitedAt <= visited
            ? New(tenant, row?.Asked > asked ? Math.Min(at, earliest) : at) with
            {
                DayEndsAt = ends, VisitedAt = visited, Asked = row?.Asked ?? 0,
            }
            : row, stop);
    }

    /// <summary>
    /// Lets a tenant whose visit failed wait, so that he is not in the others' way: 5 seconds, and twice as long with
    /// each failure that follows, up to 5 minutes.
    /// </summary>
    public Task PostponeAsync(TenantMode tenant, DateTimeOffset now, CancellationToken stop) =>
        ChangeAsync(tenant, row =>
        {
            var failures = row?.Failures ?? 0;
            var wait = FirstWait * Math.Min(1 << Math.Min(failures, 10), LongestWait / FirstWait);
            var at = (now + wait).ToUnixTimeMilliseconds();
            return (row ?? New(tenant, at)) with { At = at, Failures = failures + 1 };
        }, stop);

    /// <summary>Has a tenant visited by the first timer after an instant, if he is not due earlier.</summary>
    /// <param name="at">Now, or later.</param>
    public Task WantAsync(TenantMode tenant, DateTimeOffset at, CancellationToken stop) =>
        ChangeAsync(tenant, row => DueBy(tenant, row, at), stop);

    /// <summary>
    /// Has a tenant visited who asked for something, by a visit that begins after this: one under way may have passed
    /// it by already.
    /// </summary>
    public Task AskAsync(TenantMode tenant, DateTimeOffset now, CancellationToken stop)
    {
        long? first = null;
        return ChangeAsync(tenant, row =>
        {
            // Whoever asked since this was called has asked for this too.
            var asked = row?.Asked ?? 0;
            first ??= asked;
            return DueBy(tenant, row, now) with { Asked = asked > first ? asked : asked + 1 };
        }, stop);
    }

    /// <summary>At most 1,000 who are due, the longest due first.</summary>
    public Task<IReadOnlyList<NextVisit>> DueAsync(DateTimeOffset now, CancellationToken stop) =>
        UntilAsync("at", now, stop);

    /// <summary>At most 1,000 whose local day ended since their last visit.</summary>
    public Task<IReadOnlyList<NextVisit>> DayEndedAsync(DateTimeOffset now, CancellationToken stop) =>
        UntilAsync("dayEndsAt", now, stop);

    /// <summary>Every row, in the order of tenants.</summary>
    public async IAsyncEnumerable<NextVisit> AllAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var query = new Query(Container.Directory, "", "nextvisit") { Take = PageSize };
        for (var more = true; more;)
        {
            var page = await stores.Directory.QueryAsync<NextVisit>(query, stop);
            foreach (var row in page.Items)
            {
                yield return row;
            }

            more = page.HasMore;
            query = more ? query with { After = page.Positions[^1] } : query;
        }
    }

    /// <summary>Forgets a tenant who is gone.</summary>
    public async Task ForgetAsync(NextVisit row, CancellationToken stop)
    {
        try
        {
            await stores.Directory.SaveAsync(new Batch().Purge(row), stop);
        }
        catch (VersionConflictException)
        {
            // Visited at this moment: then the next reconciliation sees whether he is really gone.
        }
    }

    private static NextVisit DueBy(TenantMode tenant, NextVisit? row, DateTimeOffset at)
    {
        var latest = at.ToUnixTimeMilliseconds();
        return (row ?? New(tenant, latest)) with { At = Math.Min(row?.At ?? latest, latest) };
    }

    private static NextVisit New(TenantMode tenant, long at) => new()
    {
        Tenant = tenant.Tenant, Mode = tenant.Mode, At = at, DayEndsAt = NextVisit.Never,
    };

    private static long DayEnd(string timeZone, DateTimeOffset at)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(timeZone) ?? DateTimeZone.Utc;
        var date = Instant.FromDateTimeOffset(at).InZone(zone).Date;
        return zone.AtStartOfDay(date.PlusDays(1)).ToInstant().ToUnixTimeMilliseconds();
    }

    private async Task<IReadOnlyList<NextVisit>> UntilAsync(string member, DateTimeOffset now, CancellationToken stop)
    {
        var query = new Query(Container.Directory, "", "nextvisit")
        {
            Where = [new(member, Comparison.LessOrEqual, now.ToUnixTimeMilliseconds())],
            OrderBy = member,
            Take = PageSize,
        };
        return (await stores.Directory.QueryAsync<NextVisit>(query, stop)).Items;
    }

    private async Task ChangeAsync(TenantMode tenant, Func<NextVisit?, NextVisit> change, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var row = await stores.Directory.FindAsync<NextVisit>(NextVisit.KeyOf(tenant), stop);
            var changed = change(row) with { Version = row?.Version ?? 0 };
            if (changed == row)
            {
                return;
            }

            try
            {
                await stores.Directory.SaveAsync(Batch.Of(changed), stop);
                return;
            }
            catch (VersionConflictException) when (attempt < MostAttempts)
            {
                // Another host noted something about him at this moment: look again.
            }
        }
    }
}
