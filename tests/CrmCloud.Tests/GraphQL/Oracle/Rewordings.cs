using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CrmCloud.Tests.GraphQL.Oracle;

/// <summary>
/// Errors that graphql-js 16 and 17 word differently. Ours are those of 16, which clients search for. What is compared of
/// them is what they are about; all other errors are compared word for word. Explained in the library's README.
/// </summary>
internal static class Rewordings
{
    private static readonly (string Means, Regex[] Words)[] Known =
    [
        ("a required argument is missing", [
            new("""^(?:Field|Directive) "@?\w+" argument "\w+" of type "[^"]+" is required, but it was not provided\.$"""),
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

    public static JsonNode Settle(JsonNode error)
    {
        if (error["path"] is not null)
        {
            return error;
        }

        var message = (string)error["message"]!;
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
