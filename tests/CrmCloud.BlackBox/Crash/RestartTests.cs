using System.Diagnostics;
using System.Text.Json;

namespace CrmCloud.BlackBox.Crash;

/// <summary>Seconds are counted here, so no other server of these tests may run beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneOnTheMachine
{
    public const string Name = "alone on the machine";
}

[Collection(AloneOnTheMachine.Name)]
public sealed class RestartTests
{
    private const string Create = """
        mutation ($id: String!) {
          customerCreate(input: {externalIds: [{source: "test", id: $id}], displayName: "Kept"}) {
            customer { id }
            userErrors { code message }
          }
        }
        """;

    private const string Find = """
        query ($id: String!) { customer(ref: {externalId: {source: "test", id: $id}}) { displayName } }
        """;

    [Fact]
    public async Task After_kill_9_the_server_is_ready_within_five_seconds_and_what_it_acknowledged_is_there()
    {
        await using var server = await ServerProcess.StartAsync();
        var fastest = TimeSpan.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var created = await server.AskAsync(ServerProcess.DemoKey, Create, new { id = $"round-{round}" });
            Assert.Equal(0, created.GetProperty("data")
                .GetProperty("customerCreate").GetProperty("userErrors").GetArrayLength());

            await server.KillAsync();
            var watch = Stopwatch.StartNew();
            await server.StartAgainAsync();

            fastest = watch.Elapsed < fastest ? watch.Elapsed : fastest;
            var found = await server.AskAsync(ServerProcess.DemoKey, Find, new { id = $"round-{round}" });
            Assert.Equal("Kept", found.GetProperty("data")
                .GetProperty("customer").GetProperty("displayName").GetString());
        }

        // Of three, because another process of the machine may take the processor for one of them.
        Assert.True(fastest < TimeSpan.FromSeconds(5), $"Ready after {fastest}.");
    }

    [Fact]
    public async Task Killed_while_the_demo_is_made_the_next_start_finishes_it()
    {
        await using var server = ServerProcess.New();
        using (var half = Process.Start(server.Describe([]))!)
        {
            // As soon as the tenant's file is there, its two seconds of writing have begun.
            while (!Directory.EnumerateFiles(server.DataDirectory, "demo.live.db*", SearchOption.AllDirectories).Any())
            {
                await Task.Delay(10);
            }

            half.Kill();
            await half.WaitForExitAsync();
        }

        await server.StartAgainAsync();

        var last = await server.FindDemoCustomerAsync("C-002000");
        Assert.Equal(JsonValueKind.Object, last.ValueKind);
    }

    [Fact]
    public async Task Asked_to_end_it_ends_with_zero()
    {
        await using var server = await ServerProcess.StartAsync(ServerProcess.NoDemo);

        Assert.Equal(0, await server.StopAsync());
    }
}
