using System.Text;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.Tests.GraphQL.Language;

public sealed class ParserBombTests
{
    private const int BombBytes = 40 * 1024;

    // Two documents: one never closed, one closed again, for a parser may fail on either.
    [Theory]
    [InlineData("{ a ", "{ a ", " }")]
    [InlineData("{ a ", "{ ... { a ", " } }")]
    [InlineData("{ a ", "{ ... on T ", " }")]
    [InlineData("{ a(x: ", "[", "]")]
    [InlineData("{ a(x: ", "{ b: ", "}")]
    [InlineData("{ a(x: ", "[{ b: ", "}]")]
    [InlineData("query Q($a: ", "[", "]")]
    [InlineData("query Q($a: [Int] = ", "[", "]")]
    [InlineData("{ a @b(x: ", "[", "]")]
    [InlineData("type T { a(b: ", "[", "]")]
    [InlineData("type T { a(b: C = ", "{ d: ", "}")]
    [InlineData("type T @a(b: ", "[", "]")]
    public void Forty_kilobytes_of_nesting_are_refused_at_the_limit(string start, string open, string close)
    {
        var count = BombBytes / open.Length;
        var text = start + string.Concat(Enumerable.Repeat(open, count));
        foreach (var bomb in new[] { text, text + string.Concat(Enumerable.Repeat(close, count)) })
        {
            var (refused, _) = SmallStack.Run(() => Refusal(bomb, ParserOptions.Default));

            Assert.Equal(GraphQLSyntaxException.OverLimit, refused.Code);
            Assert.Contains("65 levels deep, more than the limit of 64", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_deepest_nesting_anybody_can_allow_needs_little_stack()
    {
        var options = ParserOptions.Default with { SyntaxDepth = 200 };
        var text = string.Concat(Enumerable.Repeat("{ a ", 199)) + "(x: [1])"
            + string.Concat(Enumerable.Repeat("}", 199));

        var (document, _) = SmallStack.Run(() => GraphQLParser.Parse(text, options));

        Assert.Single(document.Definitions);
        Assert.Throws<ArgumentOutOfRangeException>(() => ParserOptions.Default with { SyntaxDepth = 201 });
    }

    [Fact]
    public void Tokens_and_bytes_are_counted_and_named()
    {
        var tokens = Refusal("{ " + string.Concat(Enumerable.Repeat("a ", 20_000)) + "}", ParserOptions.Default);
        var bytes = Refusal("{ a }" + new string(' ', 256 * 1024), ParserOptions.Default);

        Assert.Equal("Syntax Error: Document contains more that 15000 tokens. Parsing aborted.", tokens.Message);
        Assert.Equal("Syntax Error: Document is 262149 bytes, more than the limit of 262144.", bytes.Message);
        Assert.All([tokens, bytes], refused => Assert.Equal(GraphQLSyntaxException.OverLimit, refused.Code));
    }

    [Theory]
    [InlineData("\"", "x")]
    [InlineData("\"\"\"", "\n x")]
    [InlineData("#", "x")]
    [InlineData("", ",\n")]
    [InlineData("", "9")]
    [InlineData("", "\"\" ")]
    [InlineData("", "\\u0061")]
    public void A_document_of_one_kind_of_byte_costs_no_more_than_its_size(string start, string filler)
    {
        var text = "{ a(x: " + start + string.Concat(Enumerable.Repeat(filler, 250_000 / filler.Length));

        var (refused, allocated) = SmallStack.Run(() => Refusal(text, ParserOptions.Default));

        Assert.True(refused.Message.Length < 400, refused.Message);
        Assert.True(allocated < 10_000_000, $"{allocated} bytes allocated");
    }

    [Fact]
    public void What_a_caller_wrote_is_repeated_only_in_part()
    {
        var refused = Refusal($"{{ a(x: 1 {new string('n', 100_000)}) }}", ParserOptions.Default);

        Assert.True(refused.Message.Length < 400);
    }

    private static GraphQLSyntaxException Refusal(string text, ParserOptions options) =>
        Assert.Throws<GraphQLSyntaxException>(() => GraphQLParser.Parse(Encoding.UTF8.GetBytes(text), options));
}
