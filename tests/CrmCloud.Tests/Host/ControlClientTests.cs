using CrmCloud.Api;
using CrmCloud.Api.CommandLine;
using CrmCloud.Api.Control;
using CrmCloud.Core;
using CrmCloud.Core.Tenants;
using CrmCloud.Store.Sqlite;
using CrmCloud.Tests.Store;
using CrmCloud.Tests.Store.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Host;

public sealed class ControlClientTests : IDisposable
{
    private static readonly ControlRequest Create =
        new(ControlCommands.Create) { Slug = "acme", Currency = "EUR", TimeZone = "Europe/Paris" };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_works_on_the_store_that_the_settings_name()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var store = await CosmosTesting.OpenAsync(new()
        {
            Endpoint = gateway.Endpoint, Key = Gateway.Key, SingleEndpoint = true,
            Indexes = new ServiceCollection().AddCrmCloud().Indexes,
        });
        var cosmos = new CrmCloudOptions
        {
            DataDirectory = _folder.Path, Store = "cosmos",
            CosmosEndpoint = gateway.Endpoint.AbsoluteUri, CosmosKey = Gateway.Key,
        };

        var made = await new ControlClient(cosmos, TimeProvider.System).RunAsync(Create, default);
        var listed = await new ControlClient(cosmos, TimeProvider.System).RunAsync(new(ControlCommands.List), default);
        var embedded = await new ControlClient(new() { DataDirectory = _folder.Path }, TimeProvider.System)
            .RunAsync(new(ControlCommands.List), default);

        Assert.Equal((0, "acme", 0), (made.ExitCode, Assert.Single(listed.Tenants!).Slug, embedded.Tenants!.Count));
        Assert.NotNull(await store.Directory.FindAsync<TenantEntry>(TenantEntry.KeyOf("acme"), default));
    }

    [Fact]
    public async Task An_account_that_is_not_as_needed_is_named_and_not_taken_for_a_folder_in_use()
    {
        await using var gateway = await Gateway.StartAsync();
        var answer = await new ControlClient(new()
        {
            DataDirectory = _folder.Path, Store = "Cosmos",
            CosmosEndpoint = gateway.Endpoint.AbsoluteUri, CosmosKey = Gateway.Key,
        }, TimeProvider.System).RunAsync(Create, default);

        Assert.Equal(ExitCodes.Failed, answer.ExitCode);
        Assert.Contains("master", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_leaves_the_indexes_of_a_tenants_file_alone()
    {
        var client = new ControlClient(new() { DataDirectory = _folder.Path }, TimeProvider.System);
        await client.RunAsync(Create, default);
        await client.RunAsync(new(ControlCommands.Key) { Slug = "acme" }, default);

        using var db = Connection.Open(Path.Combine(_folder.Path, "tenants", "acme.live.db"), create: false);
        Assert.NotEqual(0, db.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name LIKE 'by %'"));
    }
}
