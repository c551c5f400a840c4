using CrmCloud.Core.Kpis;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>
/// Every indicator as of one instant: of each year since 1970 and of the latest months, recounted from the packed
/// histories and not read from the stored totals, so that what is compared was computed where it is compared.
/// </summary>
internal static class IndicatorReading
{
    private const int Months = 36;

    public static async Task<IReadOnlyList<MovedIndicator>> ReadAsync(
        IDocumentStore stores, string slug, DateTimeOffset asOf, CancellationToken stop)
    {
        var all = new List<MovedIndicator>();
        foreach (var mode in TenantContent.Modes)
        {
            var store = stores.Open(slug, mode);
            if (await store.FindAsync<Tenant>(Tenant.KeyOf(), stop) is { } tenant)
            {
                all.AddRange(await ReadAsync(store, (tenant, mode), asOf, stop));
            }
        }

        return all;
    }

    private static async Task<IEnumerable<MovedIndicator>> ReadAsync(
        ITenantStore store, (Tenant Tenant, DataMode Mode) of, DateTimeOffset asOf, CancellationToken stop)
    {
        var scope = new RecountScope { Grains = [Grain.Month, Grain.Year], Parts = FigureParts.All };
        var recount = await ColumnsReader.RecountAsync(store, of.Tenant, asOf, stop, scope);
        var source = new FigureSource(
            recount.Total(), await new FigureReader(store, of.Tenant).MeasurementsAsync(null, stop),
            TenantDefinitions.Of(of.Tenant, 1));
        var now = asOf.ToUnixTimeMilliseconds();
        var (month, year) = (PeriodOf(Grain.Month), PeriodOf(Grain.Year));
        return Enumerable.Range(0, year + 1).Select(period => (Grain.Year, Period: period))
            .Concat(Enumerable.Range(Math.Max(0, month - Months), Months + 1)
                .Select(period => (Grain.Month, Period: period)))
            .SelectMany(at => IndicatorCatalog.All.Select(indicator => new MovedIndicator(
                of.Mode, indicator.Key, at.Item1, at.Period,
                IndicatorCatalog.Evaluate(indicator, source, at.Item1, at.Period, now)?.Value)))
            .Where(value => value.Value is not null);

        int PeriodOf(Grain grain) => source.Definitions.Calendar.PeriodOf(grain, now);
    }
}
