using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Objectives;

/// <summary>The objective cannot be measured as it stands: what is missing, and how it could read.</summary>
[GraphQLName("VagueObjectiveError")]
public sealed record VagueObjective(
    string Message, string? At, IReadOnlyList<MeasurabilityCriterion> Missing,
        IReadOnlyList<ObjectiveSuggestion> Suggestions)
    : Problem(UserErrorCode.ObjectiveVague, Message, At);

/// <summary>A statement that would be taken, made from the tenant's own figures.</summary>
/// <param name="Reason">Why this indicator and this amount.</param>
public sealed record ObjectiveSuggestion(string Statement, Kpi Kpi, Target Target, DateOnly Due, string Reason);

public static class ObjectiveProblems
{
    // An unknown objective and another tenant's get the same answer: existence is private too.
    public static Problem NotFound(string at) => Problems.NotFound("objective", at);

    public static Problem Contradiction(string at, string statement, string argument) =>
        Problems.Invalid(at, $"The statement says {statement}, {argument}. Change one of the two.");

    public static Problem Vague(Measurability measurability, IReadOnlyList<ObjectiveSuggestion> suggestions)
    {
        var unmet = measurability.Results.Where(r => r is { Met: false, Required: true }).ToList();
        var example = suggestions.Count > 0 ? $" It could read: \"{suggestions[0].Statement}\"." : "";
        return new VagueObjective(
            $"This cannot be measured yet. {string.Join(" ", unmet.Select(r => r.Explanation))}{example}",
            "input.statement", [.. unmet.Select(r => r.Criterion)], suggestions);
    }

    public static Problem WrongState(string message, string at) =>
        new InvalidInput(UserErrorCode.WrongState, message, at);

    public static Problem Cycle(string at) =>
        new InvalidInput(UserErrorCode.Cycle, "An objective cannot stand under itself or under what stands under it.",
            at);

    public static Problem OneSided(Beneficiary side) => new InvalidInput(
        UserErrorCode.ObjectiveOneSided, OneSidedText(side)
        + " The tenant forbids that (singleSidedObjectivesAllowed is false); make one for the other side first, as "
        + "a DRAFT or for BOTH.",
        "input.beneficiary");

    public static Warning OneSidedWarning(Beneficiary side) =>
        new("OBJECTIVE_ONE_SIDED", OneSidedText(side), ["input", "beneficiary"]);

    private static string OneSidedText(Beneficiary side) => side == Beneficiary.Customer
        ? "Every open objective benefits the customers only; none benefits the organization."
        : "Every open objective benefits the organization only; none benefits the customers.";
}
