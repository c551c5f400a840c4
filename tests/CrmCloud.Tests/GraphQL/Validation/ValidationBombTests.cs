using System.Globalization;
using System.Text;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.Tests.GraphQL.Validation;

public sealed class ValidationBombTests
{
    private const long MostBytes = 50_000_000;

    private static readonly Schema Schema = SchemaFromSdl.Build(
        """
        directive @tag(n: Int) repeatable on FIELD | QUERY | FRAGMENT_SPREAD | INLINE_FRAGMENT | FRAGMENT_DEFINITION
        interface Node { id: ID self: Node }
        type A implements Node { id: ID self: Node a(x: In): A b: A n: Int }
        type B implements Node { id: ID self: Node a: B n: String }
        input In { x: Int in: In }
        union Any = A | B
        type Query { a(x: In): A b: A n: Int any: [Any] node: Node }
        """);

    private static readonly ParserOptions NoParserLimits = ParserOptions.Trusted;

    // With the limits on size out of the way, what merging itself costs is still bounded.
    private static readonly ValidationOptions MergeLimitOnly = ValidationOptions.Default with
    {
        Fields = int.MaxValue,
        FragmentVisits = int.MaxValue,
        AliasesOfOneField = int.MaxValue,
        OperationDepth = 200,
        FragmentDepth = 200,
    };

    [Theory]
    [InlineData("Fields", 2_048, 2_049)]
    [InlineData("AliasesOfOneField", 100, 101)]
    [InlineData("OperationDepth", 20, 21)]
    [InlineData("FragmentVisits", 1_000, 1_001)]
    [InlineData("FragmentDepth", 64, 65)]
    [InlineData("DirectivesPerLocation", 10, 11)]
    [InlineData("Operations", 100, 101)]
    [InlineData("VariableUses", 50_000, 50_001)]
    public void One_step_over_a_limit_is_refused_by_name_and_measure_and_at_the_limit_is_not(
        string limit, int maximum, int measured)
    {
        var error = Assert.Single(Validate(AtSize(limit, measured)));
        var atLimit = Validate(AtSize(limit, maximum));

        Assert.Equal(
            $"Document is over the limit \"{limit}\": {measured} found, at most {maximum} allowed.", error.Message);
        Assert.Equal(GraphQLSyntaxException.OverLimit, error.Code);
        Assert.Equal(limit, error.Extensions!["limit"]);
        Assert.Equal(maximum, error.Extensions["maximum"]);
        Assert.Equal(measured, error.Extensions["measured"]);
        Assert.DoesNotContain(atLimit, other => other.Code == GraphQLSyntaxException.OverLimit);
    }

    [Fact]
    public void Fragments_that_double_are_refused_before_they_are_spread_out()
    {
        var text = new StringBuilder("{ ...F0 }");
        for (var i = 0; i < 30; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $" fragment F{i} on Query {{ ...F{i + 1} n ...F{i + 1} }}");
        }

        var errors = Validate(text.Append(" fragment F30 on Query { n }").ToString());

        Assert.Contains("\"FragmentVisits\"", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fragments_that_contain_themselves_end_and_are_reported()
    {
        // Two rings of different length, beside each other, with fields between: their product is what a naive walk
        // does.
        var text = new StringBuilder("{ a { ...P0 ...Q0 } }");
        for (var i = 0; i < 61; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $" fragment P{i} on A {{ a {{ ...P{(i + 1) % 61} }} }}");
        }

        for (var i = 0; i < 59; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $" fragment Q{i} on A {{ a {{ ...Q{(i + 1) % 59} }} }}");
        }

        var errors = Validate(text.ToString(), MergeLimitOnly);

