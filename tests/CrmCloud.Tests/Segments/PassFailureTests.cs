using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Segments;

/// <summary>What people see of an evaluation of everybody that stops half way, and what becomes of it.</summary>
public sealed class PassFailureTests
{
    private const string Runs =
        "{ jobRuns(kind: [SEGMENT], first: 50) { nodes { id status attempt error finishedAt trigger } } }";

    [Fact]
    public async Task A_pass_that_fails_says_so_and_the_next_visit_does_it_again()
    {
        await using var cloud = await TestCloud.StartAsync(configure: HookedStore.Install);
        var shop = await OpenAsync(cloud);

        ((HookedStore)cloud.Stores).Saving = batch =>
        {
            if (batch.Writes.Any(write => write.Key.Kind == "members"))
            {
                throw new IOException("The disk is full.");
            }
        };
        await Assert.ThrowsAnyAsync<Exception>(shop.WorkAsync);
        cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<Exception>(shop.WorkAsync);

        var failed = Assert.Single(await RunsAsync(shop))!;
        Assert.Equal(("FAILED", 2), (failed["status"]!.GetValue<string>(), failed["attempt"]!.GetValue<int>()));
        Assert.Contains("tried again", failed["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotNull(failed["finishedAt"]);
        var (stale, size) = await FreshAsync(shop);
        Assert.Equal((true, 0), (stale is not null, size));

        ((HookedStore)cloud.Stores).Saving = null;
        cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        await shop.WorkAsync();

        var done = Assert.Single(await RunsAsync(shop))!;
        Assert.Equal(
            (failed["id"]!.GetValue<string>(), "SUCCEEDED", 3, null),
            (done["id"]!.GetValue<string>(), done["status"]!.GetValue<string>(), done["attempt"]!.GetValue<int>(),
                done["error"]));
        Assert.Equal((null, 1), await FreshAsync(shop));
    }

    [Fact]
    public async Task A_pass_whose_process_died_is_taken_up_again_and_never_stays_running()
    {
        await using var cloud = await TestCloud.StartAsync(configure: HookedStore.Install);
        var shop = await OpenAsync(cloud);
        var dead = false;
        ((HookedStore)cloud.Stores).Saving = batch =>
        {
            dead |= batch.Writes.Any(write => write.Key.Kind == "members");
            if (dead)
            {
                throw new IOException("Nobody is there any more.");
            }
        };
        await Assert.ThrowsAnyAsync<Exception>(shop.WorkAsync);
        Assert.Equal("RUNNING", Assert.Single(await RunsAsync(shop))!["status"]!.GetValue<string>());

        ((HookedStore)cloud.Stores).Saving = null;
        cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        await shop.WorkAsync();

        Assert.Equal("SUCCEEDED", Assert.Single(await RunsAsync(shop))!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_pass_that_was_cut_off_and_is_not_wanted_any_more_has_failed()
    {
        await using var cloud = await TestCloud.StartAsync(configure: HookedStore.Install);
        var shop = await OpenAsync(cloud);
        ((HookedStore)cloud.Stores).Saving = batch =>
        {
            if (batch.Writes.Any(write => write.Key.Kind is "members"
                || (write.Key.Kind == "jobrun" && write.Key.Id.Contains("DefinitionChange", StringComparison.Ordinal)
                    && write.Document?.Version > 0)))
            {
                throw new IOException("Nobody is there any more.");
            }
        };
        await Assert.ThrowsAnyAsync<Exception>(shop.WorkAsync);
        Assert.Equal("RUNNING", Assert.Single(await RunsAsync(shop))!["status"]!.GetValue<string>());

        ((HookedStore)cloud.Stores).Saving = null;
        cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        var segment = await shop.GetAsync("{ segment(ref: {key: \"buyers\"}) { id } }");
        await shop.DoAsync(
            "segmentDelete", "IdInput", new { id = segment["segment"]!["id"]!.GetValue<string>() }, "deletedId");
        await shop.WorkAsync();

        Assert.DoesNotContain(await RunsAsync(shop), run => run!["status"]!.GetValue<string>() == "RUNNING");
    }

    private static async Task<TestKey> OpenAsync(TestCloud cloud)
    {
        var shop = await cloud.TenantAsync("shop");
        await shop.DoAsync("customerCreate", "CustomerInput",
            new { externalIds = new[] { new { source = "shop", id = "ann" } } }, "customer { id }");
        await shop.DoAsync("transactionRecord", "TransactionInput", new
        {
            externalId = new { source = "till", id = "1" }, kind = "PURCHASE", at = cloud.Clock.Now.AddDays(-1),
            customer = new { externalId = new { source = "shop", id = "ann" } },
            amount = new { amount = "20.00", currency = "GBP" },
        }, "transaction { id }");
        await shop.DoAsync("segmentCreate", "SegmentInput",
            new { key = "buyers", name = "One", kind = "DYNAMIC", rule = new { expression = "frequency >= 1" } }, "");
        return shop;
    }

    private static async Task<IReadOnlyList<JsonNode?>> RunsAsync(TestKey shop) =>
        [.. (await shop.GetAsync(Runs))["jobRuns"]!["nodes"]!.AsArray()
            .Where(run => run!["trigger"]!.GetValue<string>() == "DEFINITION_CHANGE")];

    private static async Task<(string? Stale, int Size)> FreshAsync(TestKey shop)
    {
        var segment = (await shop.GetAsync(
            "{ segment(ref: {key: \"buyers\"}) { size { value } freshness { staleReason } } }"))["segment"]!;
        return (segment["freshness"]!["staleReason"]?.GetValue<string>(), segment["size"]!["value"]!.GetValue<int>());
    }
}
