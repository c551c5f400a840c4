using System.Net;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;
using Microsoft.Azure.Cosmos;
using StoreContainer = CrmCloud.Store.Container;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>
/// Microsoft's own compiler, from the client's package, reads every SQL text that the adapter can emit. A stub answers
/// the calls around it; no partition key is given, so that a plan has to be made.
/// </summary>
public sealed class CosmosPlannerTests : IAsyncLifetime
{
    private Gateway _gateway = null!;
    private CosmosDocumentStore _store = null!;

    public async Task InitializeAsync()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The planner is loaded by a switch that exists on Linux only.");
        _gateway = await Gateway.StartAsync();
        _store = await CosmosTesting.OpenAsync(new()
        {
            Endpoint = _gateway.Endpoint,
            Key = Gateway.Key,
            SingleEndpoint = true,
            Indexes = [new(StoreContainer.Master, "thing", "a.b")],
        });
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [SkippableFact]
    public async Task Every_text_the_adapter_can_emit_is_accepted()
    {
        var texts = AllTexts().DistinctBy(sql => sql.Text).ToList();
        foreach (var sql in texts)
        {
            Assert.True(await PlanAsync(sql.Definition) is null, sql.Text);
        }

        Assert.InRange(texts.Count, 50, 1_000);
        Assert.Contains(
            File.ReadLines("/proc/self/maps"), line => line.Contains("libQueryPlanInterop", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("SELECT * FROM c WHERE NO_SUCH_FUNCTION(c[\"id\"])")]
    [InlineData("SELECT * FROM c WHERE d[\"id\"] = 1")]
    [InlineData("SELECT * FROM c WHERE c.order = 1")]
    [InlineData("SELECT * FROM c WHERE c[\"id\"] = = 1")]
    [InlineData("SELECT * FROM c ORDER BY")]
    public async Task A_wrong_text_is_refused(string text) => Assert.NotNull(await PlanAsync(new(text)));

    private static IEnumerable<CosmosSql> AllTexts()
    {
        foreach (var query in AllQueries())
        {
            foreach (var sql in CosmosSql.Of(query, "red.live~7"))
            {
                yield return sql;
            }
        }

        foreach (var count in new[] { 1, 2, 10, 11, 50, 100 })
        {
            yield return CosmosSql.OfIds("red.live", [.. Enumerable.Range(0, count).Select(n => $"thing.~{n}")]);
        }

        yield return CosmosSql.OfOwnNotes("red.live");
    }

    // Each way of ordering and continuing, each condition in each type, and all of them at once.
    private static IEnumerable<Query> AllQueries()
    {
        var plain = new Query(StoreContainer.Master, "7", "thing");
        var conditions = AllConditions().ToList();
        object?[] places = [null, "text", 5L, 0.5];
        foreach (var prefix in new[] { "", "ann/" })
        {
            foreach (var (orderBy, place) in places.SelectMany(
                place => new[] { (default(string), place), ("a.b", place) }))
            {
                foreach (var descending in new[] { false, true })
                {
                    var query = plain with { IdPrefix = prefix, OrderBy = orderBy, Descending = descending };
                    yield return query;
                    yield return query with { After = new(orderBy is null ? null : place ?? "", "thing/1") };
                    yield return query with { Where = [.. conditions.Take(20)] };
                    yield return query with { Where = [.. conditions.TakeLast(20)] };
                }
            }
        }

        foreach (var condition in conditions)
        {
            yield return plain with { Where = [condition] };
        }
    }

    private static IEnumerable<Condition> AllConditions()
    {
        foreach (var comparison in Enum.GetValues<Comparison>())
        {
            object?[] values = comparison switch
            {
                Comparison.IsNull or Comparison.IsNotNull => [null],
                Comparison.StartsWith or Comparison.Contains => ["it's \"so\""],
                Comparison.In =>
                [
                    .. new[] { 0, 1, 2, 11, 51, 101, 250 }
                        .Select(count => Enumerable.Range(0, count).Select(n => $"{n}").ToList()),
                ],
                Comparison.Equal or Comparison.NotEqual => ["a", 1, 2L, 0.5, true, false],
                _ => ["a", 1, 2L, 0.5],
            };
            foreach (var value in values)
            {
                yield return new("a.b-c.d_e", comparison, value);
            }
        }
    }

    /// <returns>Null when the text was planned, else why not.</returns>
    private async Task<string?> PlanAsync(QueryDefinition query)
    {
        var container = _store.Database.GetContainer("master");
        using var pages = container.GetItemQueryStreamIterator(query);
        try
        {
            using var page = await pages.ReadNextAsync();

            // What the gateway makes of the planned query is of no interest here; only the planner answers 400.
            return page.StatusCode == HttpStatusCode.BadRequest ? page.ErrorMessage : null;
        }
        catch (CosmosException refused) when (refused.StatusCode == HttpStatusCode.BadRequest)
        {
            return refused.Message;
        }
    }
}
