using System.Net;
using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Host;

public sealed class FrontDoorTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/docs")]
    public async Task Who_knocks_at_the_front_door_is_told_where_things_are(string path)
    {
        await using var cloud = await TestCloud.StartAsync();
        using var client = cloud.Client();

        using var response = await client.GetAsync(path);
        var links = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("/graphql", links["graphql"]!.GetValue<string>());
        foreach (var link in new[] { "problems", "schema", "health" })
        {
            using var linked = await client.GetAsync(links[link]!.GetValue<string>());
            Assert.Equal(HttpStatusCode.OK, linked.StatusCode);
        }
    }
}
