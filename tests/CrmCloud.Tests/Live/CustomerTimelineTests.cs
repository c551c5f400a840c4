using System.Text;
using System.Text.Json.Nodes;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Live;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using CrmCloud.Tests.Personalization;

namespace CrmCloud.Tests.Live;

/// <summary>What comes onto a customer's time line, told as it is saved.</summary>
public sealed class CustomerTimelineTests : IAsyncLifetime
{
    private const string Fields = "kind at title channel node { __typename id ... on Interaction { summary } }";
    private const string Live = $"subscription($id: ID!) {{ customerTimeline(customerId: $id) {{ {Fields} }} }}";

    private ActionShop _shop = null!;

    private TestKey Key => _shop.Key;

    public async Task InitializeAsync() => _shop = await ActionShop.OpenAsync();

    public async Task DisposeAsync() => await _shop.DisposeAsync();

    [Fact]
    public async Task Every_kind_of_entry_is_told_once_in_the_order_of_saving_and_as_the_query_says_it()
    {
        await _shop.ActionAsync("tea");
        await _shop.CustomerAsync("ann");
        await _shop.CustomerAsync("bob");
        await _shop.ConsentAsync("ann");
        await _shop.WorkAsync();
        var id = await IdAsync("ann");
        var offer = ActionShop.IdOf(await _shop.RecommendAsync("ann"), "tea");
        var before = await LineAsync(id);
        using var stream = await TestStream.OpenAsync(Key, Live, new { id });
        var told = new List<JsonNode>();

        await HearAsync(() => _shop.InteractAsync("ann", "INBOUND", "PHONE"));
        await HearAsync(() => _shop.RecordAsync(offer, "SHOWN"));
        await HearAsync(() => OrderAsync("ann", "late", "300.00", _shop.Clock.Now.AddDays(-20)));
        await HearAsync(() => _shop.ConsentAsync("ann", status: "REVOKED"));
        await HearAsync(() => _shop.ConsentAsync("ann", channel: "PHONE"));
        await _shop.WorkAsync();
        var moves = (await LineAsync(id, "[SEGMENT_CHANGE]")).Except(before).ToList();
        while (told.Count < 5 + moves.Count)
        {
            told.Add(await stream.ValueAsync());
        }

        Assert.NotEmpty(moves);
        Assert.Equal(
            ["INTERACTION", "RECOMMENDATION", "TRANSACTION", "CONSENT", "CONSENT"],
            told.Take(5).Select(one => one["kind"]!.GetValue<string>()));
        var after = await LineAsync(id);
        Assert.Equal(after.Except(before).Order(), told.Select(one => one.ToJsonString()).Order());

        async Task HearAsync(Func<Task> happens)
        {
            // Others' entries lie between one's own.
            _shop.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await _shop.InteractAsync("bob", "INBOUND", "PHONE");
            await happens();
            told.Add(await stream.ValueAsync());
        }
    }

    [Fact]
    public async Task A_corrected_fact_and_what_becomes_of_a_recommendation_are_told_again_and_a_repeat_is_not()
    {
        await _shop.ActionAsync("tea");
        await _shop.CustomerAsync("ann");
        await _shop.ConsentAsync("ann");
        await _shop.WorkAsync();
        var id = await IdAsync("ann");
        var offer = ActionShop.IdOf(await _shop.RecommendAsync("ann"), "tea");
        using var stream = await TestStream.OpenAsync(Key, Live, new { id });
        var told = new List<string>();

        await HearAsync(() => OrderAsync("ann", "one", "1.00", _shop.Clock.Now.AddDays(-1)));
        await OrderAsync("ann", "one", "1.00", _shop.Clock.Now.AddDays(-1));
        await HearAsync(() => OrderAsync("ann", "one", "2.00", _shop.Clock.Now.AddDays(-1)));
        await HearAsync(() => _shop.RecordAsync(offer, "SHOWN"));
        await HearAsync(() => _shop.RecordAsync(offer, "ACCEPTED"));

        Assert.Equal(["PURCHASE 1.00 GBP", "PURCHASE 2.00 GBP", "SHOWN tea", "ACCEPTED tea"], told);

        async Task HearAsync(Func<Task> happens)
        {
            await happens();
            told.Add(TitleOf(await stream.ValueAsync()));
        }
    }

