using System.Text.Json;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using CrmCloud.Tests.Customers;

namespace CrmCloud.Tests.Lists;

public sealed class BucketMergeTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Pages_are_complete_and_without_repeats_while_rows_are_inserted(int seed, bool descending)
    {
        await using var desk = new Desk(buckets: 16);
        var random = new Random(seed);
        var before = await InsertAsync(desk, random, 300);
        var query = Query(descending);
        var seen = new List<Customer>();
        MergedPage<Customer> page;
        Position? after = null;
        do
        {
            page = await BucketMerge.ReadAsync(desk.Caller.Store, query, random.Next(1, 40), after, default);
            seen.AddRange(page.Items.Select(i => i.Item));
            after = page.End;
            await InsertAsync(desk, random, 3);
        }
        while (page.HasMore);

        var ids = seen.Select(c => c.CustomerId).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.True(before.IsSubsetOf(ids), $"seed {seed}: {before.Except(ids).Count()} are missing");
        var sorted = seen.OrderBy(c => c.SortName, StringComparer.Ordinal)
            .ThenBy(c => c.CustomerId, StringComparer.Ordinal);
        Assert.Equal(descending ? sorted.Reverse() : sorted, seen);
    }

    [Fact]
    public async Task A_rare_match_costs_a_bounded_scan_and_says_where_to_go_on()
    {
        await using var desk = new Desk();
        await InsertAsync(desk, new Random(1), BucketMerge.MostScanned + 500);
        var last = (await desk.AllCustomersAsync()).OrderBy(c => c.SortName, StringComparer.Ordinal)
            .ThenBy(c => c.CustomerId).Last();
        var query = Query(false) with
        {
            KeepAsync = all =>
                Task.FromResult<IReadOnlyList<Customer>>([.. all.Where(c => c.CustomerId == last.CustomerId)]),
        };

        var first = await BucketMerge.ReadAsync(desk.Caller.Store, query, 10, null, default);
        var second = await BucketMerge.ReadAsync(desk.Caller.Store, query, 10, first.End, default);
        var count = await BucketMerge.CountAsync(desk.Caller.Store, query, desk.Clock.Now, default);

        Assert.Empty(first.Items);
        Assert.True(first.HasMore);
        Assert.Equal(last.CustomerId, Assert.Single(second.Items).Item.CustomerId);
        Assert.False(second.HasMore);
        Assert.Equal((1, CountPrecision.Exact), (count.Value, count.Precision));
    }

    [Fact]
    public void Instants_sort_as_text_as_they_do_in_time()
    {
        var random = new Random(7);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var instants = Enumerable.Range(0, 500).Select(_ => start.AddTicks(random.NextInt64(0, 40_000_000))
            .AddTicks(-random.Next(3) * 1_000_000)).Concat([start, start.AddSeconds(1)]).ToList();

        Assert.Equal(instants.Order(), instants.OrderBy(SortText.Of, StringComparer.Ordinal));
        Assert.All(instants, i => Assert.Equal(
            JsonSerializer.SerializeToElement(i, DocumentJson.Options).GetString(), SortText.Of(i)));
    }

    [Fact]
    public void Text_compares_by_code_point()
    {
        Assert.True(SortText.Compare("\uE000", "\U0001F600") < 0);
        Assert.True(SortText.Compare("a", "ab") < 0);
        Assert.True(SortText.Compare("Z", "a") < 0);
    }

    private static MergedQuery<Customer> Query(bool descending) => new()
    {
        Partitions = BucketMerge.PartitionsOf(16),
        Each = new Query(Container.Master, "", "customer") { OrderBy = "sortName", Descending = descending },
        SortValue = c => c.SortName,
    };

    // Few names, so that many have equal sort values and the id decides.
    private static async Task<HashSet<string>> InsertAsync(Desk desk, Random random, int count)
    {
        var ids = new HashSet<string>();
        foreach (var bucket in Enumerable.Range(0, count).Select(_ => New(random)).GroupBy(c => c.Key.Partition))
        {
            foreach (var chunk in bucket.Chunk(100))
            {
                await desk.Caller.Store.SaveAsync(Batch.Of(chunk), default);
                ids.UnionWith(chunk.Select(c => c.CustomerId));
            }
        }

        return ids;
    }

    private static Customer New(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new()
        {
            CustomerId = Buckets.NewCustomerId(new Guid(bytes), 16),
            DisplayName = random.Next(5) == 0 ? null : $"Name {random.Next(20)}",
        };
    }
}
