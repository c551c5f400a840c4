namespace CrmCloud.Tests.GraphQL.Streams;

public sealed class ClientTests
{
    [SkippableFact]
    public async Task The_client_of_graphql_sse_hears_events_errors_and_the_end()
    {
        await using var tower = await BellTower.StartAsync();

        var heard = (await Npm.RunAsync("sse.mjs", tower.Address.ToString(), "Bearer good")).Split('\n');

        Assert.Equal("""[{"data":{"ping":"pong"}}]""", heard[0]);
        Assert.Equal("""[{"data":{"count":1}},{"data":{"count":2}},{"data":{"count":3}}]""", heard[1]);
        Assert.Equal("""[{"data":{"count":1}},{"data":{"count":2}}]""", heard[2]);
        Assert.Contains("Cannot query field", heard[3], StringComparison.Ordinal);
        Assert.StartsWith("""[{"data":{"breaks":"one"}},{"errors":[{"message":"Unexpected error.""", heard[4],
            StringComparison.Ordinal);
        Assert.DoesNotContain("secret", heard[4], StringComparison.Ordinal);
        Assert.Contains("There is no bell.", heard[5], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task All_audits_of_graphql_http_pass()
    {
        await using var tower = await BellTower.StartAsync();

        Assert.Equal("61 of 61", await Npm.RunAsync("audits.mjs", tower.Address.ToString(), "Bearer good"));
    }

    [SkippableFact]
    public async Task The_client_of_graphql_ws_hears_events_errors_the_end_and_why_it_was_turned_away()
    {
        await using var tower = await BellTower.StartAsync();

        var heard = (await Npm.RunAsync("ws.mjs", tower.Socket.ToString(), "Bearer good")).Split('\n');

        Assert.Equal("""[{"data":{"ping":"pong","who":"Bearer good"}}]""", heard[0]);
        Assert.Equal(
            """[[{"data":{"count":1}},{"data":{"count":2}},{"data":{"count":3}}],"""
            + """[{"data":{"count":1}},{"data":{"count":2}}]]""",
            heard[1]);
        Assert.Equal("""[{"data":{"count":1}},{"data":{"count":2}}]""", heard[2]);
        Assert.Equal("""[{"errors":["Cannot query field \"unknown\" on type \"Subscription\"."]}]""", heard[3]);
        Assert.Equal("""[{"data":{"breaks":"one"}},{"errors":["Unexpected error."]}]""", heard[4]);
        Assert.Equal("""[{"errors":["There is no bell."]}]""", heard[5]);
        Assert.Equal("""[{"data":{"strike":0}}]""", heard[6]);
        Assert.Equal("""[{"closed":4403,"reason":"Forbidden: Unknown key."}]""", heard[7]);
        Assert.Equal("""[{"closed":4403,"reason":"Forbidden: Unknown key."}]""", heard[8]);
    }
}
