using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Bulk;

/// <summary>
/// Reads the constants of a mapping as a record would, so that a wrong one is said before every row is refused.
/// </summary>
public static class ConstantCheck
{
    /// <summary>Each at its place in the input; at most one for each constant.</summary>
    public static IReadOnlyList<Problem> Problems(BulkImportInput input, Tenant tenant)
    {
        using var none = new MemoryStream();
        var row = new SourceRow { At = new(0, 1, 1), Raw = [], Cells = [] };
        var problems = new List<Problem>();
        for (var i = 0; i < (input.Mapping?.Count ?? 0); i++)
        {
            var mapping = input.Mapping![i];
            if (mapping.Constant is not { } constant || ImportPlan.OfConstant(mapping, input, tenant) is not { } plan)
            {
                continue;
            }

            var record = new RecordMapping(plan, new JsonlRows(none, null)).Map(new([row]));
            // What is missing comes from other columns.
            var error = record.Errors.FirstOrDefault(e => e.Code != UserErrorCode.Required);
            var at = $"input.mapping.{i}.constant";
            if (error is not null)
            {
                problems.Add(new InvalidInput(error.Code, error.Message, at));
            }
            else if (Refusal(mapping.Field, constant, plan) is { } message)
            {
                problems.Add(Shared.Problems.Invalid(at, message));
            }
        }

        return problems;
    }

    private static string? Refusal(string field, string constant, ImportPlan plan) => field switch
    {
        _ when string.IsNullOrWhiteSpace(constant) => "A constant has at least one character.",
        "currency" when plan.UsesCurrency
            && !constant.Equals(plan.Tenant.Currency, StringComparison.OrdinalIgnoreCase) =>
            $"Amounts are recorded in {plan.Tenant.Currency}; there are no exchange rates for {constant}.",
        "type" or "key" when !FactDecisions.IsWord(constant) => "1 to 60 of a-z, 0-9, '_', '-' and '.'.",
        _ => null,
    };
}
