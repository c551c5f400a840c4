using System.Text;
using System.Text.Json.Nodes;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Live;
using CrmCloud.Tests.Objectives;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Live;

/// <summary>What each subscription tells, and when.</summary>
public sealed class SubscriptionTests : IAsyncLifetime
{
    private const string Moves = """
        subscription($id: ID!) { segmentMembershipChanged(segmentId: $id) {
            segment { key } customer { displayName } since until cause { kind revision } } }
        """;

    private Shop _shop = null!;

    private TestKey Key => _shop.Key;

    public async Task InitializeAsync() => _shop = await Shop.OpenAsync(withOrders: false);

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task Who_enters_and_leaves_a_segment_is_told_with_customer_cause_and_instant()
    {
        var id = await SegmentAsync("monetary >= 100.00 GBP and age_of_last(order) <= 30d");
        using var before = await TestStream.OpenAsync(Key, Moves, new { id });
        await _shop.OrderAsync("o1", "ann", 120, _shop.Clock.Now.AddDays(-1));
        await Key.WorkAsync();
        var entered = await before.ValueAsync();
        before.Dispose();
        _shop.Clock.Advance(TimeSpan.FromDays(40));
        using var after = await TestStream.OpenAsync(Key, Moves, new { id });
        await Key.WorkAsync();
        var left = await after.ValueAsync();

        Assert.Equal("live", entered["segment"]!["key"]!.GetValue<string>());
        Assert.Equal("DATA_CHANGED", entered["cause"]!["kind"]!.GetValue<string>());
        Assert.Null(entered["until"]);
        Assert.Equal("TIME_PASSED", left["cause"]!["kind"]!.GetValue<string>());
        Assert.Equal(entered["since"]!.GetValue<string>(), left["since"]!.GetValue<string>());
        Assert.Equal("2026-03-31T09:00:00.001Z", left["until"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_an_event_says_of_the_segment_is_of_that_event_and_not_of_the_one_before()
    {
        var id = await SegmentAsync("monetary >= 1.00 GBP");
        using var stream = await TestStream.OpenAsync(Key, """
            subscription($id: ID!) { segmentMembershipChanged(segmentId: $id) {
                segment { size { value } } customer { value { frequency } } } }
            """, new { id });
        for (var size = 1; size <= 3; size++)
        {
            // Within the age of the server's word on the caller.
            _shop.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await _shop.OrderAsync($"o{size}", $"buyer {size}", 10, _shop.Clock.Now.AddDays(-1));
            await Key.WorkAsync();
            var told = await stream.ValueAsync();

            Assert.Equal(size, told["segment"]!["size"]!["value"]!.GetValue<int>());
            Assert.Equal(1, told["customer"]!["value"]!["frequency"]!.GetValue<int>());
        }
    }

    [Fact]
    public async Task What_a_worker_elsewhere_saves_is_told_within_two_seconds_and_only_once()
    {
        var id = await SegmentAsync("monetary >= 1.00 GBP");
        using var stream = await TestStream.OpenAsync(Key, Moves, new { id });

        // A worker of its own over the same store: nothing of it reaches this process but what lies on disk.
        var elsewhere = new TenantVisit(
            _shop.Cloud.Stores, _shop.Clock, _shop.Cloud.Services.GetServices<Visitor>());
        foreach (var name in new[] { "ann", "bob" })
        {
            await _shop.OrderAsync(name, name, 10, _shop.Clock.Now.AddDays(-1));
            await elsewhere.RunAsync(new(Key.Tenant, Key.Mode), default);
            var told = await TestStream.WhileTimePassesAsync(stream.ValueAsync(), _shop.Clock, LiveLimits.LookEvery);
            Assert.Null(told["until"]);
        }

        await Key.DoAsync("segmentUpdate", "SegmentUpdateInput", new { id, status = "RETIRED" }, "segment { id }");
        await Key.WorkAsync();
        Assert.NotNull((await stream.ValueAsync())["until"]);
        Assert.NotNull((await stream.ValueAsync())["until"]);
    }

    [Fact]
    public async Task An_objective_is_told_as_it_is_and_again_when_its_progress_or_status_changes()
    {
        await _shop.IncomeAsync(1_000, 1_010, 1_030, 1_020, 1_060, 1_080, 1_090, 1_120, 1_110, 1_150, 1_170, 1_200);
        var id = await ObjectiveAsync();
        _shop.Clock.Now = new(2026, 4, 2, 9, 0, 0, TimeSpan.Zero);
        using var stream = await TestStream.OpenAsync(Key, """
            subscription($id: ID!) {
              objectiveProgress(objectiveId: $id) { status progress(grain: MONTH) { status current } } }
            """, new { id });
        var first = await stream.ValueAsync();
        await _shop.MeasureAsync(new(2026, 3, 1), 1_290);
        await Key.WorkAsync();
        var ahead = await stream.ValueAsync();
        await Key.DoAsync("objectiveStatusSet", "ObjectiveStatusInput",
            new { id, status = "ABANDONED", reason = "other plans" }, "objective { id }");
        var abandoned = await stream.ValueAsync();

        Assert.Equal("NO_DATA", first["progress"]!["status"]!.GetValue<string>());
        Assert.Equal("AHEAD", ahead["progress"]!["status"]!.GetValue<string>());
        Assert.Equal(1_290m, ahead["progress"]!["current"].Exact());
        Assert.Equal("ABANDONED", abandoned["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_alert_is_told_once_when_it_is_raised_and_only_from_the_kind_that_was_asked_for()
    {
        await _shop.IncomeAsync(1_000, 1_200);
        using var all = await TestStream.OpenAsync(Key, "subscription { alertRaised { kind message rule { name } } }");
        using var later = await TestStream.OpenAsync(Key, "subscription { alertRaised(minimum: ABOVE) { kind } }");
        await RuleAsync("low", "BELOW", "5000");
        await Key.WorkAsync();
        var low = await all.ValueAsync();
        await Key.WorkAsync();
        await RuleAsync("high", "ABOVE", "1");
        await Key.WorkAsync();

        Assert.Equal("low", low["rule"]!["name"]!.GetValue<string>());
        Assert.Equal("ABOVE", (await all.ValueAsync())["kind"]!.GetValue<string>());
        Assert.Equal("ABOVE", (await later.ValueAsync())["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_import_is_told_as_it_gets_on_and_its_stream_is_complete_when_it_has_ended()
    {
        var rows = string.Concat(Enumerable.Range(1, 5_000).Select(n =>
            $"{{\"externalId\":{{\"source\":\"shop\",\"id\":\"C-{n}\"}},\"displayName\":\"Nobody {n}\"}}\n"));
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(rows));
        var uploadId = await Key.UploadAsync("customers.jsonl", file);
        var started = await Key.DoAsync("bulkImport", "BulkImportInput",
            new { target = "CUSTOMERS", uploadId, format = "JSONL" }, "operation { id }");
        var services = _shop.Cloud.Services;
        using var stream = await TestStream.OpenAsync(Key,
            "subscription($id: ID!) { bulkOperationUpdated(id: $id) { status rowsDone rowsTotal } }",
            new { id = started["operation"]!["id"]!.GetValue<string>() });
        var states = new List<JsonNode> { await stream.ValueAsync() };

        // As the hosted worker does: it says after each chunk that something was saved, and at the end.
        var signal = services.GetRequiredService<ChangeSignal>();
        var files = services.GetRequiredService<UploadStore>().Open(Key.Tenant, Key.Mode);
        await services.GetRequiredService<ImportQueue>().RunPendingAsync(
            Key.Store, files, "test", () => signal.Notify(Key.Tenant, Key.Mode), default);
        signal.Tell(new(Key.Tenant, Key.Mode));
        while (await stream.NextAsync() is { } next)
        {
            states.Add(next["data"]!["bulkOperationUpdated"]!);
        }

        Assert.True(stream.IsComplete);
        Assert.Equal("QUEUED", states[0]["status"]!.GetValue<string>());
        Assert.Contains(states, state => state["status"]!.GetValue<string>() == "RUNNING");
        Assert.Equal(("SUCCEEDED", 5_000L),
            (states[^1]["status"]!.GetValue<string>(), states[^1]["rowsDone"]!.GetValue<long>()));
        var done = states.Select(state => state["rowsDone"]!.GetValue<long>()).ToList();
        Assert.Equal(done.Order(), done);
    }

    [Fact]
    public async Task A_run_of_a_worker_is_told_until_it_has_ended()
    {
        await Key.WorkAsync();
        var run = (await Key.GetAsync("{ jobRuns(first: 1) { nodes { id } } }"))["jobRuns"]!["nodes"]![0]!["id"]!;
        using var stream = await TestStream.OpenAsync(Key,
            "subscription($id: ID!) { jobRunUpdated(id: $id) { kind status } }", new { id = run.GetValue<string>() });

        Assert.Equal("SUCCEEDED", (await stream.ValueAsync())["status"]!.GetValue<string>());
        Assert.Null(await stream.NextAsync());
        Assert.True(stream.IsComplete);
    }

    private async Task<string> SegmentAsync(string expression)
    {
        var made = await Key.DoAsync("segmentCreate", "SegmentInput",
            new { key = "live", name = "Live", kind = "DYNAMIC", rule = new { expression } }, "segment { id }");
        await Key.WorkAsync();
        return made["segment"]!["id"]!.GetValue<string>();
    }

    private async Task<string> ObjectiveAsync()
    {
        var made = await Key.DoAsync("objectiveCreate", "ObjectiveInput", new
        {
            statement = "Increase net income to 1,500 by 2026-12-31", beneficiary = "ORGANIZATION", ownerName = "Ann",
        }, "objective { id }");
        return made["objective"]!["id"]!.GetValue<string>();
    }

    private async Task RuleAsync(string name, string kind, string threshold)
    {
        var kpi = (await Key.GetAsync("{ kpi(ref: {key: \"net_income\"}) { id } }"))["kpi"]!["id"]!.GetValue<string>();
        await Key.DoAsync("alertRuleSet", "AlertRuleInput", new
        {
            name, watchesId = kpi, condition = new { kind, threshold, periods = 1 }, cooldown = "P1D",
        }, "alertRule { id }");
    }
}
