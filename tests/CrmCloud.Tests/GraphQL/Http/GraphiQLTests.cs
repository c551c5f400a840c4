using System.Net;
using System.Text.RegularExpressions;
using CrmCloud.GraphQL.Http;
using CrmCloud.Tests.GraphQL.Streams;

namespace CrmCloud.Tests.GraphQL.Http;

public sealed partial class GraphiQLTests
{
    [Fact]
    public async Task A_browser_gets_the_page_with_all_its_files_under_a_strict_policy()
    {
        await using var tower = await BellTower.StartAsync();
        using var page = await GetAsync(tower, "");
        var html = await page.Content.ReadAsStringAsync();

        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("//", html, StringComparison.Ordinal);
        var files = Address().Matches(html).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(6, files.Count);
        foreach (var file in files)
        {
            using var answer = await GetAsync(tower, file["/graphql".Length..]);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            using var again = await GetAsync(tower, file["/graphql".Length..], answer.Headers.ETag!.Tag);
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(tower, "/graphiql/secrets.txt")).StatusCode);
    }

    [Fact]
    public async Task Programs_and_hosts_that_do_not_want_the_page_do_not_get_it()
    {
        await using var tower = await BellTower.StartAsync();
        await using var without = await BellTower.StartAsync(options: new GraphQLHttpOptions { GraphiQL = false });

        using var query = await GetAsync(tower, "?query={ping}");
        using var off = await GetAsync(without, "");

        Assert.Equal(HttpStatusCode.NotAcceptable, query.StatusCode);
        Assert.Equal(HttpStatusCode.NotAcceptable, off.StatusCode);
    }

    [SkippableFact]
    public async Task In_a_browser_a_key_is_entered_once_a_query_runs_and_its_answer_is_shown()
    {
        var chromium = Npm.Find("chromium") ?? Npm.Find("chromium-browser") ?? Npm.Find("google-chrome");
        Skip.If(chromium is null, "No Chromium is installed.");
        await using var tower = await BellTower.StartAsync();

        var seen = (await Npm.RunAsync("browser.mjs", chromium!, tower.Address.ToString(), "good")).Split('\n');

        Assert.Contains("pong", seen[1], StringComparison.Ordinal);
        Assert.Contains("Bearer good", seen[1], StringComparison.Ordinal);
        Assert.Equal("good|null", seen[2]);
        Assert.DoesNotContain("Uncaught", seen[0], StringComparison.Ordinal);
    }

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Address();

    private static Task<HttpResponseMessage> GetAsync(BellTower tower, string path, string? tag = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, tower.Address + path);
        request.Headers.Add("Accept", "text/html");
        if (tag is not null)
        {
            request.Headers.Add("If-None-Match", tag);
        }

        return tower.Client.SendAsync(request);
    }
}
