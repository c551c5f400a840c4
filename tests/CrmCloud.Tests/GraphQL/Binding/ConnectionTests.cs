using System.Globalization;
using System.Text;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;
using BirdPage = CrmCloud.GraphQL.Relay.Connection<CrmCloud.Tests.GraphQL.Binding.ConnectionTests.Bird>;

namespace CrmCloud.Tests.GraphQL.Binding;

public sealed class ConnectionTests
{
    private static readonly Executor Executor = new(new SchemaBuilder().AddRoots<Birds>().Build());

    [Fact]
    public async Task Pages_follow_by_their_cursors_to_the_end()
    {
        const string page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

        Assert.Contains(
            """{"edges":[{"cursor":"1","node":{"name":"bird 1"}},{"cursor":"2","node":{"name":"bird 2"}}]"""
            + ""","pageInfo":{"hasNextPage":true,"hasPreviousPage":false,"startCursor":"1","endCursor":"2"}""",
            await AskAsync($"{{ birds(first: 2) {{ edges {{ cursor node {{ name }} }} {page} }} }}"),
            StringComparison.Ordinal);
        Assert.Contains(
            """{"nodes":[{"name":"bird 3"}]"""
            + ""","pageInfo":{"hasNextPage":false,"hasPreviousPage":true,"startCursor":"3","endCursor":"3"}""",
            await AskAsync($"{{ birds(first: 2, after: \"2\") {{ nodes {{ name }} {page} }} }}"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("first: 3", false, false, "\"1\"", "\"3\"")]
    [InlineData("first: 2, after: \"1\"", false, true, "\"2\"", "\"3\"")]
    [InlineData("first: 1, after: \"1\"", true, true, "\"2\"", "\"2\"")]
    [InlineData("first: 2, after: \"3\"", false, true, "null", "null")]
    [InlineData("first: 0", true, false, "null", "null")]
    public async Task A_page_says_where_it_lies_at_the_ends_of_the_list_too(
        string arguments, bool next, bool previous, string start, string end)
    {
        var told = await AskAsync(
            $"{{ birds({arguments}) {{ pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}");

        Assert.Contains(
            $"\"hasNextPage\":{next},\"hasPreviousPage\":{previous},\"startCursor\":{start},\"endCursor\":{end}", told,
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_is_asked_for_is_priced_and_bounded()
    {
        Assert.Contains("BirdConnection", SchemaPrinter.Print(Executor.Schema), StringComparison.Ordinal);
        Assert.Contains(
            "\"requested\":21", await AskAsync("{ birds(first: 20) { nodes { name } } }"), StringComparison.Ordinal);
        Assert.Contains("it may be at most 250.", await AskAsync("{ birds(first: 251) { nodes { name } } }"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("errors", await AskAsync("{ birds(first: 250) { nodes { name } } }"),
            StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(string query)
    {
        var request = new GraphQLRequest { Document = Encoding.UTF8.GetBytes(query), State = new RequestState() };
        using var answer = await Executor.ExecuteAsync(request);
        return answer.ToString();
    }

    public sealed record Bird(string Name, [property: GraphQLIgnore] int Number);

    public sealed class Birds
    {
        [Query, Connection]
        public BirdPage GetBirds(int first = 2, string? after = null)
        {
            var start = after is null ? 0 : int.Parse(after, CultureInfo.InvariantCulture);
            var birds = Enumerable.Range(1, 3).Skip(start).Select(n => new Bird($"bird {n}", n));
            return BirdPage.Of(birds, first, after, bird => bird.Number.ToString(CultureInfo.InvariantCulture));
        }
    }
}
