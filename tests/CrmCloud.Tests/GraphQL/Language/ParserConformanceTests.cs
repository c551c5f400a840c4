using System.Text.Json;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.Tests.GraphQL.Language;

public sealed class ParserConformanceTests
{
    [SkippableFact]
    public void Every_recorded_parse_prints_or_fails_as_in_graphql_js()
    {
        Skip.IfNot(GraphQLJs.IsPresent, GraphQLJs.Missing);
        var rows = GraphQLJs.Rows("parse.jsonl").ToList();

        // Differences would have to be listed here by name. There are none: graphql-js 16.11 has no case for what
        // September
        // 2026 allows beyond it (empty selection sets, directives on directive definitions, descriptions of
        // operations).
        var wrong = rows.Where(row => Replay(row) != Recorded(row))
            .Select(row => $"{row.GetProperty("test")}\nexpected {Recorded(row)}\nbut was {Replay(row)}");

        Assert.True(rows.Count > 700);
        Assert.Empty(wrong);
    }

    private static string Recorded(JsonElement row) => row.TryGetProperty("error", out var error)
        ? $"{error.GetProperty("message").GetString()} @ {GraphQLJs.Places(error)}"
        : row.GetProperty("printed").GetString()!;

    private static string Replay(JsonElement row)
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
}
