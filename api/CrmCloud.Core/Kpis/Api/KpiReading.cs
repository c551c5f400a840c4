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

        if (instant > caller.Now)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE", "asOf lies in the future; figures are of what happened.");
        }

        var scope = new RecountScope { Grains = [grain], Parts = FigureParts.All };
        var recount = await ColumnsReader.RecountAsync(caller.Store, caller.Tenant, instant, stop, scope);
        var current = await reader.SourceAsync(grain, stop);
        return new(
            caller, grain, current with { Totals = recount.Total() }, Milliseconds(instant), freshness with { AsOf = instant });
    }

    private static long Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
}
