using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Customers;

/// <summary>
/// The input speaks of customers that exist apart; only a merge, decided by somebody, makes them one.
/// </summary>
[GraphQLName("MergeBlockedError")]
public sealed record MergeBlocked(
    string Message, string? At, [property: GraphQLIgnore] IReadOnlyList<Customer> Candidates)
    : Problem(UserErrorCode.MergeBlocked, Message, At)
{
    [Id]
    public IReadOnlyList<string> CandidateIds => [.. Candidates.Select(c => c.Id)];
}

public static class CustomerProblems
{
    // Unknown and another tenant's get the same answer: existence is private too.
    public static Problem NotFound(string at) => Problems.NotFound("customer", at);

    public static Problem Blocked(IReadOnlyList<Customer> candidates, string at) =>
        new MergeBlocked(
            "These keys belong to different customers, who stay apart: customers cannot be merged yet. "
            + "Leave out the key that is wrong, or take it from one of them with customerUpdate first.",
            at, candidates);

    public static Problem KeyTaken(Customer holder, string at) =>
        new MergeBlocked("Another customer has this external id or verified identity.", at, [holder]);

    public static Problem KeyPending(string at) =>
        new InvalidInput(UserErrorCode.TryAgain,
            "A customer with this key is just being written; try again in a moment.", at);

    public static Problem UnknownAttribute(string key, string at, IReadOnlyList<string> known) =>
        Problems.Invalid(at, $"There is no attribute '{key}'; define it with attributeDefinitionSet first.", known);

    public static Problem WrongType(AttributeDefinition definition, string at) =>
        Problems.Invalid(at, $"'{definition.AttributeKey}' takes a {Word(definition.Type)}.", definition.Allowed);

    public static Problem AttributeRequired(string key, string at) =>
        new InvalidInput(UserErrorCode.Required, $"A customer needs the attribute '{key}'.", at);

    public static Problem TooMany(string what, int most, string at) =>
        Problems.OutOfRange(at, $"A customer can have at most {most} {what}.");

    private static string Word(AttributeType type) => type switch
    {
        AttributeType.String => "string",
        AttributeType.Number => "number",
        AttributeType.Boolean => "boolean",
        AttributeType.Date => "date",
        AttributeType.Enum => "string of those allowed",
        _ => "list of strings",
    };
}
