using Xunit.Abstractions;

namespace CrmCloud.Tests.GraphQL;

public sealed class ConformanceTests(ITestOutputHelper output)
{
    // Rows where September 2026 differs from graphql-js 16.11 would have to be listed by name. There are none: it has
    // no case for what came later. One coercion has a generator of JavaScript for a value, which JSON cannot say.
    [SkippableTheory]
    [InlineData("parse.jsonl", 700, 0)]
    [InlineData("validate.jsonl", 340, 0)]
    [InlineData("validateSDL.jsonl", 70, 0)]
    [InlineData("validateSchema.jsonl", 60, 0)]
    [InlineData("execute.jsonl", 70, 0)]
    [InlineData("variables.jsonl", 6, 0)]
    [InlineData("coerce.jsonl", 26, 1)]
    public async Task Every_recorded_call_gives_what_graphql_js_gave(string file, int atLeast, int unsayable)
    {
        Skip.IfNot(GraphQLJs.IsPresent, GraphQLJs.Missing);

        var (rows, differences) = await Replay.FileAsync(GraphQLJs.Cases, file);

        output.WriteLine($"{file}: {rows - differences.Count}/{rows}");
        Assert.True(rows >= atLeast);
        Assert.True(differences.Count == unsayable, string.Join('\n', differences));
    }
}
