using System.Text.Json;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.Tests.GraphQL;

/// <summary>Replays recorded calls that parse and validate, through the public API.</summary>
internal sealed class LanguageReplay(RecordedCases cases)
{
    /// <returns>What was recorded, and what comes out now; equal texts for a row that passes.</returns>
    public (string Expected, string Actual) Run(string file, JsonElement row) => file switch
    {
        "parse.jsonl" => (Recorded(row), Parse(row)),
        "validate.jsonl" => (Errors(row), RecordedCases.Text(Validate(row))),
        "validateSDL.jsonl" => (Errors(row), RecordedCases.Text(ValidateSdl(row))),
        "validateSchema.jsonl" => (Errors(row),
            RecordedCases.Text(SchemaRules.Validate(cases.Schema(row.GetProperty("schema").GetInt32())))),
        _ => throw new ArgumentException("No calls of the language are recorded there.", nameof(file)),
    };

    private static string Errors(JsonElement row) => RecordedCases.Text(row.GetProperty("errors"));

    private static string Recorded(JsonElement row) => row.TryGetProperty("error", out var error)
        ? $"{error.GetProperty("message").GetString()} @ {RecordedCases.Places(error)}"
        : row.GetProperty("printed").GetString()!;

    private static string Parse(JsonElement row)
    {
        var (source, options) = (row.GetProperty("source").GetString()!, Options(row));
        try
        {
            SyntaxNode node = row.GetProperty("kind").GetString() switch
            {
                "parseValue" => GraphQLParser.ParseValue(source, options),
                "parseConstValue" => GraphQLParser.ParseConstValue(source, options),
                "parseType" => GraphQLParser.ParseType(source, options),
                _ => GraphQLParser.Parse(source, options),
            };
            return Printer.Print(node);
        }
        catch (GraphQLSyntaxException refused)
        {
            return $"{refused.Message} @ {refused.Location.Line}:{refused.Location.Column}";
        }
    }

    private static ParserOptions Options(JsonElement row)
    {
        var given = row.TryGetProperty("options", out var options) ? options : default;
        var has = given.ValueKind == JsonValueKind.Object;
        return ParserOptions.Default with
        {
            Tokens = has && given.TryGetProperty("maxTokens", out var most) ? most.GetInt32() : 15_000,
            LegacyFragmentVariables = has && given.TryGetProperty("allowLegacyFragmentVariables", out _),
        };
    }

    private IReadOnlyList<GraphQLError> Validate(JsonElement row)
    {
        var schema = cases.Schema(row.GetProperty("schema").GetInt32());
        var options = ValidationOptions.Default with { Rules = Rules(row) ?? ValidationRules.Specified };
        var document = GraphQLParser.Parse(row.GetProperty("document").GetString()!);
        return DocumentValidator.Validate(schema, document, options);
    }

    private IReadOnlyList<GraphQLError> ValidateSdl(JsonElement row)
    {
        var extended = row.GetProperty("baseSchema");
        return SdlValidator.Validate(
            GraphQLParser.Parse(row.GetProperty("document").GetString()!),
            extended.ValueKind == JsonValueKind.Number ? cases.Schema(extended.GetInt32()) : null,
            Rules(row));
    }

    private static List<string>? Rules(JsonElement row) =>
        row.GetProperty("rules") is { ValueKind: JsonValueKind.Array } rules
            ? [.. rules.EnumerateArray().Select(rule => rule.GetString()!)]
            : null;
}
