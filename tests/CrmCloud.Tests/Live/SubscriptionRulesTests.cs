using System.Net;
using CrmCloud.Core.Live;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Execution;
using CrmCloud.Tests.Objectives;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Live;

/// <summary>Who may listen, to how much, and for how long.</summary>
public sealed class SubscriptionRulesTests : IAsyncLifetime
{
    private const string Alerts = "subscription { alertRaised { id } }";
    private Shop _shop = null!;

    public async Task InitializeAsync() => _shop = await Shop.OpenAsync(withOrders: false);

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Theory]
    [InlineData("segmentMembershipChanged(segmentId: \"x\") { since }", "CUSTOMERS_READ")]
    [InlineData("segmentMembershipChanged(segmentId: \"x\") { since }", "SEGMENTS_READ")]
    [InlineData("customerTimeline(customerId: \"x\") { title }", "CUSTOMERS_READ")]
    [InlineData("customerTimeline(customerId: \"x\") { title }", "INTERACTIONS_READ")]
    [InlineData("objectiveProgress(objectiveId: \"x\") { id }", "SEGMENTS_READ")]
    [InlineData("alertRaised { id }", "SEGMENTS_READ")]
    [InlineData("bulkOperationUpdated(id: \"x\") { id }", "SEGMENTS_READ")]
    [InlineData("jobRunUpdated(id: \"x\") { id }", "SEGMENTS_READ")]
    public async Task A_key_without_the_scope_is_refused_as_by_a_query(string field, string onlyScope)
    {
        using var stream = await TestStream.OpenAsync(await AppAsync(onlyScope), $"subscription {{ {field} }}");

        Assert.Equal("FORBIDDEN", await stream.RefusalAsync());
    }

    [Fact]
    public async Task Every_subscription_is_refused_to_a_key_without_any_scope_of_reading()
    {
        var key = await AppAsync("WEBHOOKS_MANAGE");
        foreach (var field in _shop.Cloud.Services.GetRequiredService<Executor>().Schema.Subscription!.Fields)
        {
            var arguments = field.Arguments.Any(a => a.IsRequired)
                ? $"({string.Join(", ", field.Arguments.Where(a => a.IsRequired).Select(a => $"{a.Name}: \"x\""))})"
                : "";
            using var stream = await TestStream.OpenAsync(
                key, $"subscription {{ {field.Name}{arguments} {{ __typename }} }}");

            Assert.Equal("FORBIDDEN", await stream.RefusalAsync());
        }
    }

    [Fact]
    public async Task Without_a_key_there_is_no_stream()
    {
        using var client = _shop.Cloud.Client();
        client.DefaultRequestHeaders.Add("Accept", "text/event-stream");
        var address = new Uri("/graphql?query=" + Uri.EscapeDataString(Alerts), UriKind.Relative);
        using var answer = await client.GetAsync(address);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("appKeyRevoke")]
    [InlineData("appDisable")]
    public async Task A_key_that_is_revoked_ends_its_subscriptions(string mutation)
    {
        var (key, app, keyId) = await NewAppAsync("OBJECTIVES_READ");
        using var stream = await TestStream.OpenAsync(key, Alerts);

        await (mutation == "appDisable"
            ? _shop.Key.DoAsync(mutation, "IdInput", new { id = app }, "app { id }")
            : _shop.Key.DoAsync(mutation, "IdInput", new { id = keyId }, "app { id }"));

        var refusal = await TestStream.WhileTimePassesAsync(
            stream.RefusalAsync(), _shop.Clock, TimeSpan.FromSeconds(5));
        Assert.Equal("UNAUTHENTICATED", refusal);
    }

    [Fact]
    public async Task Personal_values_of_an_event_are_masked_as_in_a_query()
    {
        await _shop.Key.DoAsync("customerCreate", "CustomerInput", new
        {
            externalIds = new[] { new { source = "shop", id = "ann" } }, displayName = "Ann", email = "ann@x.example",
        }, "customer { id }");
        var made = await _shop.Key.DoAsync("segmentCreate", "SegmentInput",
            new { key = "live", name = "Live", kind = "DYNAMIC", rule = new { expression = "monetary >= 1.00 GBP" } },
            "segment { id }");
        await _shop.Key.WorkAsync();
        const string query =
            "subscription($id: ID!) { segmentMembershipChanged(segmentId: $id) { customer { email } } }";
        var id = made["segment"]!["id"]!.GetValue<string>();
        using var masked = await TestStream.OpenAsync(
            await AppAsync("SEGMENTS_READ", "CUSTOMERS_READ"), query, new { id });
        using var open = await TestStream.OpenAsync(_shop.Key, query, new { id });

        await _shop.OrderAsync("o1", "ann", 10, _shop.Clock.Now.AddDays(-1));
        await _shop.Key.WorkAsync();

        Assert.Equal("ann@x.example", (await open.ValueAsync())["customer"]!["email"]!.GetValue<string>());
        Assert.Equal("***", (await masked.ValueAsync())["customer"]!["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_tenant_has_a_bounded_number_of_subscriptions_and_gets_places_back()
    {
        var places = _shop.Cloud.Services.GetRequiredService<LivePlaces>();
        var taken = Enumerable.Range(0, LiveLimits.SubscriptionsPerTenant).Select(_ => places.Take("shop")).ToList();
        using var refused = await TestStream.OpenAsync(_shop.Key, Alerts);
        Assert.Equal("TOO_MANY_SUBSCRIPTIONS", await refused.RefusalAsync());

        using var other = places.Take("other");
        taken.ForEach(place => place.Dispose());
        taken.ForEach(place => place.Dispose());
        using var stream = await TestStream.OpenAsync(_shop.Key, Alerts);
        Assert.Equal(2, places.Count);
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_nobody_who_follows_his_tenant()
    {
        var moves = _shop.Cloud.Services.GetRequiredService<LiveMoves>();
        using (await TestStream.OpenAsync(
            _shop.Key, "subscription { segmentMembershipChanged(segmentId: \"" + LostId + "\") { since } }"))
        {
            Assert.Equal(1, moves.Followed);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (moves.Followed > 0 || _shop.Cloud.Services.GetRequiredService<LivePlaces>().Count > 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_listener_that_reads_nothing_is_ended_after_the_patience_and_the_others_hear_everything()
    {
        var hub = new EventHub<string, int>(bufferedEvents: 3);
        using var patience = new CancellationTokenSource();
        var (stuck, good) = (hub.Listen("a", default), hub.Listen("a", default).GetAsyncEnumerator());
        for (var i = 1; i <= 3; i++)
        {
            await hub.PublishAsync("a", i, patience.Token);
        }

        Assert.True(await good.MoveNextAsync());
        var fourth = hub.PublishAsync("a", 4, patience.Token).AsTask();
        Assert.False(fourth.IsCompleted);
        await patience.CancelAsync();
        await fourth;
        for (var i = 2; i <= 4; i++)
        {
            Assert.True(await good.MoveNextAsync());
            Assert.Equal(i, good.Current);
        }

        var heard = new List<int>();
        var end = await Assert.ThrowsAsync<GraphQLRequestException>(async () =>
        {
            await foreach (var number in stuck)
            {
                heard.Add(number);
            }
        });
        Assert.Equal([1, 2, 3], heard);
        Assert.Equal("SUBSCRIBER_TOO_SLOW", end.Code);
        await good.DisposeAsync();
    }

    [Fact]
    public async Task A_publisher_does_not_wait_for_a_listener_that_is_gone()
    {
        var hub = new EventHub<string, int>(bufferedEvents: 1);
        using var gone = new CancellationTokenSource();
        _ = hub.Listen("a", gone.Token);
        await hub.PublishAsync("a", 1, default);
        var waiting = hub.PublishAsync("a", 2, default).AsTask();

        await gone.CancelAsync();

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static string LostId => Core.Shared.GlobalId.Of("Segment", "rfm-lost");

    private async Task<TestKey> AppAsync(params string[] scopes) => (await NewAppAsync(scopes)).Key;

    private async Task<(TestKey Key, string App, string KeyId)> NewAppAsync(params string[] scopes)
    {
        var made = await _shop.Key.DoAsync("appCreate", "AppCreateInput",
            new { name = "screen", scopes, mode = "LIVE" }, "secret app { id keys { id } }");
        return (_shop.Key with { Text = made["secret"]!.GetValue<string>() }, made["app"]!["id"]!.GetValue<string>(),
            made["app"]!["keys"]![0]!["id"]!.GetValue<string>());
    }
}
