using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL.Validation;

public sealed class SchemaTests
{
    [Theory]
    [InlineData(
        "type Query { a(x: Int = \"one\"): Int }",
        "Query.a(x:) has invalid default value: Int cannot represent non-integer value: \"one\"")]
    [InlineData(
        "type Query { a(x: In): Int } input In { a: In! b: Int }",
        "Cannot reference Input Object \"In\" within itself through a series of non-null fields: \"a\".")]
    [InlineData(
        "type Query { a(x: In): Int } input In @oneOf { a: In }",
        "Input Object In cannot be provided a finite value because it references itself through fields: In.a.")]
    [InlineData(
        "type Query { a(x: In): Int } input In { a: In = {} }",
        "Invalid circular reference. The default value of Input Object field In.a references itself.")]
    [InlineData(
        "schema { query: Q mutation: Q } type Q { a: Int }",
        "All root types must be different, \"Q\" type is used as query and mutation root types.")]
    [InlineData(
        "type Query implements I { a: Int @deprecated } interface I { a: Int }",
        "Interface field I.a is not deprecated, so implementation field Query.a must not be deprecated.")]
    [InlineData(
        "directive @a(x: In) on FIELD | INPUT_FIELD_DEFINITION input In { y: E @a } enum E { A } type Query { b: Int }",
        "Directive @a cannot reference itself, directly or through its arguments.")]
    [InlineData(
        "type Query { __a: Int }",
        "Name \"__a\" must not begin with \"__\", which is reserved by GraphQL introspection.")]
    public void A_schema_nobody_could_use_is_refused(string sdl, string message) =>
        Assert.Equal([message], SchemaRules.Validate(SchemaFromSdl.Build(sdl)).Select(error => error.Message));

    [Theory]
    [InlineData("type Query { a: Missing }", "Unknown type \"Missing\".")]
    [InlineData(
        "directive @a on FIELD extend directive @b @deprecated",
        "Cannot extend directive \"@b\" because it is not defined.")]
    [InlineData("type A { a: Int } type A { b: Int }", "There can be only one type named \"A\".")]
    [InlineData(
        "directive @a @skip(if: true) on FIELD",
        "Directive \"@skip\" may not be used on DIRECTIVE_DEFINITION.")]
    public void Definitions_that_contradict_each_other_make_no_schema(string sdl, string message)
    {
        var refused = Assert.Throws<SchemaException>(() => SchemaFromSdl.Build(sdl));

        Assert.Equal([message], refused.Errors.Select(error => error.Message));
    }

    [Theory]
    [InlineData("Query", true)]
    [InlineData("Query.a", true)]
    [InlineData("Query.a(x:)", true)]
    [InlineData("In.y", true)]
    [InlineData("E.A", true)]
    [InlineData("@d", true)]
    [InlineData("@d(x:)", true)]
    [InlineData("Query.b", false)]
    [InlineData("E.A(x:)", false)]
    public void A_coordinate_finds_what_it_names(string text, bool isFound)
    {
        var schema = SchemaFromSdl.Build(
            "type Query { a(x: In): E } input In { y: E } enum E { A } directive @d(x: Int) on FIELD");
        var coordinate = SchemaCoordinate.Parse(text);

        Assert.Equal(text, coordinate.ToString());
        Assert.Equal(isFound, coordinate.Resolve(schema) is not null);
    }

    [Theory]
    [InlineData("A .b", "Invalid character: \" \".")]
    [InlineData("A.b.c", "Expected <EOF>, found \".\".")]
    [InlineData("A.", "Expected Name, found <EOF>.")]
    [InlineData("A.b(c:d)", "Expected \")\", found Name \"d\".")]
    [InlineData("@a.b", "Expected <EOF>, found \".\".")]
    public void What_is_no_coordinate_is_refused(string text, string reason) => Assert.Equal(
        "Syntax Error: " + reason, Assert.Throws<GraphQLSyntaxException>(() => SchemaCoordinate.Parse(text)).Message);

    [Fact]
    public void A_directive_can_be_deprecated_where_it_is_defined_or_later()
    {
        var schema = SchemaFromSdl.Build(
            "directive @a @deprecated(reason: \"old\") on FIELD directive @b on FIELD "
            + "extend directive @b @deprecated type Query { a: Int }");

        Assert.Equal("old", schema.Directives.Find("a")!.DeprecationReason);
        Assert.Equal("No longer supported", schema.Directives.Find("b")!.DeprecationReason);
    }

    [Fact]
    public void A_schema_of_text_can_be_extended_and_stays_as_it_was()
    {
        var schema = SchemaFromSdl.Build("type Query { a: E } enum E { X } union U = Query");
        var addition = GraphQLParser.Parse(
            "extend type Query { b: [N!] } type N { u: U } extend enum E { Y } extend union U = N");

        var extended = SchemaFromSdl.Extend(schema, addition);

        Assert.Equal("[N!]", extended.Query!.Fields.Find("b")!.Type.ToString());
        Assert.Equal(2, ((UnionType)extended.FindType("U")!).Members.Count);
        Assert.Null(schema.Query!.Fields.Find("b"));
        Assert.Empty(SchemaRules.Validate(extended));
        Assert.Throws<SchemaException>(() => SchemaFromSdl.Extend(extended, addition));
    }

    [SkippableFact]
    public void A_large_public_schema_is_built_and_valid()
    {
        Skip.IfNot(GraphQLJs.IsPresent, GraphQLJs.Missing);

        var schema = SchemaFromSdl.Build(GraphQLJs.Cases.Text("github-schema.graphql"));

        Assert.Empty(SchemaRules.Validate(schema));
        Assert.True(schema.Types.Count > 500);
    }
}
