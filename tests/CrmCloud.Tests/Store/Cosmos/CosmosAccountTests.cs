using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>
/// The main promises over a real account, where the environment names one: CRMCLOUD_COSMOS_ENDPOINT, and
/// CRMCLOUD_COSMOS_KEY or an Azure identity; the database CRMCLOUD_COSMOS_DATABASE (default crmcloud-tests) with its
/// containers must exist, or the key must be given, with which they are made.
/// </summary>
public sealed class CosmosAccountTests
{
    private static readonly IReadOnlyList<StoreIndex> Indexes =
    [
        new(Container.Master, "thing", "text"), new(Container.Master, "thing", "count"),
        new(Container.Master, "thing", "weight"), new(Container.Master, "thing", "inner.group"),
    ];

    [SkippableFact]
    public async Task A_real_account_keeps_batches_versions_queries_deletions_and_the_feed()
    {
        var endpoint = Environment.GetEnvironmentVariable("CRMCLOUD_COSMOS_ENDPOINT");
        Skip.If(string.IsNullOrEmpty(endpoint), "Needs an account: CRMCLOUD_COSMOS_ENDPOINT and key or identity.");
        await using var store = await OpenAsync(new(endpoint!));
        var red = store.Open($"t-{Guid.NewGuid():N}"[..34], DataMode.Sandbox);
        var (random, model) = (new Random(5), new StoreModel());

        foreach (var chunk in Enumerable.Range(0, 60).Chunk(20))
        {
            var batch = Batch.Of(chunk.Select(
                n => ContractRandom.Thing(random, new(Container.Master, "7", $"thing/{n}"))
                    with { LifeSeconds = 3_600 }));
            Assert.True(model.TrySave(batch));
            await red.SaveAsync(batch, default);
        }

        var gone = new Batch().Delete(new Thing { Name = "7", Version = 1 });
        Assert.True(model.TrySave(gone));
        await red.SaveAsync(gone, default);
        var stale = Batch.Of(new Thing { Name = "new" }, new Thing { Name = "8", Version = 2 });
        await Assert.ThrowsAsync<VersionConflictException>(() => red.SaveAsync(stale, default));
        Assert.Null(await red.FindAsync<Thing>(new Thing { Name = "new" }.Key, default));
        for (var n = 0; n < 60; n++)
        {
            var query = ContractRandom.Query(random) with { Partition = "7" };
            Assert.Equal(model.Query(query).Items, (await red.QueryAsync<Thing>(query, default)).Items);
        }

        await CompareFeedAsync(red, model);
    }

    private static async Task CompareFeedAsync(ITenantStore red, StoreModel model)
    {
        var (seen, since) = (new Dictionary<DocumentKey, long>(), default(string));
        for (var caughtUp = false; !caughtUp;)
        {
            var page = await red.ReadChangesAsync(Container.Master, since, 20, default);
            foreach (var change in page.Changes)
            {
                seen[change.Key] = change.Version;
            }

            (since, caughtUp) = (page.Next, page.CaughtUp);
        }

        Assert.Equal(
            model.Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Version).OrderBy(one => one.Key.Id),
            seen.OrderBy(one => one.Key.Id));
    }

    private static async Task<CosmosDocumentStore> OpenAsync(Uri endpoint)
    {
        var key = Environment.GetEnvironmentVariable("CRMCLOUD_COSMOS_KEY") is { Length: > 0 } given ? given : null;
        var options = new CosmosStoreOptions
        {
            Endpoint = endpoint,
            Key = key,
            Database = Environment.GetEnvironmentVariable("CRMCLOUD_COSMOS_DATABASE") ?? "crmcloud-tests",
            Indexes = Indexes,
        };
        if (key is not null)
        {
            return await CosmosTesting.OpenAsync(options);
        }

        var store = new CosmosDocumentStore(options, TimeProvider.System);
        await store.StartAsync(default);
        return store;
    }
}
