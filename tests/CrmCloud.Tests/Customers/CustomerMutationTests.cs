using CrmCloud.Core.Customers;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Tests.Customers;

public sealed class CustomerMutationTests : IAsyncDisposable
{
    private readonly Desk _desk = new();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task An_upsert_creates_once_and_then_finds()
    {
        var input = Given.Upsert(new() { DisplayName = "Ada", Email = " Ada@Example.com " }, Given.Match("1"));

        var first = await UpsertAsync(input);
        var second = await UpsertAsync(input);
        var third = await UpsertAsync(input with { Customer = new() { Country = "GB" } });

        Assert.Equal(UpsertOutcome.Created, first.Payload!.Outcome);
        Assert.Equal(UpsertOutcome.Unchanged, second.Payload!.Outcome);
        Assert.Equal(UpsertOutcome.Updated, third.Payload!.Outcome);
        Assert.Equal(first.Payload.Customer!.Id, third.Payload.Customer!.Id);
        Assert.Equal("ada@example.com", third.Payload.Customer.Email);
        Assert.Equal("Ada", third.Payload.Customer.DisplayName);
        Assert.Equal(2, third.Payload.Customer.Version);
        Assert.Equal(2, (await _desk.AllCustomersAsync()).Single().Version);
    }

    [Fact]
    public async Task Absent_is_unchanged_and_null_is_cleared()
    {
        var ada = await _desk.CustomerAsync(new() { DisplayName = "Ada", Country = "GB", Email = "a@b.c" });

        var result = await _desk.RunAsync<CustomerUpdateInput, CustomerUpdatePayload>(
            _desk.Customers.CustomerUpdateAsync,
            new() { Customer = Given.Ref(ada), Set = new() { Country = new(null) } });

        Assert.Null(result.Payload!.Customer!.Country);
        Assert.Equal("Ada", result.Payload.Customer.DisplayName);
        Assert.Equal("a@b.c", result.Payload.Customer.Email);
    }

    [Fact]
    public async Task Keys_of_two_customers_are_never_merged_silently()
    {
        var ada = await _desk.CustomerAsync(Given.Customer("1"));
        var bob = await _desk.CustomerAsync(Given.Customer("2"));

        var result = await UpsertAsync(Given.Upsert(new() { DisplayName = "?" }, Given.Match("1"), Given.Match("2")));

        Assert.Equal(UserErrorCode.MergeBlocked, Assert.Single(result.UserErrors).Code);
        Assert.Equal([ada.Id, bob.Id], result.Payload!.Candidates.Select(c => c.Id));
        Assert.All(await _desk.AllCustomersAsync(), c => Assert.Equal(1, c.Version));
    }

    [Fact]
    public async Task An_external_id_of_another_customer_is_refused()
    {
        await _desk.CustomerAsync(Given.Customer("1"));

        var result = await _desk.RunAsync<CustomerInput, CustomerCreatePayload>(
            _desk.Customers.CustomerCreateAsync, Given.Customer("1"));

        Assert.Equal(UserErrorCode.MergeBlocked, Assert.Single(result.UserErrors).Code);
        Assert.Single(await _desk.AllCustomersAsync());
    }

    [Fact]
    public async Task Two_may_share_an_unverified_address_but_not_a_verified_one()
    {
        CustomerInput Verified(string id) => Given.Customer(id) with
        {
            Identities = new(
                (IReadOnlyList<IdentityInput>)[Given.Identity(IdentityKind.Email, "V@x.org", verified: true)]),
        };
        var first = await _desk.CustomerAsync(new() { Email = "home@x.org" });
        var second = await _desk.RunAsync<CustomerInput, CustomerCreatePayload>(
            _desk.Customers.CustomerCreateAsync, new() { Email = "home@x.org" });
        await _desk.CustomerAsync(Verified("1"));

        var third = await _desk.RunAsync<CustomerInput, CustomerCreatePayload>(
            _desk.Customers.CustomerCreateAsync, Verified("2"));

        Assert.Equal("SHARED_CONTACT", Assert.Single(second.Warnings).Code);
        Assert.Equal(first.Id,
            (await CustomerLookup.ByIdentityAsync(_desk.Caller.Store, IdentityKind.Email, "HOME@x.org", default))!.Id);
        Assert.Equal(UserErrorCode.MergeBlocked, Assert.Single(third.UserErrors).Code);
    }

    [Fact]
    public async Task A_key_given_up_is_free_for_others()
    {
        var ada = await _desk.CustomerAsync(Given.Customer("1") with { Email = "old@x.org" });
        await _desk.RunAsync<CustomerUpdateInput, CustomerUpdatePayload>(
            _desk.Customers.CustomerUpdateAsync,
            new() { Customer = Given.Ref(ada), Set = new() { ExternalIds = new(null), Email = "new@x.org" } });

        var bob = await _desk.CustomerAsync(Given.Customer("1"));

        Assert.Equal(bob.Id, (await CustomerLookup.ByRefAsync(_desk.Caller.Store, Given.Ref("1"), default))!.Id);
        Assert.Null(await CustomerLookup.ByIdentityAsync(_desk.Caller.Store, IdentityKind.Email, "old@x.org", default));
        Assert.Equal(ada.Id,
            (await CustomerLookup.ByIdentityAsync(_desk.Caller.Store, IdentityKind.Email, "new@x.org", default))!.Id);
    }

    [Fact]
    public async Task Keep_existing_only_fills_gaps()
    {
        await _desk.CustomerAsync(Given.Customer("1") with { DisplayName = "Ada" });

        var result = await UpsertAsync(
            Given.Upsert(new() { DisplayName = "Eve", Country = "GB" },
                Given.Match("1")) with { OnConflict = UpsertConflict.KeepExisting });

        Assert.Equal("Ada", result.Payload!.Customer!.DisplayName);
        Assert.Equal("GB", result.Payload.Customer.Country);
    }

