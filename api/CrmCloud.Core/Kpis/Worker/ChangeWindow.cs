using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// A stretch of both feeds, sorted by what it touches. The larger it is, the fewer times a customer is saved.
/// </summary>
internal sealed class ChangeWindow
{
    private readonly Dictionary<string, List<FigureChange>> _customers = new(StringComparer.Ordinal);

    /// <summary>Documents that figures read, the unreadable ones included.</summary>
    public int Relevant { get; private set; }

    public int Seen { get; private set; }

    public List<Change> Measurements { get; } = [];

    public List<Unprocessable> Unreadable { get; } = [];

    public void Add(Change change)
    {
        Seen++;
        if (!ChangeParser.IsRelevant(change.Key))
        {
            return;
        }

        Relevant++;
        if (change.Key.Kind == "measurement")
        {
            Measurements.Add(change);
        }
        else
        {
            AddToCustomer(change);
        }
    }

    /// <summary>The customers' work by bucket.</summary>
    public IEnumerable<IGrouping<string, CustomerWork>> ByBucket() => _customers
        .Select(pair => new CustomerWork(pair.Key, pair.Value))
        .GroupBy(work => Shared.Buckets.Of(work.CustomerId));

    /// <summary>Facts that say they lay under another customer before.</summary>
    public IEnumerable<FactPut> Moves() => _customers.Values
        .SelectMany(changes => changes).OfType<FactPut>().Where(put => put.Former is not null);

    private void AddToCustomer(Change change)
    {
        try
        {
            var customer = ChangeParser.CustomerOf(change.Key);
            var parsed = ChangeParser.Parse(change);
            if (!_customers.TryGetValue(customer, out var changes))
            {
                _customers[customer] = changes = [];
            }

            changes.Add(parsed);
        }
#pragma warning disable CA1031 // The edge: one document, however broken, must not stop the others.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            Unreadable.Add(new(change.Key, change.Version, DeadLetters.ReasonOf(trouble)));
        }
    }
}
