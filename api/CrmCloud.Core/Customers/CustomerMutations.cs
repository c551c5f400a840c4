using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Customers;

public sealed record CustomerCreatePayload(Customer? Customer);

/// <param name="Candidates">The customers between whom MERGE_BLOCKED does not choose.</param>
public sealed record CustomerUpsertPayload(
    Customer? Customer, UpsertOutcome? Outcome, IReadOnlyList<Customer> Candidates);

public sealed record CustomerUpdatePayload(Customer? Customer);

/// <param name="Results">In the order of the items.</param>
public sealed record CustomersUpsertPayload(IReadOnlyList<CustomerUpsertResult> Results);

public sealed record CustomerUpsertResult(
    int Index, Customer? Customer, UpsertOutcome? Outcome, IReadOnlyList<IUserError> UserErrors);

/// <summary>Creates and changes customers.</summary>
public sealed class CustomerMutations
{
    /// <summary>A new customer. External ids and verified identities must be nobody else's.</summary>
    [Mutation, RequiresScope(Scope.CustomersWrite)]
    public async Task<Outcome<Change<CustomerCreatePayload>>> CustomerCreateAsync(
        CustomerInput input, Caller caller, CancellationToken stop)
    {
        var keys = CustomerKey.Of(input);
        var context = await CustomerReading.ContextAsync(caller, keys, input, stop);
        if (!context.Succeeded)
        {
            return Outcome<Change<CustomerCreatePayload>>.Refuse(context.Problems);
        }

        var decision = CustomerDecisions.Decide(null, NewId(caller), input, context.Value);
        return Decided(decision, d => new CustomerCreatePayload(d.Shown));
    }

    /// <summary>
    /// Finds by the first key that matches, else creates. Never merges two existing customers silently: that answers
    /// MERGE_BLOCKED with the candidates. The same call twice is one customer.
    /// </summary>
    [Mutation, RequiresScope(Scope.CustomersWrite)]
    public async Task<Outcome<Change<CustomerUpsertPayload>>> CustomerUpsertAsync(
        CustomerUpsertInput input, Caller caller, CancellationToken stop)
    {
        var keys = input.Match.Select(CustomerKey.Of).OfType<CustomerKey>().Concat(CustomerKey.Of(input.Customer))
            .ToList();
        var context = await CustomerReading.ContextAsync(caller, keys, input.Customer, stop);
        if (!context.Succeeded)
        {
            return Outcome<Change<CustomerUpsertPayload>>.Refuse(context.Problems);
        }

        var decision = CustomerDecisions.Upsert(
            input, NewId(caller), context.Value with { OnConflict = input.OnConflict, Path = "input.customer" });
        return decision.Problems.OfType<MergeBlocked>().FirstOrDefault() is { } blocked
            ? new Change<CustomerUpsertPayload>(new(null, null, blocked.Candidates)) { Refusals = decision.Problems }
            : Decided(decision, d => new CustomerUpsertPayload(d.Shown, d.Outcome, []));
    }

    /// <summary>Up to 250 upserts at once, each with its own result; more goes through bulkImport.</summary>
    [Mutation, RequiresScope(Scope.CustomersWrite), Cost(100)]
    public async Task<Outcome<Change<CustomersUpsertPayload>>> CustomersUpsertAsync(
        CustomersUpsertInput input, Caller caller, MutationItems items, CancellationToken stop)
    {
        var results = await ItemRuns.RunAsync<CustomerUpsertInput, CustomerUpsertPayload>(
            input.Items, input.ErrorPolicy, items, (item, own) => CustomerUpsertAsync(item, own, stop), stop);
        return new Change<CustomersUpsertPayload>(new(
            [.. results.Select(
                (r, i) => new CustomerUpsertResult(i, r.Payload?.Customer, r.Payload?.Outcome, r.UserErrors))]));
    }

    /// <summary>Changes what is given of one customer: absent is unchanged, null is cleared.</summary>
    [Mutation, RequiresScope(Scope.CustomersWrite)]
    public async Task<Outcome<Change<CustomerUpdatePayload>>> CustomerUpdateAsync(
        CustomerUpdateInput input, Caller caller, CancellationToken stop)
    {
        var customer = await CustomerLookup.ByRefAsync(caller.Store, input.Customer, stop);
        if (customer is null)
        {
            return CustomerProblems.NotFound("input.customer");
        }

        var context = await CustomerReading.ContextAsync(caller, CustomerKey.Of(input.Set), input.Set, stop,
            "input.set");
        if (!context.Succeeded)
        {
            return Outcome<Change<CustomerUpdatePayload>>.Refuse(context.Problems);
        }

        var decision = CustomerDecisions.Decide(customer, customer.CustomerId, input.Set, context.Value);
        return Decided(decision, d => new CustomerUpdatePayload(d.Shown));
    }

    private static string NewId(Caller caller) => Buckets.NewCustomerId(caller.Ids.Next(), caller.Tenant.Buckets);

    private static Outcome<Change<TPayload>> Decided<TPayload>(
        Outcome<CustomerDecision> decision, Func<CustomerDecision, TPayload> payload)
    {
        if (!decision.Succeeded)
        {
            return Outcome<Change<TPayload>>.Refuse(decision.Problems);
        }

        var decided = decision.Value;
        var change = new Change<TPayload>(payload(decided))
        {
            Claims = decided.Claims,
            Releases = decided.Releases,
            Warnings = decided.Warnings,
        };
        return decided.IsChange
            ? change.With(decided.Before, decided.After)
            : change with { Unchanged = decided.After };
    }
}

/// <summary>Reads what a decision about a customer depends on.</summary>
public static class CustomerReading
{
    public static async Task<Outcome<CustomerContext>> ContextAsync(
        Caller caller, IReadOnlyCollection<CustomerKey> keys, CustomerInput input, CancellationToken stop,
        string path = "input")
    {
        var organization = input.Organization.Value is { } reference
            ? await CustomerLookup.ByRefAsync(caller.Store, reference, stop)
            : null;
        if (input.Organization.Value is not null && organization is null)
        {
            return CustomerProblems.NotFound($"{path}.organization");
        }

        return new CustomerContext
        {
            Now = caller.Now,
            Source = caller.App.Name,
            Attributes = await AttributeCatalog.LoadAsync(caller.Store, stop),
            Holders = await KeyHolders.LoadAsync(caller.Store, keys, caller.Now, stop),
            Organization = organization,
            Path = path,
        };
    }
}
