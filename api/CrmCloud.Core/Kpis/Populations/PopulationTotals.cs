using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// The totals of a population, walked back through time: first of its members now, then of those before their moves.
/// </summary>
/// <remarks>
/// Each customer is counted whole, with everything he ever did: a rate of a period compares him with himself in the
/// period before. Reads the histories of all members and of all who moved, about 50 microseconds a customer.
/// </remarks>
internal sealed class PopulationTotals
{
    private const int AtOnce = 1_000;

    private readonly Population _population;
    private readonly Dictionary<string, Contribution> _movers = new(StringComparer.Ordinal);
    private int _undone;

    private PopulationTotals(Population population) => _population = population;

    public TotalsTable Totals { get; } = new();

    /// <param name="of">Facts later than `Now`, epoch milliseconds, do not count.</param>
    public static async Task<PopulationTotals> LoadAsync(
        (ITenantStore Store, Tenant Tenant) from, Population population, Grain grain,
        (Definitions Definitions, long Now) of, CancellationToken stop)
    {
        var totals = new PopulationTotals(population);
        var movers = population.Moves.Select(move => move.CustomerId).ToHashSet(StringComparer.Ordinal);
        var members = population.Members.ToHashSet(StringComparer.Ordinal);
        var (loader, reader) = (new CustomerLoader(from.Store), new FigureReader(from.Store, from.Tenant));
        var figures = new CustomerFigures(of.Definitions);
        foreach (var some in members.Union(movers).Chunk(AtOnce))
        {
            var profiles = await reader.ProfilesAsync(some, stop);
            foreach (var (id, chunks) in await loader.ChunksAsync([.. profiles.Values], stop))
            {
                var columns = new Columns();
                columns.Add(0, chunks.Select(chunk => chunk.Packed));
                figures.Load(columns, 0, of.Now);
                totals.Add((id, figures.Contribution(grain)), members.Contains(id), movers.Contains(id));
            }
        }

        return totals;
    }

    /// <summary>Undoes what moved at an instant or later. Instants must not rise from call to call.</summary>
    /// <param name="at">Epoch milliseconds.</param>
    public void BackTo(long at)
    {
        for (; _undone < _population.Moves.Count && _population.Moves[_undone].At >= at; _undone++)
        {
            var move = _population.Moves[_undone];
            if (_movers.TryGetValue(move.CustomerId, out var contribution))
            {
                Totals.Add(contribution, move.Entered ? -1 : 1);
            }
        }
    }

    private void Add((string CustomerId, Contribution Contribution) one, bool isMember, bool isMover)
    {
        if (isMember)
        {
            Totals.Add(one.Contribution);
        }

        if (isMover)
        {
            _movers[one.CustomerId] = one.Contribution;
        }
    }
}
