using System.Net.Http.Json;
using CrmCloud.GraphQL.Http;
using CrmCloud.Tests.GraphQL.Streams;

namespace CrmCloud.Tests.GraphQL.Http;

public sealed class HttpSpecTests
{
    [Theory]
    [InlineData("{ ping }", 200)]
    [InlineData("{ ping", 400)]
    [InlineData("{ unknown }", 422)]
    [InlineData("mutation { strike }", 422)]
    [InlineData("subscription { count(to: 1) }", 422)]
    [InlineData("query A { ping } query B { ping }", 422)]
    [InlineData("query ($note: String!) { ping who @include(if: $note) }", 422)]
    [InlineData("mutation ($note: String!) { strike(note: $note) }", 422)]
    [InlineData("{ who }", 294)]
    public async Task In_the_mode_of_September_2026_the_status_says_what_went_wrong(string query, int status)
    {
        await using var tower = await BellTower.StartAsync(
            options: new GraphQLHttpOptions { Spec = HttpSpec.September2026 });

        Assert.Equal(status, await StatusAsync(tower, "application/graphql-response+json", new { query }));
        Assert.Equal(200, await StatusAsync(tower, "application/json", new { query }));
    }

    [Fact]
    public async Task In_the_mode_of_September_2026_what_is_no_json_is_a_bad_request()
    {
        await using var tower = await BellTower.StartAsync(
            options: new GraphQLHttpOptions { Spec = HttpSpec.September2026 });

        Assert.Equal(400, await StatusAsync(tower, "application/graphql-response+json", new[] { 1 }));
        Assert.Equal(400, await StatusAsync(tower, "application/graphql-response+json", new { query = 1 }));
    }

    private static async Task<int> StatusAsync(BellTower tower, string accept, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, tower.Address)
        {
            Content = JsonContent.Create(body),
        };
        request.Headers.Add("Accept", accept);
        using var answer = await tower.Client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