    [Fact]
    public async Task An_import_of_long_ago_is_told_to_the_last_row_to_whom_it_concerns_and_only_once()
    {
        const int Rows = 3_000;
        await _shop.CustomerAsync("ann");
        await _shop.CustomerAsync("bob");
        using var ann = await TestStream.OpenAsync(Key, Live, new { id = await IdAsync("ann") });
        using var bob = await TestStream.OpenAsync(Key, Live, new { id = await IdAsync("bob") });
        var rows = Enumerable.Range(1, Rows).Select(n => new
        {
            externalId = new { source = "old", id = $"{n}" }, customer = ActionShop.Ref(n % 3 == 0 ? "bob" : "ann"),
            channel = "WEB", direction = "INBOUND", type = $"row-{n}",
            occurredAt = new DateTimeOffset(2001, 1, 1, 0, 0, 0, default).AddMinutes(Rows - n),
        });
        var text = string.Join('\n', rows.Select(row => System.Text.Json.JsonSerializer.Serialize(row)));
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var uploadId = await Key.UploadAsync("old.jsonl", file);
        await Key.DoAsync("bulkImport", "BulkImportInput",
            new { target = "INTERACTIONS", uploadId, format = "JSONL" }, "operation { id }");

        await _shop.WorkAsync();
        await _shop.InteractAsync("ann", "INBOUND", "WEB");
        await _shop.InteractAsync("bob", "INBOUND", "WEB");

        Assert.Equal(Numbers(n => n % 3 != 0), await UntilNoteAsync(ann));
        Assert.Equal(Numbers(n => n % 3 == 0), await UntilNoteAsync(bob));

        static IEnumerable<string> Numbers(Func<int, bool> mine) =>
            Enumerable.Range(1, Rows).Where(mine).Select(n => $"row-{n}").Order();

        static async Task<IEnumerable<string>> UntilNoteAsync(TestStream stream)
        {
            var told = new List<string>();
            while (true)
            {
                var one = await stream.ValueAsync();
                if (TitleOf(one) == "note")
                {
                    return told.Order();
                }

                if (one["kind"]!.GetValue<string>() == "INTERACTION")
                {
                    told.Add(TitleOf(one));
                }
            }
        }
    }

    [Fact]
    public async Task What_another_process_saves_is_told_within_two_seconds_and_what_was_saved_before_is_not()
    {
        await _shop.CustomerAsync("ann");
        var id = await IdAsync("ann");
        var elsewhere = Key.Cloud.Stores.Open(Key.Tenant, Key.Mode);
        for (var batch = 0; batch < 20; batch++)
        {
            await elsewhere.SaveAsync(
                Batch.Of([.. Enumerable.Range(0, 100).Select(_ => Call("before"))]), default);
        }

        using var stream = await TestStream.OpenAsync(Key, Live, new { id });

        // Nothing but the document on disk: no signal, no work.
        foreach (var name in new[] { "first", "second" })
        {
            await elsewhere.SaveAsync(Batch.Of(Call(name)), default);
            var told = await TestStream.WhileTimePassesAsync(stream.ValueAsync(), _shop.Clock, LiveLimits.LookEvery);
            Assert.Equal(name, TitleOf(told));
        }

        Interaction Call(string type) => new()
        {
            FactId = Guid.NewGuid().ToString("N"), CustomerId = GlobalId.Local(id, "Customer")!,
            Channel = Channel.Phone, Direction = FlowDirection.Inbound, Type = type, At = _shop.Clock.Now,
            ReceivedAt = _shop.Clock.Now,
        };
    }

