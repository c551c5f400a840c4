using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;
using Xunit.Abstractions;

namespace CrmCloud.Tests.GraphQL.Oracle;

/// <summary>
/// Random documents and variables, answered by us and by graphql-js. The number of cases for each schema is that of
/// CRMCLOUD_ORACLE_CASES (6,667 for 20,000 in all), else 150; a seed is that of CRMCLOUD_SEED, else of the clock.
/// </summary>
public sealed class OracleTests(ITestOutputHelper output)
{
    private static readonly int Cases = Number("CRMCLOUD_ORACLE_CASES") ?? 150;

    private static readonly QueryLimits Limits = new()
    {
        CostPoints = int.MaxValue,
        PageSize = int.MaxValue,
        Operation = ValidationOptions.Default with { OperationDepth = 200 },
    };

    [SkippableTheory]
    [InlineData("features")]
    [InlineData("github")]
    [InlineData("product")]
    public async Task Graphql_js_comes_to_the_same_verdict_and_the_same_result(string name)
    {
        var file = FileOf(name);
        var seed = Number("CRMCLOUD_SEED") ?? Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var schema = SchemaFromSdl.Build(await File.ReadAllTextAsync(file));
        var generator = new DocumentGenerator(schema, new Random(seed));
        var cases = Enumerable.Range(0, Cases).Select(_ => generator.Next()).ToList();
        var theirs = await AskAsync(file, cases);
        var executor = new Executor(schema, new ExecutorOptions { ReportCost = false, Limits = Limits });

        var (valid, differing) = (0, new List<string>());
        for (var i = 0; i < cases.Count; i++)
        {
            var ours = await AnswerAsync(executor, cases[i]);
            valid += theirs[i]["result"] is null ? 0 : 1;
            if (!JsonNode.DeepEquals(Comparable(ours), Comparable(theirs[i])))
            {
                differing.Add($"{cases[i].Document}\n {cases[i].Variables.ToJsonString()}\n"
                    + Without(Comparable(ours), Comparable(theirs[i])));
            }
        }

        output.WriteLine($"{name}: {cases.Count} cases, {valid} executed, {differing.Count} differ");
        Assert.True(valid > cases.Count / 20, $"only {valid} of {cases.Count} were valid");
        Assert.True(differing.Count == 0, $"{differing.Count} differ:\n{string.Join('\n', differing.Take(5))}");
    }

    // Of two lists of errors, what is on one side only.
    private static string Without(JsonNode ours, JsonNode theirs)
    {
        var (mine, other) = (Parts(ours), Parts(theirs));
        return $"  ours   {string.Join("\n         ", mine.Except(other))}\n"
            + $"  theirs {string.Join("\n         ", other.Except(mine))}";
    }

    private static List<string> Parts(JsonNode answer) =>
    [
        .. ((answer["invalid"] ?? answer["result"]?["errors"]) as JsonArray ?? []).Select(
            error => error!.ToJsonString()),
        answer["result"]?["data"]?.ToJsonString() ?? "no data",
    ];

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : null;

    internal static string FileOf(string name) => name switch
    {
        "features" => Path.Combine(Repository.Root, "tests", "CrmCloud.Tests", "GraphQL", "Oracle", "features.graphql"),
        "product" => Path.Combine(Repository.Root, "api", "CrmCloud.Api", "schema.graphql"),
        _ => Repository.SharedFile("conformance", "github-schema.graphql"),
    };

    internal static async Task<List<JsonNode>> AskAsync(string schema, IEnumerable<OracleCase> cases)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, cases.Select(one => JsonSerializer.Serialize(new
            {
                document = one.Document, variables = one.Variables, root = one.Root,
            })));
            var answers = await Npm.RunAsync("oracle.mjs", schema, file);
            return [.. answers.Split('\n').Select(line => JsonNode.Parse(line)!)];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<JsonNode> AnswerAsync(Executor executor, OracleCase asked)
    {
        using var result = await executor.ExecuteAsync(new GraphQLRequest
        {
            Document = Encoding.UTF8.GetBytes(asked.Document),
            Variables = JsonSerializer.SerializeToElement(asked.Variables),
            RootValue = JsonSerializer.SerializeToElement(asked.Root),
            Suggestions = true,
        });
        var answer = JsonNode.Parse(result.ToString())!.AsObject();
        foreach (var error in answer["errors"]?.AsArray() ?? [])
        {
            error!.AsObject().Remove("extensions");
        }

        return result.Stage is ExecutionStage.NotParsed or ExecutionStage.NotValid
            ? new JsonObject { ["invalid"] = answer["errors"]!.DeepClone() }
            : new JsonObject { ["result"] = answer };
    }

    // The order of errors is not part of the specification, nor is how often one is told.
    private static JsonNode Comparable(JsonNode answer)
    {
        var copy = answer.DeepClone();
        Settle(copy.AsObject(), "invalid");
        if (copy["result"] is JsonObject result)
        {
            Settle(result, "errors");
        }

        return copy;
    }

    private static void Settle(JsonObject holder, string name)
    {
        if (holder[name] is JsonArray errors)
        {
            var told = Rewordings.WithoutRepeats([.. errors.Select(error => error!)]);
            holder[name] = new JsonArray([.. told.Select(error => Rewordings.Settle(error.DeepClone()).ToJsonString())
                .Distinct().Order(StringComparer.Ordinal).Select(error => JsonNode.Parse(error))]);
        }
    }
}
