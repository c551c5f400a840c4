using CrmCloud.GraphQL.Language;

namespace CrmCloud.Tests.GraphQL.Language;

public sealed class September2026Tests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("{\n  a {}\n}")]
    [InlineData("\"What it is for\"\nquery Q {\n  a\n}")]
    [InlineData("\"\"\"\nTwo\nlines\n\"\"\"\nfragment F on T @x {\n  a\n}")]
    [InlineData("query Q(\n\"For $a\"\n$a: Int = 1 @x\n) {\n  a\n}")]
    [InlineData("directive @a(x: Int) @b(y: [1, {z: $}]) repeatable on FIELD | DIRECTIVE_DEFINITION", "\"$\"")]
    [InlineData("directive @a(x: Int) @b(y: [1, {z: 2}]) repeatable on FIELD | DIRECTIVE_DEFINITION")]
    [InlineData("extend directive @a @deprecated(reason: \"old\")")]
    [InlineData("extend schema @a {\n  query: Q\n}")]
    [InlineData("interface A implements B & C @d")]
    public void Prints_as_it_was_written(string text, string? refusedAt = null)
    {
        if (refusedAt is null)
        {
            var printed = Printer.Print(GraphQLParser.Parse(text));

            Assert.Equal(Printer.Print(GraphQLParser.Parse(printed)), printed);
            Assert.Equal(Normal(text), Normal(printed));
            return;
        }

        var refused = Assert.Throws<GraphQLSyntaxException>(() => GraphQLParser.Parse(text));
        Assert.Contains(refusedAt, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"d\" { a }", "Unexpected description, descriptions are not supported on shorthand queries.")]
    [InlineData(
        "\"d\" extend type A { a: B }",
        "Unexpected description, descriptions are supported only on type definitions.")]
    [InlineData("extend directive @a", "Unexpected <EOF>.")]
    [InlineData("{ a(x: {) }", "Expected Name, found \")\".")]
    [InlineData("enum E { true }", "Name \"true\" is reserved and cannot be used for an enum value.")]
    public void Says_what_is_wrong(string text, string reason)
    {
        var refused = Assert.Throws<GraphQLSyntaxException>(() => GraphQLParser.Parse(text));

        Assert.Equal("Syntax Error: " + reason, refused.Message);
        Assert.Equal(GraphQLSyntaxException.NotGraphQL, refused.Code);
    }

    [Theory]
    [InlineData("\"\\u{1F600}\"", "\U0001F600")]
    [InlineData("\"\\uD83D\\uDE00\"", "\U0001F600")]
    [InlineData("\"\"\"\n    a\n      b\n    \\\"\"\"\n  \"\"\"", "a\n  b\n\"\"\"")]
    public void Strings_mean_what_the_specification_says(string text, string value) =>
        Assert.Equal(value, Assert.IsType<StringValueNode>(GraphQLParser.ParseValue(text)).Value);

    [Fact]
    public void A_column_counts_as_editors_do_and_lines_end_in_three_ways()
    {
        var document = GraphQLParser.Parse("{ a(x: \"\u00E4\U0001F600\") b\r\n c\r d\n e }");
        var fields = ((OperationDefinitionNode)document.Definitions[0]).SelectionSet.Selections;

        var places = fields.Select(field => field.Span.Location!.Value).ToArray();

        Assert.Equal([new(1, 3), new(1, 15), new(2, 2), new(3, 2), new(4, 2)], places);
    }

    [Fact]
    public void Equal_names_of_a_document_are_one_string()
    {
        var names = string.Join(' ', Enumerable.Range(0, 500).Select(i => $"name{i % 250}"));
        var document = GraphQLParser.Parse($"{{ {names} }}");

        var selections = ((OperationDefinitionNode)document.Definitions[0]).SelectionSet.Selections;
        var read = selections.Cast<FieldNode>().Select(field => field.Name.Value).ToList();

        Assert.All(Enumerable.Range(0, 250), i => Assert.Same(read[i], read[i + 250]));
    }

    [Theory]
    [InlineData(new byte[] { (byte)'{', 0xFF, (byte)'}' }, "Invalid character: byte 0xFF, which is not UTF-8.")]
    [InlineData(
        new byte[] { (byte)'#', 0xC3, (byte)'\n', (byte)'{' },
        "Invalid character: byte 0xC3, which is not UTF-8.")]
    [InlineData(new byte[] { (byte)'{', 0xED, 0xA0, 0x80 }, "Invalid character: U+D800.")]
    public void Bytes_that_are_not_text_are_refused(byte[] bytes, string reason)
    {
        var refused = Assert.Throws<GraphQLSyntaxException>(() => GraphQLParser.Parse(bytes));

        Assert.Equal("Syntax Error: " + reason, refused.Message);
    }

    private static string Normal(string text) =>
        string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
