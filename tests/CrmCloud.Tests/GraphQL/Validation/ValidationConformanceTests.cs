using System.Text.Json;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.Tests.GraphQL.Validation;

public sealed class ValidationConformanceTests
{
    // Rows where September 2026 differs from graphql-js 16.11 would have to be listed by name. There are none.
    [SkippableTheory]
    [InlineData("validate.jsonl", 340)]
    [InlineData("validateSDL.jsonl", 70)]
    [InlineData("validateSchema.jsonl", 60)]
    public void Every_recorded_call_gives_the_errors_and_places_of_graphql_js(string file, int atLeast)
    {
        Skip.IfNot(GraphQLJs.IsPresent, GraphQLJs.Missing);
        var rows = GraphQLJs.Rows(file).ToList();

        var wrong = rows.Where(row => Replay(file, row) != Recorded(row))
            .Select(row => $"{Name(row)}\nexpected\n{Recorded(row)}\nbut was\n{Replay(file, row)}");

        Assert.True(rows.Count >= atLeast);
        Assert.Empty(wrong);
    }

    private static string Recorded(JsonElement row) => GraphQLJs.Text(row.GetProperty("errors"));

    private static string Name(JsonElement row) => row.TryGetProperty("test", out var test) ? test.GetString()! : "?";

    private static string Replay(string file, JsonElement row) => GraphQLJs.Text(file switch
    {
        "validate.jsonl" => Validate(row),
        "validateSDL.jsonl" => ValidateSdl(row),
        _ => SchemaRules.Validate(GraphQLJs.Schema(row.GetProperty("schema").GetInt32())),
    });

    private static IReadOnlyList<CrmCloud.GraphQL.GraphQLError> Validate(JsonElement row)
    {
        var schema = GraphQLJs.Schema(row.GetProperty("schema").GetInt32());
        var options = ValidationOptions.Default with { Rules = Rules(row) ?? ValidationRules.Specified };
        var document = GraphQLParser.Parse(row.GetProperty("document").GetString()!);
        return DocumentValidator.Validate(schema, document, options);
    }

    private static IReadOnlyList<CrmCloud.GraphQL.GraphQLError> ValidateSdl(JsonElement row)
    {
        var extended = row.GetProperty("baseSchema");
        return SdlValidator.Validate(
            GraphQLParser.Parse(row.GetProperty("document").GetString()!),
            extended.ValueKind == JsonValueKind.Number ? GraphQLJs.Schema(extended.GetInt32()) : null,
            Rules(row));
    }

    private static List<string>? Rules(JsonElement row) =>
        row.GetProperty("rules") is { ValueKind: JsonValueKind.Array } rules ? [.. rules.EnumerateArray().Select(rule => rule.GetString()!)]
        : null;
}
