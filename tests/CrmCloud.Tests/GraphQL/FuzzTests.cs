using System.Text;
using System.Text.Json;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;
using Xunit.Abstractions;

namespace CrmCloud.Tests.GraphQL;

public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Rounds = 6_000;

    private static readonly string[] Pieces =
    [
        "{", "}", "(", ")", "[", "]", "...", "!", "$", ":", "=",
        "@", "|", "&", "\"", "\"\"\"", "\\u{", "\\", "#", "\n", "-",
        ".", "0", "1e", "on", "fragment", "query", "extend", "directive", "input", "null", "true", "__typename", "A",
        "\uFEFF", "\u00E4",
    ];

    [SkippableFact]
    public void Whatever_the_bytes_the_parser_only_ever_refuses_and_what_it_accepts_prints_and_validates()
    {
        Skip.IfNot(GraphQLJs.IsPresent, GraphQLJs.Missing);
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var sources = GraphQLJs.Cases.Rows("parse.jsonl").Where(row => row.GetProperty("kind").GetString() == "parse")
            .Select(row => Encoding.UTF8.GetBytes(row.GetProperty("source").GetString()!))
            .Where(source => source.Length < 4_000)
            .ToArray();

        var accepted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutate(random, sources);
            accepted += Accepts(bytes) ? 1 : 0;
        }

        Assert.InRange(accepted, Rounds / 20, Rounds * 19 / 20);
    }

    [SkippableFact]
    public void Whatever_the_document_the_validator_only_ever_reports()
    {
        Skip.IfNot(GraphQLJs.IsPresent, GraphQLJs.Missing);
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var rows = GraphQLJs.Cases.Rows("validate.jsonl").ToArray();
        var options = ValidationOptions.Default with { Rules = ValidationRules.All };

        var valid = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var row = rows[random.Next(rows.Length)];
            var bytes = Mutate(random, [Source(row), Source(rows[random.Next(rows.Length)])]);
            if (TryParse(bytes) is { } document)
            {
                var schema = GraphQLJs.Cases.Schema(row.GetProperty("schema").GetInt32());
                valid += DocumentValidator.Validate(schema, document, options).Count == 0 ? 1 : 0;
            }
        }

        output.WriteLine($"{valid} of {Rounds} valid");
        Assert.True(valid > 0);
    }

    private static byte[] Source(JsonElement row) => Encoding.UTF8.GetBytes(row.GetProperty("document").GetString()!);

    private static bool Accepts(byte[] bytes)
    {
        if (TryParse(bytes) is not { } document)
        {
            return false;
        }

        var printed = Printer.Print(document);
        Assert.Equal(printed, Printer.Print(GraphQLParser.Parse(printed, ParserOptions.Trusted)));
        _ = SdlValidator.Validate(document);
        return true;
    }

    private static DocumentNode? TryParse(byte[] bytes)
    {
        try
        {
            return GraphQLParser.Parse(bytes);
        }
        catch (GraphQLSyntaxException refused)
        {
            Assert.True(refused.Location is { Line: > 0, Column: > 0 });
            return null;
        }
    }

    private static byte[] Mutate(Random random, byte[][] sources)
    {
        var bytes = sources[random.Next(sources.Length)].ToList();
        for (var i = random.Next(4); i >= 0 && bytes.Count > 0; i--)
        {
            var (at, other) = (random.Next(bytes.Count), sources[random.Next(sources.Length)]);
            var piece = random.Next(6) switch
            {
                0 => [(byte)random.Next(256)],
                1 => bytes.GetRange(at, random.Next(bytes.Count - at)).ToArray(),
                2 => other[random.Next(other.Length)..],
                _ => Encoding.UTF8.GetBytes(" " + Pieces[random.Next(Pieces.Length)] + " "),
            };
            bytes.InsertRange(at, piece);
            var start = random.Next(bytes.Count);
            bytes.RemoveRange(start, Math.Min(random.Next(3), bytes.Count - start));
        }

        return [.. bytes];
    }
}
