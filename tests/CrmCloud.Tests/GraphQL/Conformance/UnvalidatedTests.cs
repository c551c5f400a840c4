using System.Text.Json;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.Tests.GraphQL;

/// <summary>
/// What graphql-js 16.11 answers to recorded cases that were changed at random: where ours once differed.
/// </summary>
public sealed class UnvalidatedTests
{
    private static readonly Schema Types = SchemaFromSdl.Build("""
        type Query { b(text: String): String }
        type Subscription { seen: Int }
        enum E { A B }
        input I { a: Int!  c: I }
        """);

    [Theory]
    [InlineData("$v: E", """{"v":0}""",
        "Variable \"$v\" got invalid value 0; Enum \"E\" cannot represent non-string value: 0. Did you mean the enum "
        + "value \"A\" or \"B\"?")]
    [InlineData("$v: I", """{"v":[-1,{"r":1,"x":{"A":1}}]}""",
        "Variable \"$v\" got invalid value [-1, { r: 1, x: [Object] }]; Expected type \"I\" to be an object.")]
    [InlineData("$v: I", """{"v":[[[1]],[[]]]}""",
        "Variable \"$v\" got invalid value [[[Array]], [[]]]; Expected type \"I\" to be an object.")]
    [InlineData("$v: Int", """{"v":{"a":{"b":{"c":1},"d":{}}}}""",
        "Variable \"$v\" got invalid value { a: { b: [Object], d: {} } }; Int cannot represent non-integer value: "
        + "{ a: { b: [Object], d: {} } }")]
    public void A_value_of_a_variable_is_shown_and_helped_with_as_by_graphql_js(
        string definition, string given, string message)
    {
        var operation = (OperationDefinitionNode)GraphQLParser.Parse($"query({definition}) {{ b }}").Definitions[0];

        var (_, errors) = VariableValues.Coerce(Types, operation, JsonSerializer.Deserialize<JsonElement>(given));

        Assert.Equal([message], errors.Select(error => error.Message));
    }

    [Fact]
    public void A_default_that_does_not_fit_is_none()
    {
        var operation = (OperationDefinitionNode)GraphQLParser.Parse("query($v: String = 1) { b }").Definitions[0];

        var (values, errors) = VariableValues.Coerce(Types, operation, default);

        Assert.Empty(errors);
        Assert.Empty(values!.All);
    }

    [Fact]
    public async Task Of_an_argument_that_is_given_twice_the_last_counts()
    {
        var executor = new Executor(Types, new() { Validate = false, ReportCost = false });
        using var answer = await executor.ExecuteAsync(new GraphQLRequest
        {
            Document = "{ b(text: 1, text: \"last\") }"u8.ToArray(),
            RootValue = JsonSerializer.SerializeToElement(new { b = "B" }),
        });

        Assert.Equal("""{"data":{"b":"B"}}""", answer.ToString());
    }

    [Theory]
    [InlineData("subscription { ...Unknown }", "Unknown fragment \"Unknown\".")]
    [InlineData("subscription { ... { } }", "Anonymous Subscription must select one top level field.")]
    public void A_subscription_of_unknown_fragments_has_no_second_error(string document, string message) =>
        Assert.Equal(
            [message],
            DocumentValidator.Validate(Types, GraphQLParser.Parse(document)).Select(error => error.Message));
}
