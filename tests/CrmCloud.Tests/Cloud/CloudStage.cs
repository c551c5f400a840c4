using CrmCloud.Api;
using CrmCloud.Core;
using CrmCloud.Store.Cosmos;
using CrmCloud.Tests.Functions;
using CrmCloud.Tests.Store.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// The product as it stands in Azure, on this machine: the API and the Functions program, selected by configuration
/// onto Cosmos DB, over one gateway (self-written, see <see cref="Gateway"/>) and a stand-in for the Functions host.
/// </summary>
internal sealed class CloudStage : IAsyncDisposable
{
    private readonly List<FunctionsProgram> _programs = [];

    private CloudStage(Gateway gateway, TestCloud api)
    {
        (Gateway, Api) = (gateway, api);
        Host = new(gateway, _programs);
    }

    public Gateway Gateway { get; }

    public TestCloud Api { get; }

    /// <summary>Instances of the Functions program; more of them are what the platform starts under load.</summary>
    public IReadOnlyList<FunctionsProgram> Programs => _programs;

    public FeedHost Host { get; }

    public static async Task<CloudStage> StartAsync(int programs = 1)
    {
        var gateway = await Gateway.StartAsync();
        gateway.MaxPage = 1_000;
        await MakeContainersAsync(gateway);
        var stage = new CloudStage(gateway, await StartApiAsync(gateway));
        for (var at = 0; at < programs; at++)
        {
            await stage.AddProgramAsync();
        }

        return stage;
    }

    /// <summary>An instance of the API; several share nothing but the account.</summary>
    /// <param name="configure">Sees all services; null changes nothing.</param>
    public static async Task<TestCloud> StartApiAsync(Gateway gateway, Action<IServiceCollection>? configure = null)
    {
        var api = await TestCloud.StartAsync(TimeProvider.System, services =>
        {
            services.PostConfigure<CrmCloudOptions>(settings =>
            {
                settings.Store = "Cosmos";
                settings.CosmosEndpoint = gateway.Endpoint.AbsoluteUri;
                settings.CosmosKey = Gateway.Key;
            });
            configure?.Invoke(services);
        });
        Assert.IsType<CosmosDocumentStore>(api.Stores);
        return api;
    }

    /// <summary>What the program is told in Azure, and a key, because no identity is here.</summary>
    public static (string Name, string Value)[] SettingsFor(Gateway gateway) =>
    [
        ("CrmCloud__Store", "Cosmos"),
        ("CrmCloud__CosmosEndpoint", gateway.Endpoint.AbsoluteUri),
        ("CrmCloud__CosmosDatabase", "crmcloud"),
        ("CrmCloud__CosmosKey", Gateway.Key),
    ];

    /// <summary>What Bicep makes in Azure.</summary>
    public static async Task MakeContainersAsync(Gateway gateway)
    {
        await using var made = await CosmosTesting.OpenAsync(new()
        {
            Endpoint = gateway.Endpoint,
            Key = Gateway.Key,
            Indexes = new ServiceCollection().AddCrmCloud().Indexes,
        });
    }

    public async Task AddProgramAsync() => _programs.Add(await FunctionsProgram.StartAsync(SettingsFor(Gateway)));

    /// <summary>As kill -9, and then what the platform does: starts another one in its place.</summary>
    public async Task ReplaceProgramAsync(int at)
    {
        await _programs[at].DisposeAsync();
        _programs[at] = await FunctionsProgram.StartAsync(SettingsFor(Gateway));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
        {
            await program.DisposeAsync();
        }

        await Api.DisposeAsync();
        await Gateway.DisposeAsync();
    }
}
