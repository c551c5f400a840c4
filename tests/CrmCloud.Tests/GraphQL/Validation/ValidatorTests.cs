using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.Tests.GraphQL.Validation;

public sealed class ValidatorTests
{
    private static readonly Schema Schema = SchemaFromSdl.Build(
        """
        directive @old(a: Int) @deprecated(reason: "gone") on FIELD
        extend directive @old @deprecated
        type Query { thing(id: ID, choice: Choice): Thing things: [Thing!]! }
        type Subscription { thing: Thing other: Thing }
        type Thing { id: ID! name: String }
        input Choice @oneOf { a: Int b: Int }
        """.Replace("extend directive @old @deprecated", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("{}")]
    [InlineData("{ thing {} }")]
    [InlineData("{ thing { ...{} } ...F } fragment F on Query {}")]
    [InlineData("query ($a: Int!) { thing(choice: {a: $a}) { id @old } }")]
    [InlineData("subscription { thing { id @skip(if: true) } }")]
    public void September_2026_allows(string text) => Assert.Empty(Messages(text));

    [Theory]
    [InlineData("{ thing { id {} } }", "Field \"id\" must not have a selection since type \"ID!\" has no subfields.")]
    [InlineData(
        "{ things }",
        "Field \"things\" of type \"[Thing!]!\" must have a selection of subfields. Did you mean \"things { ... }\"?")]
    [InlineData("mutation { a }", "The mutation operation is not supported by the schema.")]
    [InlineData("subscription {}", "Anonymous Subscription must select one top level field.")]
    [InlineData(
        "subscription S($v: Boolean!) { thing @include(if: $v) { id } }",
        "Subscription \"S\" must not use `@skip` or `@include` directives in the top level selection.")]
    [InlineData(
        "{ thing { x: __typename x: name } }",
        "Fields \"x\" conflict because \"__typename\" and \"name\" are different fields. Use different aliases on "
        + "the fields to fetch both if this was intentional.")]
    public void September_2026_refuses(string text, string message) => Assert.Equal([message], Messages(text));

    [Fact]
    public void Without_suggestions_no_name_of_the_schema_is_told()
    {
        var document = GraphQLParser.Parse("{ thin(i: 1) { nam } thing(idd: 1, choice: {aa: 1}) { naem } }");
        var told = DocumentValidator.Validate(Schema, document);
        var silent = ValidationOptions.Default with { Suggestions = false };
        var untold = DocumentValidator.Validate(Schema, document, silent);

        Assert.Contains(told, error => error.Message.EndsWith(
            "Did you mean \"thing\" or \"things\"?", StringComparison.Ordinal));
        Assert.Equal(told.Count, untold.Count);
        Assert.DoesNotContain(untold, error => error.Message.Contains("Did you mean", StringComparison.Ordinal));
    }

    [Fact]
    public void The_introspection_query_of_every_tool_is_within_the_limits()
    {
        var ofType = string.Concat(Enumerable.Repeat(" ofType { kind name", 9)) + new string('}', 9);
        var text =
            """
            query IntrospectionQuery {
              __schema {
                description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
                types { ...FullType }
                directives {
                  name description isRepeatable locations args(includeDeprecated: true) { ...InputValue }
                }
              }
            }
            fragment FullType on __Type {
              kind name description specifiedByURL isOneOf
              fields(includeDeprecated: true) {
                name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef }
                isDeprecated deprecationReason
              }
              inputFields(includeDeprecated: true) { ...InputValue }
              interfaces { ...TypeRef }
              enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
              possibleTypes { ...TypeRef }
            }
            fragment InputValue on __InputValue {
              name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
            }
            fragment TypeRef on __Type { kind name
            """ + ofType + " }";

        Assert.Empty(Messages(text));
    }

    [Fact]
    public void A_value_that_conflicts_only_for_some_objects_is_found()
    {
        var schema = SchemaFromSdl.Build(
            """
            interface N { id: ID n: N }
            type A implements N { id: ID n: N x: Int s: String }
            type B implements N { id: ID n: N x: Int s: Int }
            type Query { n: N }
            """);
        string[] Check(string text) =>
            [.. DocumentValidator.Validate(schema, GraphQLParser.Parse(text)).Select(error => error.Message)];

        Assert.Empty(Check("{ n { ... on A { y: x } ... on B { y: x } } }"));
        Assert.Empty(Check("{ n { ... on A { n { i: id } } ... on B { n { i: id } } } }"));
        Assert.Single(Check("{ n { ... on A { y: s } ... on B { y: s } } }"));
        Assert.Single(Check("{ n { n { ... on A { y: x } } ... on B { n { y: id } } } }"));
        Assert.Single(Check("{ n { n { y: id } ... on B { n { y: n { id } } } } }"));
    }

    private static IEnumerable<string> Messages(string text) =>
        DocumentValidator.Validate(Schema, GraphQLParser.Parse(text)).Select(error => error.Message);
}
