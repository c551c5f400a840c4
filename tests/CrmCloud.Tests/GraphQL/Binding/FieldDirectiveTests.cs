using System.Text;
using System.Text.Json;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL.Binding;

/// <summary>Directives that requests put on fields, and directives that wrap a resolver in the schema.</summary>
public sealed class FieldDirectiveTests
{
    private static readonly Schema Birds = new SchemaBuilder().AddRoots(typeof(Roots)).AddRoots(typeof(BirdFields))
        .AddRoots<Words>().AddRequestState<Accent>().AddDirective<QuietAttribute>("FIELD_DEFINITION").Build();

    [Theory]
    [InlineData("name @loud", """{"name":"WREN"}""")]
    [InlineData("soft @loud", """{"soft":"WREN..."}""")]
    [InlineData("late @loud", """{"late":"WREN, LATER"}""")]
    [InlineData("name @cut(length: 2)", """{"name":"wr"}""")]
    [InlineData("name @cut(length: $n)", """{"name":"wre"}""")]
    [InlineData("name @cut", """{"name":"w"}""")]
    [InlineData("name @cut(length: 2) @loud", """{"name":"WR"}""")]
    [InlineData("name @loud @accented", """{"name":"WREN in Welsh"}""")]
    [InlineData("soft @accented late @accented", """{"soft":"wren... in Welsh","late":"wren, later in Welsh"}""")]
    [InlineData("name @add(word: \"a\") @add(word: \"b\")", """{"name":"wrenab"}""")]
    [InlineData("name name @loud", """{"name":"WREN"}""")]
    [InlineData("name @cut(length: 3) ... on Bird { name @cut(length: 1) @loud }", """{"name":"WRE"}""")]
    [InlineData("x: name @loud name", """{"x":"WREN","name":"wren"}""")]
    [InlineData("nick @loud", """{"nick":null}""")]
    [InlineData("nick @orElse(word: \"none\")", """{"nick":"none"}""")]
    [InlineData("wings @twice", """{"wings":4}""")]
    [InlineData("mate @other { name @loud }", """{"mate":{"name":"ROBIN"}}""")]
    [InlineData("name @loud @skip(if: true) __typename @loud", """{"__typename":"Bird"}""")]
    [InlineData("near { name @loud soft @cut(length: 5) }",
        """{"near":[{"name":"ROBIN","soft":"robin"},{"name":"TIT","soft":"tit.."}]}""")]
    public async Task A_directive_changes_the_value_of_the_field_it_stands_on(string selected, string bird) =>
        Assert.Equal($$$"""{"data":{"bird":{{{bird}}}}}""", await AskAsync(selected));

    [Theory]
    [InlineData("wings @loud", "Directive \"@loud\" cannot be used on \"Bird.wings\".")]
    [InlineData("name @refuse", "not this one")]
    [InlineData("soft @refuse", "not this one")]
    [InlineData("late @refuseLater", "not this one")]
    [InlineData("soft @refuseLater", "not this one")]
    [InlineData("name @cut(length: $none)", "Argument \"length\" of non-null type \"Int!\" must not be null.")]
    [InlineData("name @none", "Cannot return null for non-nullable field Bird.name.")]
    [InlineData("name @burst", "Unexpected error.")]
    public async Task What_a_directive_refuses_is_an_error_of_the_field(string selected, string message)
    {
        using var answer = JsonDocument.Parse(await AskAsync(selected));

        var error = Assert.Single(answer.RootElement.GetProperty("errors").EnumerateArray());
        Assert.Equal(message, error.GetProperty("message").GetString());
        Assert.Equal("bird", error.GetProperty("path")[0].GetString());
        Assert.Equal(2, error.GetProperty("path").GetArrayLength());
    }

