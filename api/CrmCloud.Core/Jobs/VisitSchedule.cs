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

    // Whoever asks to come again at once is let others go before him, and a round ends.
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(1);

    /// <summary>Notes the end of a visit.</summary>
    /// <param name="began">When it began; an earlier visit that ends later changes nothing.</param>
    /// <param name="next">What the visit returned; null for never.</param>
    public async Task RememberAsync(
        TenantMode tenant, DateTimeOffset began, DateTimeOffset? next, CancellationToken stop)
    {
        var settings = await stores.Open(tenant.Tenant, tenant.Mode).FindAsync<Tenant>(Tenants.Tenant.KeyOf(), stop);
        var (visited, ends) = (began.ToUnixTimeMilliseconds(), DayEnd(settings?.TimeZone ?? "Etc/UTC", began));
        var earliest = (began + AtLeast).ToUnixTimeMilliseconds();
        var at = next is { } instant ? Math.Max(instant.ToUnixTimeMilliseconds(), earliest) : NextVisit.Never;
        await ChangeAsync(tenant, row => row is null || row.VisitedAt <= visited
            ? New(tenant, at) with { DayEndsAt = ends, VisitedAt = visited }
            : row, stop);
    }

    /// <summary>Lets a tenant whose visit failed wait, so that he is not in the others' way.</summary>
    public Task PostponeAsync(TenantMode tenant, DateTimeOffset until, CancellationToken stop)
    {
        var at = until.ToUnixTimeMilliseconds();
        return ChangeAsync(tenant, row => (row ?? New(tenant, at)) with { At = at }, stop);
    }

    /// <summary>Has a tenant visited by the next timer.</summary>
    public Task WantAsync(TenantMode tenant, DateTimeOffset now, CancellationToken stop)
    {
        var at = now.ToUnixTimeMilliseconds();
        return ChangeAsync(tenant, row => row is null || row.At > at ? (row ?? New(tenant, at)) with { At = at } : row, stop);
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
