using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;

namespace CrmCloud.Core.Kpis.Api;

/// <summary>
/// Where values come from: the stored totals for now, a recount of the packed histories for an earlier instant.
/// </summary>
public sealed class KpiReading
{
    /// <param name="asOf">Null for now.</param>
    /// <exception cref="GraphQLRequestException">The instant lies in the future.</exception>
    public async Task<KpiContext> AtAsync(Caller caller, Grain grain, DateTimeOffset? asOf, CancellationToken stop)
    {
        var reader = new FigureReader(caller.Store, caller.Tenant);
        var freshness = await reader.FreshnessAsync(caller.Now, stop);
        if (asOf is not { } instant)
        {
            return new(caller, grain, await reader.SourceAsync(grain, stop), Milliseconds(caller.Now), freshness);
        }

        CheckPast(instant, caller);
        var scope = new RecountScope { Grains = [grain], Parts = FigureParts.All };
        var recount = await ColumnsReader.RecountAsync(caller.Store, caller.Tenant, instant, stop, scope);
        var current = await reader.SourceAsync(grain, stop);
        return new(
            caller, grain, current with { Totals = recount.Total() },
            Milliseconds(instant), freshness with { AsOf = instant });
    }

    /// <summary>When and of which grain values are, without totals: for who brings his own.</summary>
    /// <param name="asOf">Null for now.</param>
    /// <exception cref="GraphQLRequestException">The instant lies in the future.</exception>
    public async Task<KpiContext> FrameAsync(
        Caller caller, Grain grain, DateTimeOffset? asOf, CancellationToken stop)
    {
        CheckPast(asOf, caller);
        var reader = new FigureReader(caller.Store, caller.Tenant);
        var (freshness, state) = (await reader.FreshnessAsync(caller.Now, stop), await reader.StateAsync(stop));
        var source = new FigureSource(
            new TotalsTable(), new MeasurementSums(), TenantDefinitions.Of(caller.Tenant, state.Revision));
        return new(
            caller, grain, source, Milliseconds(asOf ?? caller.Now),
            asOf is { } instant ? freshness with { AsOf = instant } : freshness);
    }

    private static void CheckPast(DateTimeOffset? asOf, Caller caller)
    {
        if (asOf > caller.Now)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE", "asOf lies in the future; figures are of what happened.");
        }
    }

    private static long Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
}
