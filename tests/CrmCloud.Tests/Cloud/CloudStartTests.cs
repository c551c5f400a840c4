using System.Diagnostics;
using System.Text.Json.Nodes;
using CrmCloud.Tests.Functions;
using CrmCloud.Tests.Store.Cosmos;

namespace CrmCloud.Tests.Cloud;

/// <summary>What an operator reads when the Functions program cannot work with the account it was given.</summary>
public sealed class CloudStartTests : IAsyncLifetime
{
    private Gateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.StartAsync();
        await CloudStage.MakeContainersAsync(_gateway);
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Missing_containers_wrong_keys_and_missing_leases_are_named_in_one_line()
    {
        _gateway.Containers.Remove("figures");
        _gateway.Containers.Remove("leases");
        _gateway.Containers["master"].Definition["partitionKey"]!["paths"] = new JsonArray("/tenant");

        var line = await RefusalAsync(CloudStage.SettingsFor(_gateway));

        Assert.Contains("There is no container 'figures' in database 'crmcloud'.", line, StringComparison.Ordinal);
        Assert.Contains("There is no container 'leases' in database 'crmcloud'.", line, StringComparison.Ordinal);
        Assert.Contains("'master' has the partition key /tenant; it must be /pk", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task An_account_that_refuses_access_says_what_is_to_be_checked(int status)
    {
        _gateway.Refusal = status;

        var line = await RefusalAsync(CloudStage.SettingsFor(_gateway));

        Assert.Contains($"is refused ({status})", line, StringComparison.Ordinal);
        Assert.Contains("Cosmos DB Built-in Data Contributor", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Gateway.Key, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CrmCloud__CosmosEndpoint", "name", "CrmCloud__CosmosEndpoint) is no address")]
    [InlineData("CrmCloud__CosmosEndpoint", "http://name.documents.azure.com/", "must begin with https")]
    [InlineData("CrmCloud__CosmosDatabase", " ", "CrmCloud__CosmosDatabase) is empty")]
    [InlineData("CrmCloud__CosmosDatabase", "other", "There is no container 'master' in database 'other'")]
    [InlineData("CrmCloud__CosmosKey", "seeded, no key", "CrmCloud__CosmosKey) is no account key")]
    [InlineData("CrmCloud__CosmosEndpint", "x", "Did you mean")]
    [InlineData("CrmCloud__Store", "Sqlite", "CrmCloud__Store) is Sqlite; set it to Cosmos")]
    public async Task A_setting_that_cannot_work_is_named(string setting, string value, string said)
    {
        var others = CloudStage.SettingsFor(_gateway).Where(one => one.Name != setting);

        var line = await RefusalAsync([.. others, (setting, value)]);

        Assert.Contains(said, line, StringComparison.Ordinal);
        Assert.DoesNotContain("seeded", line, StringComparison.Ordinal);
    }

    /// <summary>Starts the program, which must end by itself, and returns the one line that it leaves.</summary>
    private static async Task<string> RefusalAsync((string Name, string Value)[] settings)
    {
        using var process = Process.Start(FunctionsProgram.Describe(FunctionsProgram.FreePort(), settings))!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(1, process.ExitCode);
            Assert.Empty(await output);
            return Assert.Single((await error).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (TimeoutException)
        {
            // It runs, which it must not.
            process.Kill();
            throw;
        }
    }
}
