using System.Text.Json;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.Tests.GraphQL.Execution;

public sealed class ExecutionLimitTests
{
    [Fact]
    public async Task A_resolver_that_never_answers_does_not_hold_the_request()
    {
        var clock = new FakeClock();
        var executor = Start(new ExecutorOptions
        {
            ReportCost = false, Time = clock, Limits = new QueryLimits { ExecutionTime = TimeSpan.FromSeconds(3) },
        });

        var asked = executor.AskAsync("{ never }");
        Assert.False(asked.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(
            """{"errors":[{"message":"The operation took longer than 3 s and was """
            + """stopped.","extensions":{"code":"EXECUTION_TIMEOUT"}}],"data":null}""",
            await asked);
    }

    [Fact]
    public async Task A_caller_who_leaves_is_not_answered()
    {
        using var left = new CancellationTokenSource();
        var asked = Start().ExecuteAsync(new GraphQLRequest { Document = "{ never }"u8.ToArray() }, left.Token);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await asked);
    }

    [Fact]
    public async Task Errors_over_the_limit_are_counted_not_listed()
    {
        var answer = JsonDocument.Parse(await Start().AskAsync("{ things(count: 150) { fails } }")).RootElement;

        Assert.Equal(100, answer.GetProperty("errors").GetArrayLength());
        Assert.Equal(50, answer.GetProperty("extensions").GetProperty("errorsLeftOut").GetInt32());
        Assert.Equal(150, answer.GetProperty("data").GetProperty("things").GetArrayLength());
    }

    [Fact]
    public async Task An_answer_over_the_limit_is_an_error()
    {
        var executor =
            Start(new ExecutorOptions { ReportCost = false, Limits = new QueryLimits { ResponseBytes = 20_000 } });

        Assert.Contains(
            "\"code\":\"RESPONSE_TOO_LARGE\"", await executor.AskAsync("{ things(count: 9000) { number } }"));
    }

    [Fact]
    public async Task A_batch_resolver_that_fails_fails_each_parent_and_one_that_miscounts_is_a_bug()
    {
        var executor = Start();

        Assert.Equal(
            """{"errors":[{"message":"Only even ones.","locations":[{"line":1,"column":22}]"""
            + ""","path":["things",0,"even"],"extensions":{"code":"ODD"}}],"data":{"things":[{"even":null}]}}""",
            await executor.AskAsync("{ things(count: 1) { even } }"));
        Assert.Contains("Unexpected error.", await executor.AskAsync("{ things(count: 2) { tooMany } }"));
    }

    [Fact]
    public async Task Objects_after_a_list_that_became_null_keep_their_own_values()
    {
        var answer = await Start().AskAsync("{ grid { number later } }");

        Assert.EndsWith(
            """{"grid":[[{"number":1,"later":10},{"number":2,"later":20}],null,[{"number":6,"later":60}]]}}""", answer);
    }

    [Fact]
    public async Task Paths_name_names_and_indexes_in_both_phases()
    {
        var answer = await Start().AskAsync("{ grid { p: path q: laterPath } }");

        Assert.Contains(
            """{"p":"grid 2 0 p","q":"grid 2 0 q"}""", answer);
    }

    [Fact]
    public async Task A_number_that_JSON_has_not_is_an_error_of_its_field()
    {
        Assert.Equal(
            """{"errors":[{"message":"Float cannot represent non numeric value: """
            + """NaN","locations":[{"line":1,"column":12}],"path":["ratios",1,"maybe"]},"""
            + """{"message":"Float cannot represent non numeric value: """
            + """∞","locations":[{"line":1,"column":18}],"path":["ratios",2,"value"]}],"""
            + "\"data\":" + """{"ratios":[{"maybe":null,"value":1.5},{"maybe":null,"value":2},null]}}""",
            (await Start().AskAsync("{ ratios { maybe value } }")).Replace("Infinity", "∞", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_cache_of_documents_stays_within_its_bytes()
    {
        var executor = Start(new ExecutorOptions { Limits = new QueryLimits { CachedDocumentBytes = 50_000 } });

        for (var i = 0; i < 2_000; i++)
        {
            Assert.Contains("\"data\":{", await executor.AskAsync($$"""{ a{{i}}: things(count: 1) { number } }"""));
        }

        Assert.InRange(executor.CachedDocuments, 5, 100);
    }

    [Fact]
    public async Task Introspection_of_one_document_is_answered_from_its_first_answer()
    {
        var executor = Start();

        var first = await executor.AskAsync("{ __schema { types { name fields { name } } } }");

        Assert.Equal(first, await executor.AskAsync("{ __schema { types { name fields { name } } } }"));
        Assert.Contains("\"extensions\":{\"cost\":{\"requested\":10,", await Start(new ExecutorOptions()).AskAsync(
            "{ __schema { types { name fields { name type { name ofType { name ofType { name } } } } } } }"));
    }

    private static Executor Start(ExecutorOptions? options = null) => new(
        new SchemaBuilder().AddRoots<Things>().AddRoots<ThingFields>().Build(),
        options ?? new ExecutorOptions { ReportCost = false });

    public sealed record Thing(int Number);

    public sealed record Ratio(double Value, double? Maybe);

    public sealed class Things
    {
        [Query]
        public Task<string?> Never() => new TaskCompletionSource<string?>().Task;

        [Query, ListSize(AssumedSize = 10)]
        public IEnumerable<Thing> GetThings(int count) =>
            Enumerable.Range(0, count).Select(number => new Thing(number));

        [Query]
        public IReadOnlyList<Ratio?> Ratios() => [new(1.5, null), new(2, double.NaN), new(double.PositiveInfinity, 1)];

        [Query]
        public IEnumerable<IEnumerable<Thing>?> Grid() =>
            [[new(1), new(2)], new[] { 3, -4, 5 }.Select(n => new Thing(n)), [new Thing(6)]];
    }

    [ExtendObjectType(typeof(Thing))]
    public sealed class ThingFields
    {
        public string? Fails([Parent] Thing thing) => throw new GraphQLRequestException("NO", $"No {thing.Number}.");

        public Task<int> LaterAsync([Parent] Thing thing) =>
            thing.Number < 0
                ? throw new GraphQLRequestException("NO", "Negative.")
                : Task.FromResult(thing.Number * 10);

        public string Path(FieldContext context) => string.Join(' ', context.Path);

        public async Task<string> LaterPathAsync(FieldContext context)
        {
            await Task.Yield();
            return string.Join(' ', context.Path);
        }

        [BatchResolver]
        public Task<IReadOnlyList<int?>> Even([Parent] IReadOnlyList<Thing> things) =>
            throw new GraphQLRequestException("ODD", "Only even ones.");

        [BatchResolver]
        public IReadOnlyList<int> TooMany([Parent] IReadOnlyList<Thing> things) =>
            [.. things.Select(thing => thing.Number), 1];
    }
}
