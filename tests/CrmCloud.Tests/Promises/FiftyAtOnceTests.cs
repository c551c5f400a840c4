namespace CrmCloud.Tests.Promises;

/// <summary>Deletions and conditional changes under one idempotency key: sent 50 times at once, done once.</summary>
public sealed class FiftyAtOnceTests : IAsyncLifetime
{
    private static readonly string Delete = TestKey.Text1(
        "transactionDelete", "IdInput", "deletedId meta { replayed }");

    private static readonly string Record =
        TestKey.Text1(
            "transactionRecord", "TransactionInput", "transaction { id amount { amount } } meta { replayed }");

    private TestCloud _cloud = null!;
    private TestKey _shop = null!;
    private string _customer = "";

    public async Task InitializeAsync()
    {
        _cloud = await TestCloud.StartAsync();
        _shop = await _cloud.TenantAsync("shop");
        _customer = await Texts.MakeAsync(_shop, "1");
    }

    public Task DisposeAsync() => _cloud.DisposeAsync().AsTask();

    [Fact]
    public async Task A_deletion_is_one_and_all_fifty_are_told_that_it_was_done()
    {
        var id = await OrderAsync("o1");
        var audits = AuditEntries();

        var answers = await FiftyAsync(Delete, new { input = new { id }, options = new { idempotencyKey = "k" } });

        Assert.Empty(answers[0].UserErrors("transactionDelete"));
        AssertOneEffect(answers, "transactionDelete");
        Assert.Equal(audits + 1, AuditEntries());

        // Recorded again since: a late repeat of the deletion must not take the new one away.
        var again = await OrderAsync("o1");
        var late = await _shop.AskAsync(Delete, new { input = new { id }, options = new { idempotencyKey = "k" } });
        Assert.Equal(Texts.Plain(answers[0]), Texts.Plain(late));
        Assert.NotNull((await _shop.GetAsync("query($id: ID!) { node(id: $id) { id } }", new { id = again }))["node"]);
    }

    [Fact]
    public async Task A_deletion_without_a_key_is_done_for_one_and_unknown_to_the_others()
    {
        var id = await OrderAsync("o1");
        var audits = AuditEntries();

        var answers = await FiftyAsync(Delete, new { input = new { id } });

        Assert.Single(answers, a => a.UserErrors("transactionDelete") is []);
        Assert.Equal(49, answers.Count(a => a.UserErrors("transactionDelete") is ["NOT_FOUND"]));
        Assert.Equal(audits + 1, AuditEntries());
    }

    [Fact]
    public async Task A_change_with_ifVersion_and_a_key_is_one_and_none_of_the_fifty_is_told_of_a_conflict()
    {
        var answers = await FiftyAsync(Texts.Update, Change("k"));

        Assert.Empty(answers[0].UserErrors("customerUpdate"));
        AssertOneEffect(answers, "customerUpdate");
        Assert.Equal(2, Number(answers[0]));
    }

    [Fact]
    public async Task Fifty_changes_with_ifVersion_and_keys_of_their_own_are_one_change_and_49_conflicts()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(i => Task.Run(() => _shop.AskAsync(Texts.Update, Change($"k{i}", $"C{i}")))));

        var done = Assert.Single(answers, a => a.UserErrors("customerUpdate") is []);
        Assert.Equal(49, answers.Count(a => a.UserErrors("customerUpdate") is ["CONFLICT"]));
        Assert.Equal(2, Number(done));
    }

    [Fact]
    public async Task One_key_for_two_contents_at_once_is_one_effect_and_mismatches()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() =>
            _shop.AskAsync(
                Record, new { input = Order("o1", $"{1 + (i % 2)}.00"), options = new { idempotencyKey = "k" } }))));

        var done = answers.Where(a => a.UserErrors("transactionRecord") is []).ToList();
        Assert.Equal(25, done.Count);
        Assert.Single(done.Select(Texts.Plain).Distinct());
        Assert.Equal(25, answers.Count(a => a.UserErrors("transactionRecord") is ["IDEMPOTENCY_MISMATCH"]));
    }

    private Task<TestAnswer[]> FiftyAsync(string text, object variables) =>
        Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => _shop.AskAsync(text, variables))));

    private static void AssertOneEffect(TestAnswer[] answers, string mutation)
    {
        Assert.Single(answers.Select(Texts.Plain).Distinct());
        Assert.Equal(49, answers.Count(a => a.Json["data"]![mutation]!["meta"]!["replayed"]!.GetValue<bool>()));
    }

    private int AuditEntries() =>
        _cloud.Documents().Keys.Count(key => key.Contains("|audit/", StringComparison.Ordinal));

    private async Task<string> OrderAsync(string id) =>
        (await _shop.DoAsync("transactionRecord", "TransactionInput", Order(id, "1.00"), "transaction { id }"))
            ["transaction"]!["id"]!.GetValue<string>();

    private object Order(string id, string amount) => new
    {
        externalId = new { source = "till", id },
        customer = new { id = _customer },
        kind = "PURCHASE",
        amount = new { amount, currency = "GBP" },
        at = "2026-02-20T10:00:00Z",
    };

    private object Change(string key, string country = "FR") => new
    {
        input = new { customer = new { id = _customer }, set = new { country } },
        options = new { idempotencyKey = key, ifVersion = 1 },
    };

    private static long Number(TestAnswer answer) =>
        answer.Json["data"]!["customerUpdate"]!["customer"]!["version"]!.GetValue<long>();
}