    [Fact]
    public async Task A_claim_whose_owner_never_came_is_taken_over_after_a_while()
    {
        var key = CustomerKey.External("erp", "1");
        var lost = Buckets.NewCustomerId(Guid.NewGuid(), 4);
        await _desk.Caller.Store.SaveAsync(
            Batch.Of(Claim.On(key.ClaimKind, key.Hash, lost) with { TakenAt = _desk.Clock.Now }), default);
        var other = CustomerKey.External("erp", "2");
        await _desk.Caller.Store.SaveAsync(
            Batch.Of(Claim.On(other.ClaimKind, other.Hash,
                Buckets.NewCustomerId(Guid.NewGuid(), 4)) with { TakenAt = _desk.Clock.Now }), default);

        var input = Given.Upsert(new(), Given.Match("1"), Given.Match("2"));
        var early = await UpsertAsync(input);
        _desk.Clock.Advance(KeyHolders.PendingFor);
        var late = await UpsertAsync(input);

        Assert.Equal(UserErrorCode.TryAgain, Assert.Single(early.UserErrors).Code);
        Assert.Equal(UpsertOutcome.Created, late.Payload!.Outcome);
        Assert.Equal(2, late.Payload.Customer!.ExternalIds.Count);
    }

    [Fact]
    public async Task Fifty_equal_upserts_at_once_make_one_customer()
    {
        var input = Given.Upsert(new() { DisplayName = "Ada" }, Given.Match("1"),
            new CustomerMatch { Email = "a@b.c" });

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => UpsertAsync(input))));

        Assert.All(results, r => Assert.Empty(r.UserErrors));
        Assert.Single(results.Select(r => r.Payload!.Customer!.Id).Distinct());
        Assert.Single(results, r => r.Payload!.Outcome == UpsertOutcome.Created);
        Assert.Single(await _desk.AllCustomersAsync());
    }

    [Fact]
    public async Task The_same_idempotency_key_answers_the_first_result()
    {
        var options = new MutationOptions { IdempotencyKey = "k" };
        var input = new CustomerInput { DisplayName = "Ada" };

        var first = await _desk.RunAsync<CustomerInput, CustomerCreatePayload>(
            _desk.Customers.CustomerCreateAsync, input, options);
        var again = await _desk.RunAsync<CustomerInput, CustomerCreatePayload>(
            _desk.Customers.CustomerCreateAsync, input, options);

        Assert.True(again.Meta.Replayed);
        Assert.Equal(first.Payload!.Customer!.Id, again.Payload!.Customer!.Id);
        Assert.Single(await _desk.AllCustomersAsync());
    }

    [Fact]
    public async Task The_audit_trail_holds_no_personal_value()
    {
        await _desk.CustomerAsync(Given.Customer("1") with
        {
            DisplayName = "Ada Secret",
            Email = "secret@x.org",
            Identities = new((IReadOnlyList<IdentityInput>)[Given.Identity(IdentityKind.Cookie, "secret-cookie")]),
        });

        var entries = await _desk.AllAsync<CrmCloud.Core.Audit.AuditEntry>(Container.Master, "audit");

        var text = string.Concat(entries.Select(e => System.Text.Encoding.UTF8.GetString(DocumentJson.Write(e))));
        Assert.NotEmpty(entries);
        Assert.DoesNotContain("secret", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Each_item_of_a_list_stands_or_falls_alone_unless_all_are_to_be_rejected()
    {
        var items = new CustomersUpsertInput
        {
            Items =
            [
                Given.Upsert(new(), Given.Match("1")),
                Given.Upsert(new() { Email = "none" }, Given.Match("2")),
                Given.Upsert(new(), Given.Match("1")),
            ],
        };

        var rejected = await _desk.RunListAsync<CustomersUpsertInput, CustomersUpsertPayload>(
            _desk.Customers.CustomersUpsertAsync, items with { ErrorPolicy = ErrorPolicy.RejectAll });
        Assert.Empty(await _desk.AllCustomersAsync());
        var skipped = await _desk.RunListAsync<CustomersUpsertInput, CustomersUpsertPayload>(
            _desk.Customers.CustomersUpsertAsync, items);

        Assert.Equal([0, 1, 0], rejected.Payload!.Results.Select(r => r.UserErrors.Count));
        Assert.Equal(
            [UpsertOutcome.Created, null, UpsertOutcome.Unchanged], skipped.Payload!.Results.Select(r => r.Outcome));
        Assert.Equal("email", Assert.Single(skipped.Payload.Results[1].UserErrors).Field![^1]);
    }

    [Fact]
    public async Task Another_tenants_customer_is_unknown()
    {
        var ada = await _desk.CustomerAsync(Given.Customer("1"));
        var blue = _desk.CallerOf("blue-shop");

        Assert.Null(await CustomerLookup.ByRefAsync(blue.Store, Given.Ref(ada), default));
        Assert.Null(await CustomerLookup.ByRefAsync(blue.Store, Given.Ref("1"), default));
        Assert.Null(await CustomerLookup.ByRefAsync(_desk.Caller.Store, new() { Id = "bm9uc2Vuc2U" }, default));
    }

    private Task<MutationResult<CustomerUpsertPayload>> UpsertAsync(CustomerUpsertInput input) =>
        _desk.RunAsync<CustomerUpsertInput, CustomerUpsertPayload>(_desk.Customers.CustomerUpsertAsync, input);
}