        Assert.Equal(2, errors.Count(error => error.Message.Contains("within itself", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("flat", "\"MergeComparisons\"")]
    [InlineData("nested", "\"MergeComparisons\"")]
    [InlineData("nested pairs", "\"MergeComparisons\"")]
    [InlineData("abstract", null)]
    [InlineData("fragments", null)]
    [InlineData("conflicts", "conflict because")]
    public void Three_hundred_kilobytes_of_overlapping_fields_cost_no_more_than_the_limit_on_comparisons(
        string kind, string? expected)
    {
        var text = Overlapping(kind, 320_000);
        var document = GraphQLParser.Parse(text, NoParserLimits);

        var (errors, allocated) = SmallStack.Run(() => DocumentValidator.Validate(Schema, document, MergeLimitOnly));

        Assert.Equal(expected is null, errors.Count == 0);
        Assert.All(errors.Take(100), error => Assert.Contains(expected!, error.Message, StringComparison.Ordinal));
        Assert.True(allocated < 4 * MostBytes, $"{allocated} bytes allocated");
        Assert.All(errors, error => Assert.True(error.Message.Length < 2_100 && error.Locations.Count <= 100));
        Assert.Equal(GraphQLSyntaxException.OverLimit, Assert.Single(Validate(text)).Code);
    }

    [Fact]
    public void As_many_equal_fields_as_are_allowed_take_comparisons_in_proportion()
    {
        var text = "{ a {" + string.Concat(Enumerable.Repeat(" n", 2_047)) + " } }";

        Assert.Empty(Validate(text, ValidationOptions.Default with { MergeComparisons = 3 * 2_048 }));
    }

    [Fact]
    public void Errors_stop_at_a_hundred_and_say_so()
    {
        var errors = Validate("{" + string.Concat(Enumerable.Repeat(" nothing", 2_000)) + " }");

        Assert.Equal(101, errors.Count);
        Assert.Equal("Too many validation errors, error limit reached. Validation aborted.", errors[^1].Message);
    }

    [Fact]
    public void A_long_name_is_not_repeated_a_hundred_times()
    {
        var text = $"query {new string('n', 200_000)} {{ a(x: {{ x: $v }}) {{ id }} }}".Replace(
            "$v }", string.Concat(Enumerable.Range(0, 99).Select(i => $"$v{i} x: ")) + "1 }", StringComparison.Ordinal);

        var errors = Validate(text);

        Assert.True(errors.Sum(error => error.Message.Length) < 300_000);
    }

    private static IReadOnlyList<GraphQLError> Validate(string text, ValidationOptions? options = null)
    {
        var document = GraphQLParser.Parse(text, NoParserLimits);
        var (errors, allocated) = SmallStack.Run(() => DocumentValidator.Validate(Schema, document, options));
        Assert.True(allocated < MostBytes, $"{allocated} bytes allocated");
        return errors;
    }

    private static string AtSize(string limit, int size) => limit switch
    {
        "Fields" => "{" + Repeat(" n", size) + " }",
        "AliasesOfOneField" => "{" + string.Concat(Enumerable.Range(0, size).Select(i => $" n{i}: n")) + " }",
        "OperationDepth" => Repeat("{ a ", size - 1) + "{ n " + Repeat("}", size),
        "FragmentVisits" => "{" + Repeat(" ...{ n }", size) + " }",
        "FragmentDepth" => Repeat("{ ...", size) + "{ n }" + Repeat("}", size),
        "DirectivesPerLocation" => "{ n" + Repeat(" @tag", size) + " }",
        "VariableUses" => "fragment F on Query {" + Repeat(Skip, size / 100) + " }" + string.Concat(
            Enumerable.Range(0, 100).Select(
                i => $" query Q{i}($v: Boolean!) {{ {(i < size % 100 ? Skip : "")}...F }}")),
        _ => string.Concat(Enumerable.Range(0, size).Select(i => $" query Q{i} {{ n }}")),
    };

    private const string Skip = "n @skip(if: $v) ";

    private static string Overlapping(string kind, int bytes) => kind switch
    {
        "flat" => "{ a {" + Repeat(" n", bytes / 2) + " } }",
        "nested" => "{" + Repeat(" a{a{a{a{a{a{a{n}}}}}}}", bytes / 23) + " }",
        "nested pairs" => Pairs(12, bytes),
        "abstract" => "{ node {" + Repeat(" self{...on A{self{id}}...on B{self{id}}self{id}}", bytes / 50) + " } }",
        "fragments" => FragmentPairs(bytes),
        _ => "{ a {" + Repeat(" n: n a { n } n: id a { n }", bytes / 40) + " } }",
    };

    // Every level holds the same field twice, so pairs of pairs of pairs.
    private static string Pairs(int depth, int bytes)
    {
        var text = "n";
        for (var i = 0; i < depth; i++)
        {
            text = $"a{{{text}}}b{{{text}}}";
        }

        return "{" + Repeat(text + " ", 1 + (bytes / text.Length)) + "}";
    }

    // Each of many fragments is spread beside every other.
    private static string FragmentPairs(int bytes)
    {
        var count = bytes / 60;
        var spreads = string.Concat(Enumerable.Range(0, count).Select(i => $" ...F{i}"));
        var fragments = Enumerable.Range(0, count).Select(i => $" fragment F{i} on A {{ a {{ a {{ n }} }} n }}");
        return "{ a {" + spreads + " } }" + string.Concat(fragments);
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
