using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace CrmCloud.BlackBox.Start;

public sealed class DemoServer : IAsyncLifetime
{
    public ServerProcess Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await ServerProcess.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

public sealed class DemoTests(DemoServer fixture) : IClassFixture<DemoServer>
{
    private const string WhoAmI = "{ viewer { mode tenant { slug } } }";
    private readonly ServerProcess _server = fixture.Server;

    [Fact]
    public async Task The_operators_demo_key_opens_a_shop_of_two_thousand_customers()
    {
        foreach (var (number, found) in ((string, bool)[])[("C-000001", true), ("C-002000", true), ("C-002001", false)])
        {
            var customer = await _server.FindDemoCustomerAsync(number);
            Assert.Equal(found, customer.ValueKind == JsonValueKind.Object);
        }
    }

    [Fact]
    public void The_start_prints_where_with_what_and_a_first_query()
    {
        Assert.Contains($"{_server.Url}/graphql", _server.Output, StringComparison.Ordinal);
        Assert.Contains(ServerProcess.DemoKey, _server.Output, StringComparison.Ordinal);
        Assert.Contains("curl -s", _server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alive_and_ready_are_said_without_a_key()
    {
        Assert.Equal(HttpStatusCode.OK, (await _server.Http.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _server.Http.GetAsync("/readyz")).StatusCode);
    }

    [Theory]
    [InlineData(null, "KEY_MISSING")]
    [InlineData("short", "KEY_MALFORMED")]
    [InlineData("ck_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "KEY_DAMAGED")]
    [InlineData("black-box-demo-key-0123456789-abcdefgH", "KEY_UNKNOWN")]
    [InlineData("black-box-demo-key-0123456789-abcdefg", "KEY_UNKNOWN")]
    public async Task Without_a_good_key_the_answer_is_401_with_the_reason_and_no_data(string? key, string reason)
    {
        using var answer = await _server.PostAsync(key, WhoAmI);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var extensions = body.GetProperty("errors")[0].GetProperty("extensions");
        Assert.Equal("UNAUTHENTICATED", extensions.GetProperty("code").GetString());
        Assert.Equal(reason, extensions.GetProperty("reason").GetString());
        var requestId = answer.Headers.GetValues("X-Request-Id").Single();
        Assert.Equal(requestId, extensions.GetProperty("requestId").GetString());
        Assert.False(body.TryGetProperty("data", out _));
    }

    [Fact]
    public async Task Another_address_and_another_method_are_answered_in_json()
    {
        using var lost = await _server.Http.GetAsync("/nowhere");
        using var wrong = await _server.Http.DeleteAsync("/healthz");

        Assert.Equal(HttpStatusCode.NotFound, lost.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
        Assert.Equal("NOT_FOUND", await CodeAsync(lost));
        Assert.Equal("METHOD_NOT_ALLOWED", await CodeAsync(wrong));
    }

    [Fact]
    public async Task Problems_and_schema_can_be_read_offline_from_the_server_itself()
    {
        var problems = await _server.Http.GetStringAsync("/docs/problems");
        var schema = await _server.Http.GetStringAsync("/schema.graphql");

        Assert.Contains("id=\"KEY_REVOKED\"", problems, StringComparison.Ordinal);
        Assert.Contains("type Query", schema, StringComparison.Ordinal);
        Assert.Contains("/schema.graphql", await _server.Http.GetStringAsync("/llms.txt"), StringComparison.Ordinal);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return body.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString();
    }
}
