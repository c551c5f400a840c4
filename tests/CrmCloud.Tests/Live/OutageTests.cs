using System.Text;
using System.Text.Json.Nodes;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Store;
using CrmCloud.Tests.Segments;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Live;

/// <summary>Subscriptions while the store cannot be read.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_store_that_is_away_for_a_moment_ends_no_subscription()
    {
        await using var cloud = await TestCloud.StartAsync(configure: HookedStore.Install);
        var key = await cloud.TenantAsync("shop");
        using var stream = await TestStream.OpenAsync(key,
            "subscription($id: ID!) { bulkOperationUpdated(id: $id) { status } }", new { id = await QueuedAsync(key) });
        Assert.Equal("QUEUED", (await stream.ValueAsync())["status"]!.GetValue<string>());

        var failed = new TaskCompletionSource();
        ((HookedStore)cloud.Stores).Reading = type =>
        {
            if (type != typeof(BulkOperation))
            {
                return Task.CompletedTask;
            }

            failed.SetResult();
            throw new StoreUnavailableException("away");
        };
        var signal = cloud.Services.GetRequiredService<ChangeSignal>();
        signal.Tell(new(key.Tenant, key.Mode));
        await failed.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var files = cloud.Services.GetRequiredService<UploadStore>().Open(key.Tenant, key.Mode);
        await cloud.Services.GetRequiredService<ImportQueue>().RunPendingAsync(
            key.Store, files, "test", () => signal.Notify(key.Tenant, key.Mode), default);
        signal.Tell(new(key.Tenant, key.Mode));
        JsonNode? last = null;
        while (await stream.NextAsync() is { } next)
        {
            last = next["data"]?["bulkOperationUpdated"] ?? next;
        }

        Assert.Equal("SUCCEEDED", last!["status"]?.GetValue<string>());
    }

    private static async Task<string> QueuedAsync(TestKey key)
    {
        using var file = new MemoryStream(
            Encoding.UTF8.GetBytes("{\"externalId\":{\"source\":\"shop\",\"id\":\"1\"},\"displayName\":\"Nobody\"}\n"));
        var uploadId = await key.UploadAsync("customers.jsonl", file);
        var started = await key.DoAsync("bulkImport", "BulkImportInput",
            new { target = "CUSTOMERS", uploadId, format = "JSONL" }, "operation { id }");
        return started["operation"]!["id"]!.GetValue<string>();
    }
}
