using System.Text;
using System.Text.Json.Nodes;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL.Oracle;

public sealed class IntrospectionTests
{
    private const string Query = """
        { __schema {
            types { name fields(includeDeprecated: true) { name type { ...T } args { name defaultValue type { ...T } } }
                enumValues(includeDeprecated: true) { name } }
            directives(includeDeprecated: true) { name locations args { name type { ...T } } } } }
        fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }
        """;

    /// <summary>Arguments of fragments are a proposal that graphql-js has ahead of the specification.</summary>
    private static readonly string[] AheadOfTheSpecification = ["__DirectiveLocation.FRAGMENT_VARIABLE_DEFINITION"];

    [SkippableFact]
    public async Task Introspection_and_the_specified_directives_are_those_of_graphql_js_17()
    {
        var theirs = (await Npm.RunAsync("introspection.mjs")).Split('\n').Order(StringComparer.Ordinal).ToList();
        var request = new GraphQLRequest { Document = Encoding.UTF8.GetBytes(Query), State = new RequestState() };
        using var answer = await new Executor(SchemaFromSdl.Build("type Query { a: Int }")).ExecuteAsync(request);
        var schema = JsonNode.Parse(answer.ToString())!["data"]!["__schema"]!;

        var ours = schema["types"]!.AsArray().SelectMany(type => MembersOf(type!))
            .Concat(schema["directives"]!.AsArray().Select(directive => DirectiveOf(directive!)));

        Assert.Equal(theirs.Except(AheadOfTheSpecification), ours.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> MembersOf(JsonNode type)
    {
        var name = $"{type["name"]}";
        if (!name.StartsWith("__", StringComparison.Ordinal))
        {
            return [];
        }

        var fields = type["fields"]?.AsArray().Select(field => $"{name}.{field!["name"]}("
            + string.Join(", ", field["args"]!.AsArray().Select(
                argument => $"{ArgumentOf(argument!)} = {argument!["defaultValue"] ?? "null"}"))
            + $"): {TypeOf(field["type"]!)}");
        var values = type["enumValues"]?.AsArray().Select(value => $"{name}.{value!["name"]}");
        return (fields ?? []).Concat(values ?? []);
    }

    private static string DirectiveOf(JsonNode directive) =>
        $"@{directive["name"]}({string.Join(", ", directive["args"]!.AsArray().Select(a => ArgumentOf(a!)))}) on "
        + string.Join(" | ", directive["locations"]!.AsArray().Select(location => $"{location}"));

    private static string ArgumentOf(JsonNode argument) => $"{argument["name"]}: {TypeOf(argument["type"]!)}";

    private static string TypeOf(JsonNode type) => $"{type["kind"]}" switch
    {
        "NON_NULL" => TypeOf(type["ofType"]!) + "!",
        "LIST" => $"[{TypeOf(type["ofType"]!)}]",
        _ => $"{type["name"]}",
    };
}
