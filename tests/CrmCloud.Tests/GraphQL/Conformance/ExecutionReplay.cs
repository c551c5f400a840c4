using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL;

/// <summary>Replays recorded executions and coercions, through the public API.</summary>
internal sealed class ExecutionReplay(RecordedCases cases)
{
    /// <summary>
    /// What September 2026 changed, and an introspection query therefore answers otherwise than graphql-js 16.
    /// </summary>
    private static readonly string[] SpecifiedDirectives = ["include", "skip", "deprecated", "specifiedBy", "oneOf"];

    /// <returns>What was recorded, and what comes out now; equal texts for a row that passes.</returns>
    public async Task<(string Expected, string Actual)> RunAsync(string file, JsonElement row) => file switch
    {
        "execute.jsonl" => (
            Comparable(JsonNode.Parse(row.GetProperty("result").GetRawText())!),
            Comparable(JsonNode.Parse(await ExecuteAsync(row))!)),
        "variables.jsonl" => Variables(row),
        "coerce.jsonl" => Coerce(row),
        _ => throw new ArgumentException("No executions are recorded there.", nameof(file)),
    };

    private (string Expected, string Actual) Variables(JsonElement row)
    {
        var definitions =
            string.Join(", ", row.GetProperty("definitions").EnumerateArray().Select(d => d.GetString()));
        var text = $"\n      query {(definitions.Length > 0 ? $"({definitions})" : "")} {{ __typename }}";
        var operation = (OperationDefinitionNode)GraphQLParser.Parse(text).Definitions[0];
        var (values, errors) = VariableValues.Coerce(
            cases.Schema(row.GetProperty("schema").GetInt32()), operation, row.GetProperty("inputs"));
        var result = row.GetProperty("result");
        var expected = result.TryGetProperty("errors", out var refused)
            ? RecordedCases.Text(refused)
            : result.GetProperty("coerced").GetRawText();
        return (expected, errors.Count > 0 ? RecordedCases.Text(errors) : JsonSerializer.Serialize(values!.All));
    }

    private static (string Expected, string Actual) Coerce(JsonElement row)
    {
        var refused = row.TryGetProperty("error", out var error);
        var expected = refused ? error.GetString()! : row.GetProperty("result").GetRawText();
        var (test, type) = (row.GetProperty("test").GetString()!, row.GetProperty("type").GetString());
        if (test.Contains("iterable", StringComparison.Ordinal))
        {
            return (expected, "(its value is a generator of JavaScript, an empty object in the row)");
        }

        var schema = type is "TestScalar" or "TestEnum"
            ? CodedTypes.Schema(type)
            : SchemaFromSdl.Build(TypesOf(test) + " type Query { field(argument: " + type + "): Int }");
        var (value, problems) = InputCoercion.Coerce(
            row.GetProperty("value"), schema.Query!.Fields[0].Arguments[0].Type);

        // Where problems were only collected, the value recorded is what could be coerced beside them.
        return (expected, refused
            ? string.Join('\n', problems.Select(p => $"Invalid value {p.Value} at \"value{p.Path}\": {p.Message}"))
            : JsonSerializer.Serialize(value));
    }

    /// <summary>The types of the test file, which rows name only.</summary>
    private static string TypesOf(string test) => test switch
    {
        _ when test.Contains("isOneOf", StringComparison.Ordinal) =>
            "input TestInputObject @oneOf { foo: Int bar: Int }",
        _ when test.Contains("array type on a nested field", StringComparison.Ordinal) =>
            "input TestInputObject { foo: Int! bar: Int deepObject: Deep } input Deep { foo: Int! bar: Int }",
        _ when test.Contains("GraphQLInputObject with default value returns null", StringComparison.Ordinal) =>
            "input TestInputObject { foo: Int = null }",
        _ when test.Contains("GraphQLInputObject with default value", StringComparison.Ordinal) =>
            "input TestInputObject { foo: Int = 7 }",
        _ when test.Contains("GraphQLInputObject", StringComparison.Ordinal) =>
            "input TestInputObject { foo: Int! bar: Int }",
        _ when test.Contains("non-list object value", StringComparison.Ordinal) => "input TestObject { length: Int }",
        _ => "",
    };

    private async Task<string> ExecuteAsync(JsonElement row)
    {
        var executor = new Executor(
            cases.Schema(row.GetProperty("schema").GetInt32()),
            new ExecutorOptions
            {
                Validate = false,
                ReportCost = false,
                Limits = new QueryLimits { CostPoints = int.MaxValue },
            });
        using var result = await executor.ExecuteAsync(new GraphQLRequest
        {
            Document = Encoding.UTF8.GetBytes(row.GetProperty("document").GetString()!),
            OperationName = row.TryGetProperty("operationName", out var name) ? name.GetString() : null,
            Variables = row.TryGetProperty("variables", out var variables) ? variables : default,
            RootValue = row.TryGetProperty("rootValue", out var root) ? root : null,
        });
        return result.ToString();
    }

    // Our errors carry codes, and the introspection types are those of September 2026.
    private static string Comparable(JsonNode answer)
    {
        foreach (var error in answer["errors"]?.AsArray() ?? [])
        {
            error!.AsObject().Remove("extensions");
        }

        if (answer["data"]?["__schema"] is JsonObject schema)
        {
            Remove(
                schema["types"],
                type => ((string?)type["name"])?.StartsWith("__", StringComparison.Ordinal) == true);
            Remove(schema["directives"], directive => SpecifiedDirectives.Contains((string?)directive["name"]));
        }

        return $"errors {answer["errors"]?.ToJsonString()} data {answer["data"]?.ToJsonString() ?? "null"}";
    }

    private static void Remove(JsonNode? array, Predicate<JsonNode> matches)
    {
        foreach (var node in array?.AsArray().Where(node => matches(node!)).ToList() ?? [])
        {
            array!.AsArray().Remove(node);
        }
    }
}
