using System.Net;

namespace CrmCloud.BlackBox.Start;

public sealed class SettingsTests
{
    private const string WhoAmI = "{ viewer { mode tenant { slug } } }";

    [Fact]
    public async Task A_demo_key_that_is_too_short_stops_the_start_and_names_the_setting()
    {
        await using var server = ServerProcess.New();
        var start = server.Describe([]);
        start.Environment["CrmCloud__DemoKey"] = "short-secret";

        var (exitCode, output, error) = await ServerProcess.RunAsync(start);

        Assert.Equal(2, exitCode);
        Assert.Contains("CrmCloud__DemoKey", error, StringComparison.Ordinal);
        Assert.DoesNotContain("short-secret", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelled_setting_stops_the_start_and_names_the_nearest()
    {
        await using var server = ServerProcess.New();
        var start = server.Describe([]);
        start.Environment["CrmCloud__DataDirectry"] = "elsewhere";

        var (exitCode, _, error) = await ServerProcess.RunAsync(start);

        Assert.Equal(2, exitCode);
        Assert.Contains("CrmCloud__DataDirectry", error, StringComparison.Ordinal);
        Assert.Contains("Did you mean \"DataDirectory\"?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_one_line()
    {
        using var other = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var server = ServerProcess.New();
        var start = server.Describe([]);
        start.ArgumentList[^1] = $"http://127.0.0.1:{port}";

        var (exitCode, output, error) = await ServerProcess.RunAsync(start);

        Assert.NotEqual(0, exitCode);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_others_can_reach_makes_no_demo_and_prints_no_key()
    {
        await using var server = await ServerProcess.StartAsync(("Kestrel__Endpoints__All__Url", "http://0.0.0.0:0"));

        using var answer = await server.PostAsync(ServerProcess.DemoKey, WhoAmI);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain(ServerProcess.DemoKey, server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_says_why_it_cannot()
    {
        await using var server = await ServerProcess.StartAsync(ServerProcess.NoDemo);

        var (exitCode, _, error) = await ServerProcess.RunAsync(server.Describe([]));

        Assert.Equal(4, exitCode);
        Assert.Contains(server.DataDirectory, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generated_demo_key_is_printed_again_at_the_next_start_and_is_its_owners_alone()
    {
        await using var server = await ServerProcess.StartAsync(("CrmCloud__DemoKey", ""));
        var file = Path.Combine(server.DataDirectory, "demo-key.txt");
        var key = (await File.ReadAllTextAsync(file)).Trim();

        await server.StopAsync();
        await server.StartAgainAsync();

        using var answer = await server.PostAsync(key, WhoAmI);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(4, server.Output.Split(key).Length - 1);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task No_key_and_nothing_a_client_sent_is_logged_at_any_level()
    {
        await using var server = await ServerProcess.StartAsync(
            ("Logging__LogLevel__Default", "Trace"), ServerProcess.NoDemo);
        var (_, key, _) = await server.CommandAsync(
            "tenant", "create", "quiet", "--currency", "GBP", "--time-zone", "Europe/London");
        var secret = Uri.EscapeDataString("{ viewer { mode } } # rosa.seeded@example.com");

        using var byUrl = new HttpRequestMessage(HttpMethod.Get, $"/graphql?query={secret}");
        byUrl.Headers.Authorization = new("Bearer", key.Trim());
        (await server.Http.SendAsync(byUrl)).Dispose();
        (await server.PostAsync(key.Trim(), "{ broken rosa_seeded }")).Dispose();
        (await server.PostAsync(key.Trim()[..^1], WhoAmI)).Dispose();
        (await server.Http.GetAsync("/nowhere?email=rosa.seeded%40example.com")).Dispose();
        await server.StopAsync();

        Assert.DoesNotContain("seeded", server.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(key.Trim()[8..30], server.Output, StringComparison.Ordinal);
    }
}
