using System.Text;
using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Host;

public sealed class ErrorFormTests
{
    [Theory]
    [InlineData("{", "GRAPHQL_PARSE_FAILED")]
    [InlineData("{ nothingOfTheKind }", "GRAPHQL_VALIDATION_FAILED")]
    [InlineData("query($n: Int!) { customers(first: $n) { nodes { id } } }", "BAD_USER_INPUT")]
    [InlineData("{ customers(first: 250) { nodes { timeline(first: 250) { nodes { at } } } } }", "COST_LIMIT_EXCEEDED")]
    [InlineData("{ customers(first: 0) { nodes { id } } }", "OUT_OF_RANGE")]
    public async Task Every_refusal_of_a_document_names_its_page_and_the_request(string query, string code)
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await cloud.TenantAsync("shop");

        var answer = await key.AskAsync(query);

        AssertForm(answer.Json, code, code);
    }

    [Theory]
    [InlineData("text/plain", "{}", "UNSUPPORTED_MEDIA_TYPE")]
    [InlineData("application/json", "{\"query\": \"{ a }\", ", "BAD_REQUEST")]
    [InlineData("application/json", "{\"query\": \"{ a }\", \"variables\": 7}", "BAD_REQUEST")]
    public async Task So_does_a_request_that_is_not_GraphQL_over_HTTP_and_shows_no_words_of_the_JSON_reader(
        string type, string body, string code)
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await cloud.TenantAsync("shop");
        using var client = cloud.Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key.Text);

        using var response = await client.PostAsync("/graphql", new StringContent(body, Encoding.UTF8, type));
        var text = await response.Content.ReadAsStringAsync();

        AssertForm(JsonNode.Parse(text)!, code, code);
        Assert.DoesNotContain("BytePositionInLine", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_do_a_wrong_key_and_an_address_where_nothing_is()
    {
        await using var cloud = await TestCloud.StartAsync();
        var stranger = await cloud.Key("a-key-that-nobody-here-has-ever-given-out").AskAsync("{ __typename }");
        using var client = cloud.Client();
        using var nowhere = await client.GetAsync("/nowhere");

        AssertForm(stranger.Json, "UNAUTHENTICATED", "KEY_UNKNOWN");
        AssertForm(JsonNode.Parse(await nowhere.Content.ReadAsStringAsync())!, "NOT_FOUND", "NOT_FOUND");
    }

    private static void AssertForm(JsonNode answer, string code, string anchor)
    {
        var extensions = answer["errors"]![0]!["extensions"]!;
        Assert.Equal(code, extensions["code"]!.GetValue<string>());
        Assert.Equal($"/docs/problems#{anchor}", extensions["docUrl"]!.GetValue<string>());
        Assert.Equal(20, extensions["requestId"]!.GetValue<string>().Length);
    }
}
