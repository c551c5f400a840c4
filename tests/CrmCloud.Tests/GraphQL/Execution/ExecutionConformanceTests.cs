using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using Xunit.Abstractions;

namespace CrmCloud.Tests.GraphQL.Execution;

public sealed class ExecutionConformanceTests(ITestOutputHelper output)
{
    /// <summary>What September 2026 changed, and an introspection query therefore answers otherwise than graphql-js 16.</summary>
    private static readonly string[] SpecifiedDirectives = ["include", "skip", "deprecated", "specifiedBy", "oneOf"];

    [SkippableFact]
    public async Task Recorded_executions_give_the_recorded_answers()
    {
        Skip.IfNot(GraphQLJs.IsPresent, GraphQLJs.Missing);

        var failures = new List<string>();
        var count = 0;
        foreach (var row in GraphQLJs.Rows("execute.jsonl"))
        {
            count++;
            var expected = Comparable(JsonNode.Parse(row.GetProperty("result").GetRawText())!);
            var actual = Comparable(JsonNode.Parse(await ExecuteAsync(row))!);
            if (expected != actual)
            {
                failures.Add($"{row.GetProperty("test")}\nexpected {expected}\nactual   {actual}");
            }
        }

        output.WriteLine($"{count - failures.Count} of {count}");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    [SkippableFact]
    public void Recorded_variables_are_coerced_as_recorded()
    {
        Skip.IfNot(GraphQLJs.IsPresent, GraphQLJs.Missing);

        foreach (var row in GraphQLJs.Rows("variables.jsonl"))
        {
            var definitions =
                string.Join(", ", row.GetProperty("definitions").EnumerateArray().Select(d => d.GetString()));
            var text = $"\n      query {(definitions.Length > 0 ? $"({definitions})" : "")} {{ __typename }}";
            var operation = (OperationDefinitionNode)GraphQLParser.Parse(text).Definitions[0];

            var (values, errors) = VariableValues.Coerce(
                GraphQLJs.Schema(row.GetProperty("schema").GetInt32()), operation, row.GetProperty("inputs"));

            var result = row.GetProperty("result");
            if (result.TryGetProperty("errors", out var expected))
            {
                Assert.Equal(GraphQLJs.Text(expected), GraphQLJs.Text(errors));
            }
            else
            {
                Assert.Equal(result.GetProperty("coerced").GetRawText(), JsonSerializer.Serialize(values!.All));
            }
        }
    }

    [SkippableFact]
    public void Recorded_inputs_are_coerced_as_recorded()
    {
        Skip.IfNot(GraphQLJs.IsPresent, GraphQLJs.Missing);

        var count = 0;
        foreach (var row in GraphQLJs.Rows("coerce.jsonl"))
        {
            var test = row.GetProperty("test").GetString()!;
            if (TypesOf(test) is not { } sdl)
            {
                continue;
            }

            count++;
            var schema = SchemaFromSdl.Build(
                sdl + " type Query { field(argument: " + row.GetProperty("type").GetString() + "): Int }");
            var type = schema.Query!.Fields[0].Arguments[0].Type;

            var (value, problems) = InputCoercion.Coerce(row.GetProperty("value"), type);

            if (row.TryGetProperty("error", out var error))
            {
                var problem = Assert.Single(problems);
                Assert.Equal(
                    error.GetString(),
                    $"Invalid value {problem.Value} at \"value{problem.Path}\": {problem.Message}");
            }
            else
            {
                Assert.Equal(row.GetProperty("result").GetRawText(), JsonSerializer.Serialize(value));
            }
        }

        output.WriteLine($"{count} rows");
        Assert.Equal(22, count);
    }

    /// <summary>The types of the test file, which rows name only; null for types that no SDL can say.</summary>
    private static string? TypesOf(string test) => test switch
    {
        _ when test.Contains("GraphQLScalar", StringComparison.Ordinal) => null,
        _ when test.Contains("GraphQLEnum", StringComparison.Ordinal) => null,
        _ when test.Contains("iterable", StringComparison.Ordinal) => null,
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

    private static async Task<string> ExecuteAsync(JsonElement row)
    {
        var executor = new Executor(
            GraphQLJs.Schema(row.GetProperty("schema").GetInt32()),
            new ExecutorOptions { Validate = false, ReportCost = false, Limits = new QueryLimits { CostPoints = int.MaxValue } });
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
