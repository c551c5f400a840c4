using System.Collections.Concurrent;
using System.Text.Json;
using Xunit.Abstractions;

namespace CrmCloud.BlackBox.Crash;

public sealed class WritersTests(ITestOutputHelper output)
{
    private const int Clients = 16;

    [Fact]
    public async Task Sixteen_clients_write_through_kills_and_no_acknowledged_write_is_lost_or_made_twice()
    {
        var rounds = new CrashRounds(output, fewest: 3);
        await using var server = await rounds.StartServerAsync();
        var shop = await Shop.CreateAsync(server, "writers");
        var writers = Enumerable.Range(0, Clients).Select(i => new Writer(shop, i, rounds.Seed)).ToArray();
        using var stop = new CancellationTokenSource();
        var writing = writers.Select(writer => writer.WriteAsync(stop.Token)).ToArray();

        while (rounds.GoOn && !Array.Exists(writing, writer => writer.IsFaulted))
        {
            await rounds.KillAndStartAsync(server, () => writers.Sum(writer => writer.Written), within: 200);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writing);
        rounds.Say(
            $"{writers.Sum(writer => writer.Written)} acknowledged writes, "
                + $"{writers.Sum(writer => writer.Repeated)} repeated");
        await CheckAsync(shop, writers);
    }

    private static async Task CheckAsync(Shop shop, Writer[] writers)
    {
        await Task.WhenAll(writers.Select(writer => writer.CheckAsync()));

        var interactions = await shop.AllAsync(
            "query ($after: String) { interactions(first: 250, after: $after) { nodes { type } "
                + "pageInfo { hasNextPage endCursor } } }",
            ["interactions"]);
        Same(writers.SelectMany(writer => writer.Notes), interactions.Select(one => Text(one, "type")));

        var audit = await shop.AllAsync(
            "query ($after: String) { audit(first: 250, after: $after) { nodes { idempotencyKey } "
                + "pageInfo { hasNextPage endCursor } } }",
            ["audit"]);
        Same(
            writers.SelectMany(writer => writer.Keys),
            audit.Select(one => Text(one, "idempotencyKey")).Where(key => key.Length > 0));

        await Figures.WaitUntilFreshAsync(shop);
        var year = await shop.AskAsync("""
            { orders: kpi(ref: {key: "orders"}) { value(grain: YEAR, at: "2026-06-01") { value } }
              revenue: kpi(ref: {key: "revenue"}) { value(grain: YEAR, at: "2026-06-01") { value } } }
            """);
        Assert.Equal(writers.Sum(writer => writer.Orders.Count), Value(year, "orders"));
        Assert.Equal(writers.Sum(writer => writer.Orders.Values.Sum()), Value(year, "revenue"));
    }

    internal static void Same(IEnumerable<string> expected, IEnumerable<string> found)
    {
        var (want, have) =
            (expected.Order(StringComparer.Ordinal).ToList(), found.Order(StringComparer.Ordinal).ToList());
        var lost = want.Except(have).ToList();
        var twice = have.GroupBy(one => one).Where(same => same.Count() > 1).Select(same => same.Key).ToList();
        var unknown = have.Except(want).ToList();
        Assert.True(lost.Count + twice.Count + unknown.Count == 0,
            $"Lost: {string.Join(' ', lost.Take(5))}; twice: {string.Join(' ', twice.Take(5))}; "
                + $"unknown: {string.Join(' ', unknown.Take(5))}");
    }

    internal static string Text(JsonElement one, string name) => one.GetProperty(name).GetString() ?? "";

    private static decimal Value(JsonElement data, string alias) => decimal.Parse(
        data.GetProperty(alias).GetProperty("value").GetProperty("value").GetString()!,
        System.Globalization.CultureInfo.InvariantCulture);
}
