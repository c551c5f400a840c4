using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Segments;

/// <summary>
/// Figures of a segment whose members come and go: each period is of those who were members at its end.
/// </summary>
public sealed class SegmentFiguresTests(ITestOutputHelper output)
{
    private const string Values =
        """
        query($asOf: DateTime, $segment: SegmentRef) {
          kpi(ref: { key: "revenue" }) {
            values(grain: MONTH, range: { from: "2026-02-01", to: "2026-08-01" }, compare: PREVIOUS_PERIOD,
                segment: $segment, asOf: $asOf) {
              label value unknownReason compared { previous }
            }
          }
        }
        """;

    [Fact]
    public async Task Each_month_counts_who_was_a_member_when_it_ended_and_before_the_segment_nobody_knows()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        await shop.DoAsync("segmentCreate", "SegmentInput", new
        {
            key = "lively", name = "Lively", kind = "DYNAMIC",
            rule = new { expression = "count(order within 30d) >= 2" },
        }, "segment { id }");
        await shop.WorkAsync();
        var orders = await TradeAsync(cloud, shop, new Random(seed));
        var middle = new DateTimeOffset(2026, 5, 17, 12, 0, 0, TimeSpan.Zero);

        var now = await AskAsync(shop, null);
        var then = await AskAsync(shop, middle);

        Check(now, orders, cloud.Clock.Now);
        Check(then, [.. orders.Where(o => o.At <= middle)], middle);
        var april = Of(orders, London(4), London(5), London(5).AddTicks(-1)).Select(o => o.Customer).Distinct().Order();
        Assert.Equal(april, (await SampleAsync(shop)).Order());
        Assert.Null(now[0]!["value"]);
        Assert.Contains(
            "known from 2026-03-02", now[0]!["unknownReason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_segment_and_a_caller_without_the_scope_get_an_error_and_no_figure()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var made = await shop.DoAsync("appCreate", "AppCreateInput",
            new { name = "board", scopes = new[] { "OBJECTIVES_READ" }, mode = "LIVE" }, "secret");
        var board = shop with { Text = made["secret"]!.GetValue<string>() };

        var unknown = await shop.AskAsync(
            "{ kpi(ref: { key: \"orders\" }) { value(segment: { key: \"none\" }) { value } } }");
        var hidden = await board.AskAsync("{ cohorts(segment: { key: \"rfm-lost\" }) { label } }");

        Assert.Equal(("NOT_FOUND", "FORBIDDEN"), (unknown.ErrorCode, hidden.ErrorCode));
    }

    // Some months of orders of three people, each worked on at once; what time moves is found at the next one.
    private static async Task<List<Order>> TradeAsync(TestCloud cloud, TestKey shop, Random random)
    {
        for (var i = 0; i < 3; i++)
        {
            await shop.DoAsync(
                "customerCreate", "CustomerInput", new { externalIds = new[] { Id($"c{i}") } }, "customer { id }");
        }

        var orders = new List<Order>();
        for (var i = 0; i < 25; i++)
        {
            cloud.Clock.Advance(TimeSpan.FromHours(random.Next(1, 260)));
            var order = new Order($"c{random.Next(3)}", cloud.Clock.Now, random.Next(1, 5_000));
            orders.Add(order);
            await shop.DoAsync("transactionRecord", "TransactionInput", new
            {
                externalId = Id($"o{i}"), customer = new { externalId = Id(order.Customer) },
                kind = "PURCHASE", amount = new { amount = $"{order.Pence / 100m}", currency = "GBP" }, at = order.At,
            }, "transaction { id }");
            await shop.WorkAsync();
        }

        return orders;
    }

    private static void Check(JsonArray values, List<Order> orders, DateTimeOffset now)
    {
        decimal? before = null;
        foreach (var (value, month) in values.Zip(Enumerable.Range(2, 6)))
        {
            var (start, end) = (London(month), London(month + 1));
            var last = end > now ? now : end.AddTicks(-1);
            var counted = Of(orders, start, end, last);
            decimal? expected = month == 2 ? null : counted.Sum(o => o.Pence) / 100m;
            Assert.Equal(expected, value!["value"].Exact());
            Assert.Equal(before, value["compared"]!["previous"].Exact());
            Assert.Equal(month == 2, value["unknownReason"] is not null);
            before = expected;
        }
    }

    /// <summary>Orders of a month by whoever had two within the 30 days before its last instant.</summary>
    private static List<Order> Of(List<Order> orders, DateTimeOffset start, DateTimeOffset end, DateTimeOffset last)
    {
        var members = orders.Where(o => o.At <= last && o.At > last.AddDays(-30)).GroupBy(o => o.Customer)
            .Where(g => g.Count() >= 2).Select(g => g.Key).ToHashSet();
        return [.. orders.Where(o => members.Contains(o.Customer) && o.At >= start && o.At < end)];
    }

    private static async Task<IEnumerable<string>> SampleAsync(TestKey shop) =>
        (await shop.GetAsync(
            "{ kpi(ref: { key: \"revenue\" }) { value(at: \"2026-04-15\", segment: { key: \"lively\" }) "
            + "{ explain { sampleCustomers(first: 20) { nodes { externalIds { id } } } } } } }"))
        ["kpi"]!["value"]!["explain"]!["sampleCustomers"]!["nodes"]!.AsArray()
            .Select(one => one!["externalIds"]![0]!["id"]!.GetValue<string>());

    private static DateTimeOffset London(int month)
    {
        var local = new DateTime(2026, month, 1);
        return new(local, TimeZoneInfo.FindSystemTimeZoneById("Europe/London").GetUtcOffset(local));
    }

    private static async Task<JsonArray> AskAsync(TestKey shop, DateTimeOffset? asOf) =>
        (await shop.GetAsync(Values, new { asOf, segment = new { key = "lively" } }))["kpi"]!["values"]!.AsArray();

    private static object Id(string id) => new { source = "test", id };

    private sealed record Order(string Customer, DateTimeOffset At, int Pence);
}
