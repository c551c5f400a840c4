using System.Text.Json;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Rules;

/// <summary>A stored rule as clients see it: as text and as typed tree.</summary>
/// <param name="Tree">As `RuleInput` takes it.</param>
/// <param name="References">Keys of the segments it refers to.</param>
[GraphQLName("SegmentRule")]
public sealed record RuleView(
    string Expression, JsonElement Tree, RuleCost Cost, Evaluability Evaluable, IReadOnlyList<string> References)
{
    /// <param name="customers">How many would be evaluated, for the cost.</param>
    public static RuleView Of(CompiledRule rule, long customers) =>
        new(rule.Text, rule.Json, rule.Cost(customers), rule.Evaluable, rule.References);
}
