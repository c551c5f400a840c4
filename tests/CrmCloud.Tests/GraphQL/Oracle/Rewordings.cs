using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CrmCloud.Tests.GraphQL.Oracle;

/// <summary>
/// Errors that graphql-js 16 and 17 word differently. Ours are those of 16, which clients search for. What is compared
/// of them is what they are about; all other errors are compared word for word. Explained in the library's README.
/// </summary>
internal static class Rewordings
{
    private static readonly (string Means, Regex[] Words)[] Known =
    [
        ("a required argument is missing", [
            new("""^(?:Field|Directive) "@?\w+" argument "\w+" of type "[^"]+" is """
                + """required, but it was not provided\.$"""),
            new("""^Argument "[^"]+" of type "[^"]+" is required, but it was not provided\.$""")]),
        ("a variable does not fit", [
            new("""^Variable "\$\w+" (?:got|has) invalid value"""),
            new("""^Variable "\$\w+" of required type "[^"]+" was not provided\.$"""),
            new("""^Variable "\$\w+" of non-null type "[^"]+" must not be null\.$"""),]),
        ("a literal does not fit", [
            new("""^OneOf Input Object "\w+" must specify exactly one key\.$"""),
            new("""^Field "\w+\.\w+" must be non-null\.$"""),
            new("""^Within OneOf Input Object type "\w+", exactly one field must be specified"""),
            new("""^Field "\w+\.\w+" of required type "[^"]+" was not provided\.$"""),
            new("""^Field "\w+" is not defined by type "\w+"\."""),
            new("""^Expected value of (?:non-null )?type """),
            new("""^(?:Int|Float|String|Boolean|ID|Enum "\w+") cannot represent """),
            new("""^Value "\w+" does not exist in "\w+" enum\."""),]),
    ];

    private static readonly Regex[] NullArgument =
    [
        new("""^Argument "\w+" of non-null type "[^"]+" must not be null\.$"""),
        new("""^Argument "[^"]+" has invalid value: Expected variable "\$\w+" provided to non-null type """),
    ];

    /// <summary>
    /// Without conflicts of which more is told by another error: graphql-js 16 tells one again where it lies in an
    /// inline fragment, shorter by what it has told of fragments before.
    /// </summary>
    public static IEnumerable<JsonNode> WithoutRepeats(IReadOnlyList<JsonNode> errors) =>
        errors.Where(error => !errors.Any(other => error != other
            && Places(error).Count < Places(other).Count && Places(error).IsSubsetOf(Places(other))
            && ConflictOf(error) is { } fields && ConflictOf(other) == fields));

    private static string? ConflictOf(JsonNode error) =>
        ((string)error["message"]!).Split(" conflict because ") is [var fields, _, ..] ? fields : null;

    private static HashSet<string> Places(JsonNode error) =>
        [.. (error["locations"]?.AsArray() ?? []).Select(place => place!.ToJsonString())];

    public static JsonNode Settle(JsonNode error)
    {
        var message = (string)error["message"]!;
        if (error["path"] is not null)
        {
            error["message"] = Array.Exists(NullArgument, word => word.IsMatch(message))
                ? "an argument must not be null" : message;
            return error;
        }

        foreach (var (means, words) in Known)
        {
            if (Array.Exists(words, word => word.IsMatch(message)))
            {
                error["message"] = means;
            }
        }

        return error;
    }
}
