using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>The contract over the self-written gateway.</summary>
public sealed class CosmosGatewayTests : StoreContract
{
    private Gateway? _gateway;

    protected override int IncrementsPerClient => 4;

    protected override int RandomOperations => 400;

    protected override async Task<IDocumentStore> OpenStoreAsync()
    {
        _gateway ??= await Gateway.StartAsync();
        return await CosmosTesting.OpenAsync(new()
        {
            Endpoint = _gateway.Endpoint,
            Key = Gateway.Key,
            SingleEndpoint = true,
            Indexes = [.. Indexes, new(Container.Master, "thing", "weight")],
        });
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _gateway!.DisposeAsync();
    }
}
