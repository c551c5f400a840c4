namespace CrmCloud.Tests.Promises;

/// <summary>A request that is sent again, for whatever reason, has one effect and one answer.</summary>
public sealed class IdempotencyTests
{
    [Fact]
    public async Task The_same_key_50_times_at_once_has_one_effect_and_50_equal_answers()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var variables =
            new { input = new { displayName = "Ada Lovelace" }, options = new { idempotencyKey = "order-1" } };

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => Task.Run(() => shop.AskAsync(Texts.Create, variables))));

        Assert.Single(answers.Select(Texts.Plain).Distinct());
        Assert.Empty(answers[0].UserErrors("customerCreate"));
        Assert.Single(Customers(cloud));
        Assert.Equal(49, answers.Count(a => a.Json["data"]!["customerCreate"]!["meta"]!["replayed"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task The_same_key_with_other_input_is_a_mismatch_and_changes_nothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        await shop.AskAsync(Texts.Create, new { input = Texts.Customer("1"), options = new { idempotencyKey = "k" } });
        var before = cloud.Documents();

        var other = await shop.AskAsync(
            Texts.Create, new { input = Texts.Customer("2"), options = new { idempotencyKey = "k" } });

        Assert.Equal(["IDEMPOTENCY_MISMATCH"], other.UserErrors("customerCreate"));
        Assert.Equal(before, cloud.Documents());
    }

    [Fact]
    public async Task A_key_is_kept_over_a_restart_and_for_24_hours_and_is_free_after()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var variables = new { input = new { displayName = "Ada Lovelace" }, options = new { idempotencyKey = "k" } };
        var first = await shop.AskAsync(Texts.Create, variables);

        await cloud.RestartAsync();
        var afterRestart = await shop.AskAsync(Texts.Create, variables);
        cloud.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        var atTheEnd = await shop.AskAsync(Texts.Create, variables);
        cloud.Clock.Advance(TimeSpan.FromSeconds(2));
        var afterwards = await shop.AskAsync(
            Texts.Create, new { input = new { displayName = "Grace" }, options = new { idempotencyKey = "k" } });

        Assert.Equal(Texts.Plain(first), Texts.Plain(afterRestart));
        Assert.Equal(Texts.Plain(first), Texts.Plain(atTheEnd));
        Assert.Empty(afterwards.UserErrors("customerCreate"));
        Assert.Null(afterwards.ErrorCode);
        Assert.Equal(
            "Grace", afterwards.Json["data"]!["customerCreate"]!["customer"]!["displayName"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_header_makes_each_mutation_of_a_document_repeatable()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        const string two = "mutation { a: customerCreate(input: { displayName: \"A\" }) { customer { id } } "
            + "b: customerCreate(input: { displayName: \"B\" }) { customer { id } } }";

        var first = await shop.AskAsync(two, null, ("Idempotency-Key", "doc-1"));
        var again = await shop.AskAsync(two, null, ("Idempotency-Key", "doc-1"));
        var other = await shop.AskAsync(two, null, ("Idempotency-Key", "doc-2"));

        Assert.Equal(Texts.Plain(first), Texts.Plain(again));
        Assert.NotEqual(Texts.Plain(first), Texts.Plain(other));
        Assert.Equal(4, Customers(cloud).Count);
    }

    [Fact]
    public async Task A_refusal_is_not_kept_so_the_mended_request_may_use_the_same_key()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var owner = await Texts.MakeAsync(shop, "1");
        var before = cloud.Documents();
        var options = new { idempotencyKey = "k" };

        var refused = await shop.AskAsync(Texts.Create, new { input = Texts.Customer("1"), options });
        var untouched = cloud.Documents();
        var mended = await shop.AskAsync(Texts.Create, new { input = Texts.Customer("2"), options });

        Assert.Equal(["MERGE_BLOCKED"], refused.UserErrors("customerCreate"));
        Assert.Equal(before, untouched);
        Assert.Empty(mended.UserErrors("customerCreate"));
        Assert.NotEqual(owner, mended.Json["data"]!["customerCreate"]!["customer"]!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_dry_run_says_what_would_happen_and_leaves_every_document_of_the_store_as_it_was()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var id = await Texts.MakeAsync(shop, "1");
        var before = cloud.Documents();
        var options = new { dryRun = true, idempotencyKey = "k" };

        var create = await shop.AskAsync(Texts.Create, new { input = Texts.Customer("2"), options });
        var update = await shop.AskAsync(
            Texts.Update, new { input = new { customer = new { id }, set = new { country = "France" } }, options });

        Assert.Equal(before, cloud.Documents());
        Assert.True(create.Json["data"]!["customerCreate"]!["meta"]!["dryRun"]!.GetValue<bool>());
        Assert.Empty(create.UserErrors("customerCreate"));
        Assert.Contains("\"after\":\"France\"", update.Text, StringComparison.Ordinal);
    }

    private static List<string> Customers(TestCloud cloud) =>
        [.. cloud.Documents().Keys.Where(key => key.Contains("|customer/", StringComparison.Ordinal))];
}
