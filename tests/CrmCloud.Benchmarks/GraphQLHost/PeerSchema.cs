using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Benchmarks;

/// <summary>The schema and the 1,000 customers that all servers of the comparison serve.</summary>
internal static class PeerCustomers
{
    private static readonly PeerSegment[] Segments = [new("SMB"), new("Mid"), new("Enterprise"), new("Public")];
    private static readonly string[] KpiNames = ["revenue", "churn", "nps"];

    public static readonly PeerCustomer[] Plain =
        [.. Enumerable.Range(1, 1000).Select(i => new PeerCustomer(i, $"Customer {i}", Segments[i % 4], KpisOf(i)))];

    public static readonly BatchedCustomer[] Batched =
        [.. Plain.Select(one => new BatchedCustomer(one.Id, one.Name, one.Segment))];

    private static PeerKpi[] KpisOf(int customer) =>
        [.. KpiNames.Select((name, n) => new PeerKpi(name, (customer * 1.5) + n))];
}

[GraphQLName("Customer")]
public sealed record PeerCustomer(int Id, string Name, PeerSegment Segment, IReadOnlyList<PeerKpi> Kpis);

/// <summary>The same type, for the schema in which one call finds the indicators of all customers.</summary>
[GraphQLName("Customer")]
public sealed record BatchedCustomer(int Id, string Name, PeerSegment Segment);

[GraphQLName("Segment")]
public sealed record PeerSegment(string Name);

[GraphQLName("Kpi")]
public sealed record PeerKpi(string Name, double Value);

public sealed class PeerQueries
{
    [Query]
    public static string Ping() => "pong";

    [Query]
    public static IReadOnlyList<PeerCustomer> Customers(int first) =>
        new ArraySegment<PeerCustomer>(PeerCustomers.Plain, 0, Math.Clamp(first, 0, PeerCustomers.Plain.Length));
}

public sealed class BatchedQueries
{
    [Query]
    public static string Ping() => "pong";

    [Query]
    public static IReadOnlyList<BatchedCustomer> Customers(int first) =>
        new ArraySegment<BatchedCustomer>(PeerCustomers.Batched, 0, Math.Clamp(first, 0, PeerCustomers.Batched.Length));
}

[ExtendObjectType(typeof(BatchedCustomer))]
public sealed class BatchedKpis
{
    [BatchResolver]
    public Task<IReadOnlyList<IReadOnlyList<PeerKpi>>> KpisAsync([Parent] IReadOnlyList<BatchedCustomer> customers)
    {
        var found = new IReadOnlyList<PeerKpi>[customers.Count];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = PeerCustomers.Plain[customers[i].Id - 1].Kpis;
        }

        return Task.FromResult<IReadOnlyList<IReadOnlyList<PeerKpi>>>(found);
    }
}
