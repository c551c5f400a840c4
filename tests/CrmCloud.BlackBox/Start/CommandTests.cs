using System.Net;
using System.Text.Json;

namespace CrmCloud.BlackBox.Start;

public sealed class CommandTests : IAsyncLifetime
{
    private const string WhoAmI = "{ viewer { mode tenant { slug currency timeZone } } }";
    private ServerProcess _server = null!;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(ServerProcess.NoDemo);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_tenant_made_beside_the_running_server_can_be_used_at_once()
    {
        var (exitCode, key, words) = await CreateAsync("acme");

        Assert.Equal(0, exitCode);
        Assert.Contains("acme", words, StringComparison.Ordinal);
        var tenant = (await _server.AskAsync(key.Trim(), WhoAmI))
            .GetProperty("data").GetProperty("viewer").GetProperty("tenant");
        Assert.Equal("acme EUR Europe/Paris",
            $"{tenant.GetProperty("slug")} {tenant.GetProperty("currency")} {tenant.GetProperty("timeZone")}");
    }

    [Fact]
    public async Task A_tenant_made_live_gets_a_key_of_its_sandbox_too()
    {
        var (_, live, _) = await CreateAsync("both");
        var (exitCode, sandbox, _) = await _server.CommandAsync("tenant", "key", "both", "--mode", "sandbox");
        var (refused, nothing, _) = await _server.CommandAsync("tenant", "key", "nobody", "--mode", "sandbox");

        Assert.Equal((0, 4, ""), (exitCode, refused, nothing));
        Assert.Equal("LIVE", await ModeAsync(live));
        Assert.Equal("SANDBOX", await ModeAsync(sandbox));
    }

    [Fact]
    public async Task A_tenant_made_while_the_server_is_down_is_there_when_it_is_back()
    {
        await _server.StopAsync();
        var (exitCode, output, _) = await CreateAsync("later", "--json", "--mode", "sandbox");
        await _server.StartAgainAsync();

        Assert.Equal(0, exitCode);
        var key = JsonDocument.Parse(output).RootElement.GetProperty("key").GetString()!;
        var viewer = (await _server.AskAsync(key, WhoAmI)).GetProperty("data").GetProperty("viewer");
        Assert.Equal("SANDBOX", viewer.GetProperty("mode").GetString());
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_and_told_apart_by_the_exit_code()
    {
        Assert.Equal(0, (await CreateAsync("acme")).ExitCode);
        Assert.Equal(4, (await CreateAsync("acme")).ExitCode);
        Assert.Equal(2, (await CreateAsync("No Slug")).ExitCode);
        Assert.Equal(2, (await _server.CommandAsync("tenant", "create", "acme")).ExitCode);
        Assert.Equal(2, (await _server.CommandAsync("tennant", "list")).ExitCode);
        Assert.Equal(0, (await _server.CommandAsync("doctor")).ExitCode);
    }

    [Fact]
    public async Task Tenants_are_listed_whether_the_server_runs_or_not()
    {
        await CreateAsync("acme");
        var running = await _server.CommandAsync("tenant", "list", "--json");
        await _server.StopAsync();
        var stopped = await _server.CommandAsync("tenant", "list", "--json");

        Assert.Equal("acme", JsonDocument.Parse(running.Output).RootElement[0].GetProperty("slug").GetString());
        Assert.Equal(running.Output, stopped.Output);
    }

    [Fact]
    public async Task A_tenant_is_carried_from_a_running_server_to_a_stopped_one_by_commands()
    {
        var key = (await CreateAsync("acme")).Output.Trim();
        var file = Path.Combine(_server.DataDirectory, "acme.tenant");
        var exported = await _server.CommandAsync("tenant", "export", "acme", file, "--stay-read-only", "--json");
        var again = await _server.CommandAsync("tenant", "export", "acme", file);
        var compared = await _server.CommandAsync("tenant", "compare", file);
        var frozen = await _server.CommandAsync("tenant", "freeze", "acme");

        await using var other = await ServerProcess.StartAsync(ServerProcess.NoDemo);
        await other.StopAsync();
        var imported = await other.CommandAsync("tenant", "import", file, "--stay-read-only");
        var compare = await other.CommandAsync("tenant", "compare", file);
        var unfrozen = await other.CommandAsync("tenant", "unfreeze", "acme");
        var nothing = await other.CommandAsync("tenant", "discard", "acme");
        var twice = await other.CommandAsync("tenant", "import", file);
        await other.StartAgainAsync();

        Assert.Equal((0, 4, 0, 0), (exported.ExitCode, again.ExitCode, compared.ExitCode, frozen.ExitCode));
        Assert.Equal("acme", JsonDocument.Parse(exported.Output).RootElement.GetProperty("tenant").GetString());
        Assert.Equal((0, 0, 0, 4, 4),
            (imported.ExitCode, compare.ExitCode, unfrozen.ExitCode, nothing.ExitCode, twice.ExitCode));
        Assert.Contains("already", frozen.Error, StringComparison.Ordinal);
        Assert.Equal("LIVE", (await other.AskAsync(key, WhoAmI)).GetProperty("data").GetProperty("viewer")
            .GetProperty("mode").GetString());
    }

    [Fact]
    public async Task Guessing_ends_in_429_with_a_time_to_wait_and_right_keys_go_on_working()
    {
        var (_, key, _) = await CreateAsync("acme");
        HttpResponseMessage? refused = null;
        for (var guess = 0; guess < 200 && refused is null; guess++)
        {
            var answer = await _server.PostAsync($"a-guess-that-is-long-enough-to-be-a-key-{guess}", WhoAmI);
            refused = answer.StatusCode == HttpStatusCode.TooManyRequests ? answer : null;
        }

        Assert.NotNull(refused?.Headers.RetryAfter?.Delta);
        using var right = await _server.PostAsync(key.Trim(), WhoAmI);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    private Task<(int ExitCode, string Output, string Error)> CreateAsync(string slug, params string[] more) =>
        _server.CommandAsync(["tenant", "create", slug, "--currency", "EUR", "--time-zone", "Europe/Paris", .. more]);

    private async Task<string?> ModeAsync(string key) =>
        (await _server.AskAsync(key.Trim(), WhoAmI)).GetProperty("data").GetProperty("viewer").GetProperty("mode")
            .GetString();
}
