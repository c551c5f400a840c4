using System.Text.Json.Nodes;
using CrmCloud.Tests.GraphQL;
using CrmCloud.Tests.GraphQL.Streams;

namespace CrmCloud.Tests.Live;

/// <summary>The product as it runs, over a real network, with its workers in the same process.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private const string Segment = """
        mutation { segmentCreate(input: {
            key: "live", name: "Live", kind: DYNAMIC, rule: {expression: "monetary >= 1.00 GBP"}}) {
            segment { id } userErrors { message } } }
        """;

    private LiveServer _server = null!;

    public async Task InitializeAsync() => _server = await LiveServer.StartAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task An_order_moves_a_customer_before_the_eyes_of_both_transports()
    {
        var id = (await _server.AskAsync(Segment))["segmentCreate"]!["segment"]!["id"]!.GetValue<string>();
        var query = $"subscription {{ segmentMembershipChanged(segmentId: \"{id}\") {{ customer {{ id }} until }} }}";
        using var stream = await _server.ListenAsync(query);
        using var socket = await TestSocket.OpenAsync(_server.Socket, _server.Init);
        await socket.SubscribeAsync("1", query);

        // A socket does not say when a subscription has begun: customers buy until it tells of one.
        var heard = socket.HearAsync("next");
        var bought = 0;
        for (; !heard.IsCompleted && bought < 50; bought++)
        {
            await BuyAsync($"c{bought}");
            _ = await stream.ValueAsync();
        }

        Assert.InRange(bought, 1, 49);
        var told = JsonNode.Parse(await heard)!["payload"]!["data"]!["segmentMembershipChanged"]!;
        Assert.NotNull(told["customer"]!["id"]);
        Assert.Null(told["until"]);
    }

    [Fact]
    public async Task What_a_customer_buys_is_on_his_time_line_before_the_eyes_of_both_transports()
    {
        await BuyAsync("ann");
        var id = (await _server.AskAsync("""
            { customer(ref: {externalId: {source: "shop", id: "ann"}}) { id } }
            """))["customer"]!["id"]!.GetValue<string>();
        var query = $"subscription {{ customerTimeline(customerId: \"{id}\") {{ title }} }}";
        using var stream = await _server.ListenAsync(query);
        using var socket = await TestSocket.OpenAsync(_server.Socket, _server.Init);
        await socket.SubscribeAsync("1", query);

        // A socket does not say when a subscription has begun: calls come until it tells of one.
        var heard = socket.HearAsync("next");
        for (var calls = 0; !heard.IsCompleted && calls < 50; calls++)
        {
            await CallAsync($"call-{calls}");
            while ((await stream.ValueAsync())["title"]!.GetValue<string>() != $"call-{calls}")
            {
                // The order of before, which the worker may only now have moved him for.
            }
        }

        Assert.Contains("customerTimeline", await heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_server_stops_subscriptions_are_told_so_and_are_complete()
    {
        using var stream = await _server.ListenAsync("subscription { alertRaised { id } }");
        using var socket = await TestSocket.OpenAsync(_server.Socket, _server.Init);
        await socket.SubscribeAsync("1", "subscription { alertRaised { id } }");
        await socket.SubscribeAsync("2", "{ tenant { slug } }");
        Assert.Contains("shop", await socket.HearAsync("next"), StringComparison.Ordinal);

        var stopping = _server.StopAsync();

        Assert.Equal("SERVER_STOPPING", await stream.RefusalAsync());
        Assert.Contains("SERVER_STOPPING", await socket.HearAsync("next"), StringComparison.Ordinal);
        Assert.Contains("\"id\":\"1\"", await socket.HearAsync("complete"), StringComparison.Ordinal);
        Assert.Equal(1001, await socket.ClosedAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [SkippableTheory]
    [InlineData("sse")]
    [InlineData("ws")]
    public async Task The_clients_that_people_use_follow_a_run_to_its_end(string transport)
    {
        _ = await _server.AskAsync(Segment);
        var run = "";
        for (var tries = 0; run.Length == 0 && tries < 2_000; tries++)
        {
            var answer = await _server.AskAsync("{ jobRuns(first: 1) { nodes { id } } }");
            var runs = answer["jobRuns"]!["nodes"]!.AsArray();
            run = runs.Count > 0 ? runs[0]!["id"]!.GetValue<string>() : "";
        }

        var address = transport == "ws" ? _server.Socket : _server.Address;
        var heard = await Npm.RunAsync("follow.mjs", transport, address.ToString(), $"Bearer {_server.Key}",
            $"subscription {{ jobRunUpdated(id: \"{run}\") {{ status }} }}");

        Assert.Equal("""[{"data":{"jobRunUpdated":{"status":"SUCCEEDED"}}}]""", heard);
    }

    private Task<JsonNode> CallAsync(string type) => _server.AskAsync("""
        mutation { interactionRecord(input: {
            customer: {externalId: {source: "shop", id: "ann"}}, channel: PHONE, direction: INBOUND, type: "TYPE",
            occurredAt: "2026-01-01T10:00:00Z"}) { userErrors { message } } }
        """.Replace("TYPE", type, StringComparison.Ordinal));

    private Task<JsonNode> BuyAsync(string who) => _server.AskAsync("""
        mutation {
          customerUpsert(input: {match: [{externalId: {source: "shop", id: "WHO"}}],
            customer: {externalIds: [{source: "shop", id: "WHO"}]}}) { userErrors { message } }
          transactionRecord(input: {externalId: {source: "shop", id: "o-WHO"}, kind: PURCHASE,
            at: "2026-01-01T10:00:00Z", customer: {externalId: {source: "shop", id: "WHO"}},
            amount: {amount: "5.00", currency: "GBP"}}) {
            userErrors { message } }
        }
        """.Replace("WHO", who, StringComparison.Ordinal));
}
