using System.Text.Json;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using CrmCloud.Tests.Customers;

namespace CrmCloud.Tests.Interactions;

public sealed class FactMutationTests : IAsyncDisposable
{
    private readonly Desk _desk = new(buckets: 16);

    private DateTimeOffset At => _desk.Clock.Now.AddDays(-3);

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task A_repeat_changes_nothing_and_other_content_is_a_new_version()
    {
        await _desk.CustomerAsync(Given.Customer("1"));
        var order = Given.Order(Given.Ref("1"), "o1", 12.50m, At) with { Margin = new(Given.Pounds(3)) };

        await RecordAsync(order);
        await RecordAsync(order);
        var once = Assert.Single(await TransactionsAsync());
        await RecordAsync(order with { Margin = default, Amount = Given.Pounds(13) });

        var corrected = Assert.Single(await TransactionsAsync());
        Assert.Equal((1, 1250), (once.Version, once.AmountMinor));
        Assert.Equal((2, 1300, 300), (corrected.Version, corrected.AmountMinor, corrected.MarginMinor!.Value));
    }

    [Fact]
    public async Task Another_customer_moves_the_fact_and_back_again()
    {
        var ada = await _desk.CustomerAsync(Given.Customer("1"));
        var bob = await _desk.CustomerAsync(Given.Customer("2"));

        await RecordAsync(Given.Order(Given.Ref("1"), "o1", 10, At));
        await RecordAsync(Given.Order(Given.Ref("2"), "o1", 10, At));
        var moved = Assert.Single(await TransactionsAsync());
        await RecordAsync(Given.Order(Given.Ref("1"), "o1", 10, At));
        await RecordAsync(Given.Order(Given.Ref("1"), "o1", 11, At));

        Assert.Equal((bob.CustomerId, ada.CustomerId), (moved.CustomerId, moved.FormerCustomerId));
        var back = Assert.Single(await TransactionsAsync());
        Assert.Equal((ada.CustomerId, 1100), (back.CustomerId, back.AmountMinor));
    }

    [Fact]
    public async Task A_move_cut_off_before_its_write_is_finished_or_taken_back_by_the_next_caller()
    {
        var ada = await _desk.CustomerAsync(Given.Customer("1"));
        var bob = await _desk.CustomerAsync(Given.Customer("2"));
        await RecordAsync(Given.Order(Given.Ref("1"), "o1", 10, At));
        var claim = (await _desk.AllClaimsAsync()).Single(c => c.ClaimKind == FactDecisions.TransactionClaim);
        await _desk.Caller.Store.SaveAsync(Batch.Of(claim with
        {
            OwnerId = bob.CustomerId,
            PreviousOwnerId = ada.CustomerId,
            TakenAt = _desk.Clock.Now,
        }), default);

        var early = await RecordAsync(Given.Order(Given.Ref("1"), "o1", 11, At));
        _desk.Clock.Advance(TimeSpan.FromMinutes(1));
        var late = await RecordAsync(Given.Order(Given.Ref("1"), "o1", 11, At));

        Assert.Equal(UserErrorCode.TryAgain, Assert.Single(early.UserErrors).Code);
        Assert.Empty(late.UserErrors);
        Assert.Equal((ada.CustomerId, 1100),
            (Assert.Single(await TransactionsAsync()).CustomerId, late.Payload!.Transaction!.AmountMinor));
        claim = (await _desk.AllClaimsAsync()).Single(c => c.ClaimKind == FactDecisions.TransactionClaim);
        Assert.Equal(ada.CustomerId, claim.OwnerId);
    }

    [Fact]
    public async Task A_deleted_transaction_can_be_recorded_again()
    {
        await _desk.CustomerAsync(Given.Customer("1"));
        var order = Given.Order(Given.Ref("1"), "o1", 10, At);
        var recorded = (await RecordAsync(order)).Payload!.Transaction!;

        var deleted = await DeleteAsync(recorded.Id);
        var none = await TransactionsAsync();
        var again = await DeleteAsync(recorded.Id);
        await RecordAsync(order);

        Assert.Equal(recorded.Id, deleted.Payload!.DeletedId);
        Assert.Empty(none);
        Assert.Equal(UserErrorCode.NotFound, Assert.Single(again.UserErrors).Code);
        Assert.Single(await TransactionsAsync());
    }

    [Theory]
    [InlineData("EUR", 10, "currency")]
    [InlineData("GBP", -1, "amount")]
    [InlineData("GBP", 1e18, "amount")]
    public async Task Other_currencies_and_impossible_amounts_are_refused(string currency, double amount, string field)
    {
        await _desk.CustomerAsync(Given.Customer("1"));
        var order = Given.Order(Given.Ref("1"), "o1", 1, At) with
        {
            Amount = new() { Amount = (decimal)amount, Currency = Currency.Parse(currency) },
        };

        var result = await RecordAsync(order);

        Assert.Equal(field, Assert.Single(result.UserErrors).Field![^1]);
        Assert.Empty(await TransactionsAsync());
    }

