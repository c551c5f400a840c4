using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>
/// The contract over the independent npm server, for all it can do: it knows no batches, no feed and no search that
/// ignores case. Those tests are skipped here and stand in <see cref="CosmosGatewayTests"/>.
/// </summary>
public sealed class CosmosNpmServerTests(NpmServerFixture npm) : StoreContract, IClassFixture<NpmServerFixture>
{
    private readonly string _database = $"t{Guid.NewGuid():N}";

    protected override int IncrementsPerClient => 2;

    protected override Ability Lacks => npm.Server is null
        ? Ability.Documents | Ability.Batches | Ability.Feed | Ability.BlindSearch
        : Ability.Batches | Ability.Feed | Ability.BlindSearch;

    protected override string WhyLacking => npm.Server is null
        ? $"Needs node and {NpmServer.Variable}=<folder where `npm install @vercel/cosmosdb-server@1.0.1` was run>."
        : "@vercel/cosmosdb-server 1.0.1 has no transactional batches, no change feed and no search that ignores case.";

    public override Task InitializeAsync() => npm.Server is null ? Task.CompletedTask : base.InitializeAsync();

    public override Task DisposeAsync() => npm.Server is null ? Task.CompletedTask : base.DisposeAsync();

    protected override async Task<IDocumentStore> OpenStoreAsync() => await CosmosTesting.OpenAsync(new()
    {
        Endpoint = npm.Server!.Endpoint,
        Key = Gateway.Key,
        Database = _database,
        SingleEndpoint = true,
        Wire = () => new NpmServer.Header(),

        // This server, too, sorts by two members only with an index for them.
        Indexes = [.. Indexes, new(Container.Master, "thing", "weight")],
    }, bothWays: true);

    [SkippableFact]
    public async Task Queries_pages_and_lookups_answer_as_the_model_does()
    {
        Needs(Ability.Documents);
        const int Seed = 11;
        var (random, model) = (new Random(Seed), new StoreModel());
        for (var n = 0; n < 60; n++)
        {
            var batch = Batch.Of(ContractRandom.Thing(random, new(Container.Master, "7", $"thing/{n}")));
            Assert.True(model.TrySave(batch));
            await Red.SaveAsync(batch, default);
        }

        var gone = new Batch().Delete(new Thing { Name = "7", Version = 1 });
        Assert.True(model.TrySave(gone));
        await Red.SaveAsync(gone, default);
        for (var n = 0; n < 300; n++)
        {
            var query = ContractRandom.Query(random) with { Partition = "7" };

            // It has STARTSWITH and CONTAINS of two arguments only, none that ignore case.
            query = query with
            {
                Where = [.. query.Where.Where(one =>
                    one.Comparison is not (Comparison.StartsWith or Comparison.Contains))],
            };
            for (var more = true; more;)
            {
                var (expected, page) = (model.Query(query), await Red.QueryAsync<Thing>(query, default));
                Assert.True(
                    expected.Items.SequenceEqual(page.Items) && expected.HasMore == page.HasMore,
                    $"Seed {Seed}, query {n}: "
                    + string.Join("; ", CosmosSql.Of(query, "red.live~7").Select(s => s.Text)));
                more = page.HasMore;
                query = query with { After = more ? page.Positions[^1] : null };
            }
        }

        var keys = Enumerable.Range(0, 70).Select(n => new DocumentKey(Container.Master, "7", $"thing/{n}")).ToList();
        Assert.Equal(59, (await Red.FindManyAsync<Thing>(keys, default)).Count);
    }
}

/// <summary>
/// One server for all tests of the class, each with a database of its own; none where it is not installed.
/// </summary>
public sealed class NpmServerFixture : IAsyncLifetime
{
    internal NpmServer? Server { get; private set; }

    public async Task InitializeAsync() => Server = NpmServer.Script is null ? null : await NpmServer.StartAsync();

    public async Task DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
