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
            directives(includeDeprecated: true) { name isRepeatable locations
                args { name defaultValue type { ...T } } } } }
        fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }
        """;

    private const string Everything = """
        { __schema { types { kind name description specifiedByURL isOneOf
            fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...V } type { ...T }
                isDeprecated deprecationReason }
            inputFields(includeDeprecated: true) { ...V } interfaces { name } possibleTypes { name }
            enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } }
          directives(includeDeprecated: true) { name description isRepeatable locations isDeprecated deprecationReason
            args(includeDeprecated: true) { ...V } } } }
        fragment V on __InputValue { name description defaultValue type { ...T } isDeprecated deprecationReason }
        fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
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

    [SkippableTheory]
    [InlineData("features")]
    [InlineData("github")]
    [InlineData("product")]
    public async Task Introspection_of_a_schema_says_what_graphql_js_17_says(string name)
    {
        var file = OracleTests.FileOf(name);
        var theirs = (await OracleTests.AskAsync(file, [new(Everything, [], [])])).Single()["result"]!;
        var request = new GraphQLRequest { Document = Encoding.UTF8.GetBytes(Everything), State = new RequestState() };
        var executor = new Executor(
            SchemaFromSdl.Build(await File.ReadAllTextAsync(file)), new() { Validate = false, ReportCost = false });
        using var answer = await executor.ExecuteAsync(request);
        var ours = JsonNode.Parse(answer.ToString())!;

        Assert.Null(theirs["errors"]);
        var (expected, actual) = (ByName(theirs["data"]!).ToList(), ByName(ours["data"]!).ToList());
        Assert.True(
            expected.SequenceEqual(actual),
            $"theirs {string.Join('\n', expected.Except(actual))}\nours {string.Join('\n', actual.Except(expected))}");
    }

    // The order of types is nobody's promise, and the introspection types are compared above. A default that is an
    // object is printed with spaces inside its braces since 17.
    private static IEnumerable<string> ByName(JsonNode data) =>
        from list in new[] { "types", "directives" }
        from one in data["__schema"]![list]!.AsArray()
        where !$"{one!["name"]}".StartsWith("__", StringComparison.Ordinal)
        orderby list, $"{one["name"]}"
        select $"{list} {one.ToJsonString()}".Replace("\"{ ", "\"{", StringComparison.Ordinal)
            .Replace(" }\"", "}\"", StringComparison.Ordinal);

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
        $"@{directive["name"]}({string.Join(", ", directive["args"]!.AsArray().Select(
            argument => $"{ArgumentOf(argument!)} = {argument!["defaultValue"] ?? "null"}"))})"
        + (directive["isRepeatable"]!.GetValue<bool>() ? " repeatable on " : " on ")
        + string.Join(" | ", directive["locations"]!.AsArray().Select(location => $"{location}"));

    private static string ArgumentOf(JsonNode argument) => $"{argument["name"]}: {TypeOf(argument["type"]!)}";

    private static string TypeOf(JsonNode type) => $"{type["kind"]}" switch
    {
        "NON_NULL" => TypeOf(type["ofType"]!) + "!",
        "LIST" => $"[{TypeOf(type["ofType"]!)}]",
        _ => $"{type["name"]}",
    };
}