    [Fact]
    public async Task Another_tenants_customer_is_an_unknown_one()
    {
        await _shop.CustomerAsync("ann");
        var other = await Key.Cloud.TenantAsync("blue-shop");
        var answers = new List<string>();
        var unknown = GlobalId.Of("Customer", GlobalId.Local(await IdAsync("ann"), "Customer")![..^1] + "x");
        foreach (var id in new[] { await IdAsync("ann"), unknown, "x", "" })
        {
            using var stream = await TestStream.OpenAsync(other, Live, new { id });
            var error = (await stream.NextAsync())!["errors"]![0]!;
            error["extensions"]!.AsObject().Remove("requestId");
            answers.Add(error.ToJsonString());
            Assert.Null(await stream.NextAsync());
        }

        Assert.Contains("\"NOT_FOUND\"", answers[0], StringComparison.Ordinal);
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task A_key_with_less_hears_less_free_text_is_masked_and_moves_are_left_out()
    {
        await _shop.CustomerAsync("ann", orders: 0);
        await _shop.WorkAsync();
        var id = await IdAsync("ann");
        var made = await Key.DoAsync("appCreate", "AppCreateInput", new
        {
            name = "till", scopes = new[] { "CUSTOMERS_READ", "INTERACTIONS_READ" }, mode = "LIVE",
        }, "secret");
        var till = Key with { Text = made["secret"]!.GetValue<string>() };
        using var all = await TestStream.OpenAsync(Key, Live, new { id });
        using var less = await TestStream.OpenAsync(till, Live, new { id });

        await OrderAsync("ann", "one", "300.00", _shop.Clock.Now.AddDays(-1));
        await _shop.WorkAsync();
        await Key.DoAsync("interactionRecord", "InteractionInput", new
        {
            customer = ActionShop.Ref("ann"), channel = "PHONE", direction = "INBOUND", type = "call",
            occurredAt = _shop.Clock.Now, summary = "She is moving house",
        }, "interaction { id }");

        var (heard, masked) = (await UntilCallAsync(all), await UntilCallAsync(less));
        Assert.Equal("She is moving house", heard[^1]["node"]!["summary"]!.GetValue<string>());
        Assert.Equal("***", masked[^1]["node"]!["summary"]!.GetValue<string>());
        Assert.Contains(heard, one => one["kind"]!.GetValue<string>() == "SEGMENT_CHANGE");
        Assert.Equal(["PURCHASE 300.00 GBP", "call"], masked.Select(TitleOf));

        static async Task<List<JsonNode>> UntilCallAsync(TestStream stream)
        {
            var told = new List<JsonNode>();
            do
            {
                told.Add(await stream.ValueAsync());
            }
            while (TitleOf(told[^1]) != "call");
            return told;
        }
    }

    [Fact]
    public async Task Of_a_history_that_keeps_its_newest_hundred_only_the_new_event_is_told()
    {
        await _shop.CustomerAsync("ann");
        var id = await IdAsync("ann");
        for (var turn = 0; turn < 101; turn++)
        {
            _shop.Clock.Advance(TimeSpan.FromSeconds(1));
            await _shop.ConsentAsync("ann", status: turn % 2 == 0 ? "GRANTED" : "REVOKED");
        }

        using var stream = await TestStream.OpenAsync(Key, Live, new { id });
        await _shop.ConsentAsync("ann", status: "REVOKED");
        await _shop.InteractAsync("ann", "INBOUND", "WEB");

        Assert.Equal("REVOKED marketing", TitleOf(await stream.ValueAsync()));
        Assert.Equal("note", TitleOf(await stream.ValueAsync()));
    }

    private static string TitleOf(JsonNode entry) => entry["title"]!.GetValue<string>();

    private async Task<string> IdAsync(string name) => (await Key.GetAsync(
        "query($ref: Ref!) { customer(ref: $ref) { id } }", new { @ref = ActionShop.Ref(name) }))["customer"]!["id"]!
        .GetValue<string>();

    private async Task<IReadOnlyList<string>> LineAsync(string id, string kinds = "null") =>
        [.. (await Key.GetAsync(
            $"query($id: ID!) {{ customer(ref: {{id: $id}}) {{ timeline(kinds: {kinds}) {{ "
            + $"nodes {{ {Fields} }} }} }} }}",
            new { id }))["customer"]!["timeline"]!["nodes"]!.AsArray().Select(one => one!.ToJsonString())];

    private Task<JsonNode> OrderAsync(string name, string order, string amount, DateTimeOffset at) =>
        Key.DoAsync("transactionRecord", "TransactionInput", new
        {
            externalId = new { source = "late", id = order }, customer = ActionShop.Ref(name), kind = "PURCHASE",
            amount = new { amount, currency = "GBP" }, at,
        }, "transaction { id }");
}
