using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Rules;

/// <summary>One customer as rules see him. What is left out is empty: no event, no attribute, no consent.</summary>
/// <param name="Facts">His history; may be shared by all his rules.</param>
public readonly record struct RuleSubject(RuleFacts Facts)
{
    private static readonly StoredProfile Nobody = new() { CustomerId = "" };

    /// <summary>
    /// Metrics, scores and consents, as counted now: whoever counts them anew asks the rules anew. Null for a prospect.
    /// </summary>
    public StoredProfile? Profile { get; init; }

    /// <summary>Master data; needed only where <see cref="CompiledRule.ReadsAttributes"/>.</summary>
    public Customer? Customer { get; init; }

    /// <summary>Keys of the segments he is a member of now.</summary>
    public IReadOnlySet<string>? Segments { get; init; }

    internal StoredProfile Known => Profile ?? Nobody;
}

/// <summary>Which clause held, with the value it saw.</summary>
/// <param name="Clause">The clause in canonical form.</param>
/// <param name="Actual">Null where the customer has no such value; then the clause does not hold.</param>
public sealed record RuleTrace(string Clause, bool Result, string? Actual, string? Expected)
{
    /// <summary>The value is personal data: to be shown only to who may see such.</summary>
    [GraphQLIgnore]
    public bool IsPersonal { get; init; }
}

/// <summary>What a rule costs to evaluate.</summary>
/// <param name="Points">Clauses weighed by work: 1 for a stored value, 4 and up for a figure over events.</param>
/// <param name="EstimatedRu">
/// A reckoning, not a measurement: request units of Azure Cosmos DB to evaluate the rule once for all customers, at 1 a
/// document read (the profile; the history where events are asked, master data where attributes are). With the
/// embedded store it costs no money and tells only how much is read.
/// </param>
public sealed record RuleCost(int Points, int EstimatedRu, string? Advice);

public enum Evaluability
{
    /// <summary>Changes of a customer move his membership within seconds; time moves it at due instants.</summary>
    OnChange,

    /// <summary>Only the timer moves it. No rule of the present language is of this kind.</summary>
    TimerOnly,
}