    [Theory]
    [InlineData("{ bird { name @add(word: 1) } }", "String cannot represent a non string value: 1")]
    [InlineData("{ bird { name @add } }", "Directive \"@add\" argument \"word\" of type \"String!\" is required")]
    [InlineData("{ bird { name @loud @loud } }", "The directive \"@loud\" can only be used once at this location.")]
    [InlineData("{ bird { ... @loud { name } } }", "Directive \"@loud\" may not be used on INLINE_FRAGMENT.")]
    [InlineData("subscription { seen @accented }", "What waits cannot change the events of a subscription.")]
    public async Task A_directive_is_validated_like_those_of_the_specification(string document, string message)
    {
        using var answer = JsonDocument.Parse(await AnswerAsync(document));

        var error = Assert.Single(answer.RootElement.GetProperty("errors").EnumerateArray());
        Assert.StartsWith(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.False(answer.RootElement.TryGetProperty("data", out _));
    }

    [Fact]
    public async Task Events_of_a_subscription_are_changed_and_their_stream_is_not()
    {
        var opened = await new Executor(Birds, new() { ReportCost = false }).StartAsync(
            Request("subscription { seen @loud }"));
        await using var events = opened.Events!;
        var told = new List<string>();
        while (await events.NextAsync() is { } one)
        {
            told.Add(one.ToString());
            one.Dispose();
        }

        Assert.Equal(["""{"data":{"seen":"WREN"}}""", """{"data":{"seen":"TIT"}}"""], told);
    }

    [Fact]
    public void The_schema_shows_what_may_stand_on_fields()
    {
        var printed = SchemaPrinter.Print(Birds);

        Assert.Contains("directive @cut(length: Int! = 1) on FIELD\n", printed, StringComparison.Ordinal);
        Assert.Contains("directive @add(word: String!) repeatable on FIELD\n", printed, StringComparison.Ordinal);
        Assert.Contains("directive @accented on FIELD\n", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directive_of_the_schema_wraps_the_resolver_of_its_field() =>
        Assert.Equal("""{"data":{"bird":{"song":"(la la)"}}}""", await AskAsync("song"));

    [Theory]
    [InlineData(typeof(NoValue), "@none: A field directive takes the value of the field as its one [Parent].")]
    [InlineData(typeof(NoArgument), "@odd(with:): ")]
    public void A_directive_that_cannot_be_one_stops_the_start(Type words, string message)
    {
        var refused = Assert.Throws<SchemaException>(
            () => new SchemaBuilder().AddRoots(typeof(Roots)).AddRoots(words).Build());

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    private static Task<string> AskAsync(string selected)
    {
        var variable = selected.Contains("$none", StringComparison.Ordinal) ? "($none: Int = 1) "
            : selected.Contains("$n", StringComparison.Ordinal) ? "($n: Int = 3) " : "";
        return AnswerAsync($"query {variable}{{ bird {{ {selected} }} }}");
    }

    private static async Task<string> AnswerAsync(string document)
    {
        var started = await new Executor(Birds, new() { ReportCost = false }).StartAsync(Request(document));
        using var answer = started.Answer!;
        return answer.ToString();
    }

    private static GraphQLRequest Request(string document) => new()
    {
        Document = Encoding.UTF8.GetBytes(document),
        Variables = JsonSerializer.SerializeToElement(new { none = (int?)null }),
        State = new RequestState().Set(new Accent("Welsh")),
    };

    public sealed record Accent(string Of);

    public sealed record Bird(string Name, int Wings = 2)
    {
        public string? Nick => null;

        public Bird Mate => new("robin");

        public IReadOnlyList<Bird> Near => [new("robin"), new("tit")];
    }

    public static class Roots
    {
        [Query]
        public static Bird Bird() => new("wren");

        [Subscription]
        public static async IAsyncEnumerable<string> SeenAsync()
        {
            yield return "wren";
            await Task.Yield();
            yield return "tit";
        }
    }

    [ExtendObjectType(typeof(Bird))]
    public static class BirdFields
    {
        [BatchResolver]
        public static IReadOnlyList<string> Soft([Parent] IReadOnlyList<Bird> birds) =>
            [.. birds.Select(bird => bird.Name + "...")];

        public static async Task<string> LateAsync([Parent] Bird bird)
        {
            await Task.Yield();
            return $"{bird.Name}, later";
        }

        [Quiet]
        public static string Song([Parent] Bird bird) => bird.Name.Length > 0 ? "la la" : "";
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class QuietAttribute : SchemaDirectiveAttribute
    {
        public override void Apply(FieldBuilder field) => field.Map((_, value) => $"({value})");
    }

    public sealed class Words
    {
        [FieldDirective]
        public static string Loud([Parent] string text) => text.ToUpperInvariant();

        [FieldDirective]
        public static string Cut([Parent] string text, int length = 1) => text[..Math.Min(length, text.Length)];

        [FieldDirective(IsRepeatable = true)]
        public string Add([Parent] string text, FieldContext field, string word) =>
            text + (field.Argument<string>("word") == word ? word : "?");

        [FieldDirective]
        public static async Task<string> AccentedAsync([Parent] string text, Accent accent, CancellationToken stop)
        {
            await Task.Delay(1, stop);
            return $"{text} in {accent.Of}";
        }

        [FieldDirective]
        public static string OrElse([Parent] string? text, string word) => text ?? word;

        [FieldDirective]
        public static int? Twice([Parent] int? number) => 2 * number;

        [FieldDirective]
        public static Bird Other([Parent] Bird bird) => bird with { Name = "robin" };

        [FieldDirective]
        public static string? None([Parent] object value) => value as Uri is null ? null : "";

        [FieldDirective]
        public static string Refuse([Parent] string text) => throw new GraphQLRequestException("NO", "not this one");

        [FieldDirective]
        public static async Task<string> RefuseLaterAsync([Parent] string text)
        {
            await Task.Yield();
            return Refuse(text);
        }

        [FieldDirective]
        public static string Burst([Parent] string text) => throw new InvalidOperationException(text);
    }

    public static class NoValue
    {
        [FieldDirective]
        public static string None(string text) => text;
    }

    public static class NoArgument
    {
        [FieldDirective]
        public static string Odd([Parent] string text, Type with) => $"{text}{with}";
    }
}
