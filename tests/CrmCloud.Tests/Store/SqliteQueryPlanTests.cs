using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Tests.Store;

/// <summary>SQLite's own word on how it would run our queries, over a file with a few thousand documents.</summary>
public sealed class SqliteQueryPlanTests : IAsyncLifetime, IDisposable
{
    private static readonly Query Things = new(Container.Master, "7", "thing");

    private const string ByAddress = "USING INDEX address (container=? AND partition=? AND id>? AND id<?)";

    private readonly TemporaryFolder _folder = new();
    private Connection _db = null!;

    public async Task InitializeAsync()
    {
        StoreIndex[] indexes =
        [
            new(Container.Master, "thing", "text"),
            new(Container.Master, "thing", "count"),
            new(Container.Master, "thing", "inner.group"),
            new(Container.Master, "thing", "bucket", "weight"),
        ];
        await using (var store = new SqliteDocumentStore(
            new() { DataDirectory = _folder.Path, Indexes = indexes }, new FakeClock()))
        {
            var red = store.Open("red", DataMode.Live);
            for (var n = 0; n < 30; n++)
            {
                await red.SaveAsync(Batch.Of(Enumerable.Range(n * 100, 100).Select(Make)), default);
            }
        }

        _db = Connection.Open(Path.Combine(_folder.Path, "tenants", "red.live.db"), create: false);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _db.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("count", false, 5L)]
    [InlineData("count", true, 5L)]
    [InlineData("text", false, "x")]
    [InlineData("inner.group", true, "x")]
    public void A_page_in_order_starts_at_its_place_in_the_index(string orderBy, bool descending, object after)
    {
        var first = Plan(Things with { OrderBy = orderBy, Descending = descending });
        var next = Plan(Things with { OrderBy = orderBy, Descending = descending, After = new(after, "thing/1") });

        Assert.Contains($"USING INDEX by Master/thing/{orderBy} (partition=?", first, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", first, StringComparison.Ordinal);
        var sign = descending ? '<' : '>';
        Assert.Contains($"(partition=? AND <expr>=? AND id{sign}?)", next, StringComparison.Ordinal);
        Assert.Contains($"(partition=? AND <expr>{sign}?)", next, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", next, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_page_by_id_starts_at_its_place_in_the_addresses(bool descending)
    {
        var plan = Plan(Things with { Descending = descending, After = new(null, "thing/1") });

        Assert.Contains(ByAddress, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    // Where two limits bound the same side SQLite seeks to one of them and walks every row up to the other, though its
    // plan looks the same: the thousandth page would cost a thousand pages.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_page_by_id_has_one_limit_on_either_side(bool descending)
    {
        var after = new Position(null, "thing/1");
        var sql = Assert.Single(QuerySql.Of(Things with { Descending = descending, After = after }, 0)).Text;

        Assert.Equal(2, sql.Split(" AND id >").Length);
        Assert.Equal(2, sql.Split(" AND id <").Length);
    }

    [Fact]
    public void Equality_is_looked_up_and_comes_in_order_of_ids()
    {
        var plan = Plan(Things with { Where = [new("text", Comparison.Equal, "x")] });

        Assert.Contains("USING INDEX by Master/thing/text (partition=? AND <expr>=?", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_paths_serve_an_equality_and_an_order_together()
    {
        var one = Things with { Where = [new("bucket", Comparison.Equal, "7")] };
        var plan = Plan(one with { OrderBy = "weight", Descending = true, After = new(0.5, "thing/1") });

        Assert.Contains("weight (partition=? AND <expr>=? AND <expr>=? AND id<?)", plan, StringComparison.Ordinal);
        Assert.Contains("weight (partition=? AND <expr>=? AND <expr><?)", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void One_owners_documents_are_found_by_their_prefix_and_then_sorted()
    {
        var plan = Plan(Things with { IdPrefix = "ann/", OrderBy = "count" });

        Assert.Contains(ByAddress, plan, StringComparison.Ordinal);
        Assert.Contains("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Expired_rows_are_found_without_looking_at_the_others()
    {
        var plan = Explain("SELECT row FROM document WHERE expires <= ?1 ORDER BY expires LIMIT 10");

        Assert.Contains("INDEX expiry (expires<?)", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_is_compiled_once_however_many_are_asked_for()
    {
        Query[] pages = [Things, Things with { OrderBy = "count" }, Things with { IdPrefix = "ann/" }];
        foreach (var take in Enumerable.Range(1, 5))
        {
            foreach (var page in pages)
            {
                Run(Assert.Single(QuerySql.Of(page with { Take = take }, 0)));
            }
        }

        Assert.All(pages, page => Assert.Equal(0, _db.PrepareQuery(QuerySql.Of(page, 0)[0].Text).CompiledAgain));
    }

    private void Run(QuerySql sql)
    {
        var statement = _db.PrepareQuery(sql.Text);
        for (var at = 0; at < sql.Values.Count; at++)
        {
            statement.BindValue(at + 1, sql.Values[at]);
        }

        statement.Step();
        statement.Reset();
    }

    private static Thing Make(int n) =>
        new() { Name = $"{n}", Count = n % 50, Text = $"text {n}", Inner = new($"{n % 7}", n) };

    private string Plan(Query query) =>
        string.Join('\n', QuerySql.Of(query, 0).Select(part => Explain(part.Text)));

    private string Explain(string sql)
    {
        var (statement, lines) = (_db.PrepareQuery("EXPLAIN QUERY PLAN " + sql), new List<string>());
        while (statement.Step())
        {
            lines.Add(statement.Text(3));
        }

        statement.Reset();
        return string.Join('\n', lines);
    }
}
