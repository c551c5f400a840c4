using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis.Api;

/// <summary>Customers behind a value, so that a person can check it.</summary>
[ExtendObjectType(typeof(KpiExplanation))]
public sealed class SampleCustomers
{
    // Histories looked through for one page; a rare metric in a large tenant gives a short page and a cursor.
    private const int MostHistories = 5_000;

    // What a customer must contribute to in the period to stand behind the value.
    private static readonly Dictionary<string, Metric> MetricOf = new(StringComparer.Ordinal)
    {
        ["new_customers"] = Metric.NewCustomers,
        ["acquisition_cost"] = Metric.NewCustomers,
        ["repeat_purchase_rate"] = Metric.RepeatCustomers,
        ["retention_rate"] = Metric.Retained,
        ["retention_cost"] = Metric.Retained,
        ["churn_rate"] = Metric.Lost,
        ["conversion_rate"] = Metric.Converted,
    };

    /// <summary>
    /// Customers who contributed: for rates those in the numerator (kept, lost, converted...), else those who ordered
    /// in the period. In a fixed order, not by size.
    /// </summary>
    [Pipeline.RequiresScope(Scope.CustomersRead), Cost(10)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<Customer>> SampleCustomersAsync(
        [Parent] KpiExplanation explanation, Caller caller,
        CancellationToken stop, int first = 10, string? after = null)
    {
        var start = after is null ? null : GlobalId.Local(after, "Sample")
            ?? throw new GraphQLRequestException("INVALID_CURSOR", "Not a cursor of this list.");
        var scan = new SampleScan(
            explanation, MetricOf.GetValueOrDefault(explanation.Source.Indicator.Key, Metric.Customers));
        var (ids, last, more) = await scan.FindAsync(caller, start, first, MostHistories, stop);
        var found = await caller.Store.FindManyAsync<Customer>([.. ids.Select(Customer.KeyOf)], stop);
        var edges = found.OrderBy(c => c.CustomerId, StringComparer.Ordinal)
            .Select(c => new Edge<Customer>(() => GlobalId.Of("Sample", c.CustomerId), c))
            .ToList();
        var count = new Count(edges.Count, more ? CountPrecision.AtLeast : CountPrecision.Exact, caller.Now);
        Func<string>? end = last is null ? null : () => GlobalId.Of("Sample", last);
        return new Connection<Customer>(edges, more, _ => Task.FromResult(count), end);
    }
}

/// <summary>Looks through packed histories for customers who contribute to one metric in one period.</summary>
internal sealed class SampleScan(KpiExplanation explanation, Metric metric)
{
    private readonly CellKey _cell = CellKey.Of(
        explanation.Source.Period.Grain, metric, explanation.Source.Period.Index);

    /// <returns>Customers found, the last one looked at, and whether there may be more.</returns>
    public async Task<(List<string> Ids, string? Last, bool More)> FindAsync(
        Caller caller, string? after, int first, int most, CancellationToken stop)
    {
        var ids = new List<string>();
        var looked = 0;
        var members = explanation.Context.MembersOf(explanation.Source.Period);
        string? last = null;
        foreach (var partition in Buckets.Partitions.Take(caller.Tenant.Buckets))
        {
            if (after is not null && string.CompareOrdinal(Prefix(partition), after[..1]) < 0)
            {
                continue;
            }

            await foreach (var (customer, history) in HistoriesAsync(caller.Store, partition, after, stop))
            {
                if (ids.Count == first || ++looked > most)
                {
                    return (ids, last, true);
                }

                last = customer;
                if (members?.Contains(customer) != false && Contributes(history))
                {
                    ids.Add(customer);
                }
            }
        }

        return (ids, last, false);
    }

    private bool Contributes(CustomerHistory history)
    {
        var contribution = Contribution.Of(history, explanation.Context.Source.Definitions, explanation.Context.Now);
        return contribution.Cells.Any(cell => cell.Key == _cell && cell.Value > 0);
    }

    // The first character of a customer id is his bucket in hexadecimal; partitions are decimal.
    private static string Prefix(string partition) =>
        int.Parse(partition, System.Globalization.CultureInfo.InvariantCulture).ToString(
            "x", System.Globalization.CultureInfo.InvariantCulture);

    private static async IAsyncEnumerable<(string Customer, CustomerHistory History)> HistoriesAsync(
        ITenantStore store, string partition, string? after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var chunks = new List<byte[]>();
        string? customer = null;
        var query = new Query(Container.Figures, partition, "history")
        {
            // '~' sorts after every chunk number of the customer who was last looked at.
            After = after is not null && after.StartsWith(Prefix(partition), StringComparison.Ordinal)
                ? new(null, $"history/{after}/~")
                : null,
        };
        await foreach (var chunk in StorePages.AllAsync<HistoryChunk>(store, query, stop))
        {
            if (customer is not null && customer != chunk.CustomerId)
            {
                yield return (customer, CustomerHistory.Decode(chunks));
                chunks.Clear();
            }

            customer = chunk.CustomerId;
            chunks.Add(chunk.Packed);
        }

        if (customer is not null)
        {
            yield return (customer, CustomerHistory.Decode(chunks));
        }
    }
}