    [Fact]
    public async Task An_interaction_of_an_unknown_identity_makes_one_anonymous_customer()
    {
        InteractionInput Visit(string id) => Given.Interaction(new(), "visit", At, id) with
        {
            Customer = null,
            Identity = Given.Identity(IdentityKind.Cookie, "c-1"),
        };

        var first = await InteractAsync(Visit("1"));
        var second = await InteractAsync(Visit("2"));
        var dry = await InteractAsync(Visit("3") with { Identity = Given.Identity(IdentityKind.Cookie, "c-2") },
            new() { DryRun = true });

        var customer = Assert.Single(await _desk.AllCustomersAsync());
        Assert.Empty(dry.UserErrors);
        Assert.Equal(customer.Id, first.Payload!.Customer!.Id);
        Assert.Equal(customer.CustomerId, second.Payload!.Interaction!.CustomerId);
        Assert.Equal(2, (await InteractionsAsync()).Count);
    }

    [Fact]
    public async Task Fifty_first_visits_at_once_make_one_customer_and_one_interaction()
    {
        var visit = Given.Interaction(new(), "visit", At, "1") with
        {
            Customer = null,
            Identity = Given.Identity(IdentityKind.Cookie, "c-1"),
        };

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => InteractAsync(visit))));

        Assert.All(results, r => Assert.Empty(r.UserErrors));
        Assert.Single(await _desk.AllCustomersAsync());
        Assert.Single(await InteractionsAsync());
    }

    [Fact]
    public async Task A_list_of_interactions_says_which_were_there_before()
    {
        await _desk.CustomerAsync(Given.Customer("1"));
        var input = new InteractionsInput
        {
            Items =
            [
                Given.Interaction(Given.Ref("1"), "visit", At, "a"),
                Given.Interaction(Given.Ref("1"), "visit", At, "a"),
                Given.Interaction(Given.Ref("?"), "visit", At, "b"),
            ],
        };

        var result = (await _desk.RunListAsync<InteractionsInput, InteractionsRecordPayload>(
            _desk.Interactions.InteractionsRecordAsync, input)).Payload!;

        Assert.Equal(2, result.Accepted);
        Assert.Equal([null, result.Results[0].Id, null], result.Results.Select(r => r.DuplicateOf));
        Assert.Equal(UserErrorCode.NotFound, Assert.Single(result.Results[2].UserErrors).Code);
    }

    [Fact]
    public async Task Properties_must_be_an_object_and_null_clears_them()
    {
        await _desk.CustomerAsync(Given.Customer("1"));
        JsonElement? Json(string text) => JsonDocument.Parse(text).RootElement;
        var visit = Given.Interaction(Given.Ref("1"), "visit", At, "a");

        var refused = await InteractAsync(visit with { Properties = new(Json("[1]")) });
        await InteractAsync(visit with { Properties = new(Json("{\"page\": 1}")) });
        var kept = await InteractAsync(visit with { Satisfaction = 5 });
        var cleared = await InteractAsync(visit with { Properties = new(null) });

        Assert.Equal("properties", Assert.Single(refused.UserErrors).Field![^1]);
        Assert.Equal(1, kept.Payload!.Interaction!.Properties!.Value.GetProperty("page").GetInt32());
        Assert.Null(cleared.Payload!.Interaction!.Properties);
        Assert.Equal(5, cleared.Payload.Interaction.Satisfaction);
    }

    [Fact]
    public async Task A_measurement_is_corrected_under_its_external_id()
    {
        var input = new MeasurementInput
        {
            ExternalId = Given.Id("m1"), Key = "net_income", At = new(2026, 1, 1), Amount = 100,
        };
        Task<MutationResult<MeasurementRecordPayload>> Run(MeasurementInput m) =>
            _desk.RunAsync<MeasurementInput, MeasurementRecordPayload>(_desk.Facts.MeasurementRecordAsync, m);

        await Run(input);
        await Run(input);
        await Run(input with { Amount = 101 });

        var stored = Assert.Single(await _desk.AllAsync<Measurement>(Container.Interactions, "measurement", [""]));
        Assert.Equal((2, 101m), (stored.Version, stored.Amount));
    }

    private Task<MutationResult<TransactionRecordPayload>> RecordAsync(TransactionInput input) =>
        _desk.RunAsync<TransactionInput, TransactionRecordPayload>(_desk.Facts.TransactionRecordAsync, input);

    private Task<MutationResult<TransactionDeletePayload>> DeleteAsync(string id) =>
        _desk.RunAsync<CrmCloud.Core.Tenants.IdInput,
            TransactionDeletePayload>(_desk.Facts.TransactionDeleteAsync, new(id));

    private Task<MutationResult<InteractionRecordPayload>> InteractAsync(
        InteractionInput input, MutationOptions? options = null) =>
        _desk.RunAsync<InteractionInput, InteractionRecordPayload>(
            _desk.Interactions.InteractionRecordAsync, input, options);

    private Task<IReadOnlyList<Transaction>> TransactionsAsync() =>
        _desk.AllAsync<Transaction>(Container.Interactions, "transaction");

    private Task<IReadOnlyList<Interaction>> InteractionsAsync() =>
        _desk.AllAsync<Interaction>(Container.Interactions, "interaction");
}
