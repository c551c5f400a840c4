using CrmCloud.Core.Customers;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Interactions;

/// <param name="DuplicateOf">
/// The interaction already recorded with this content; null when something was written.
/// </param>
public sealed record InteractionRecordPayload(
    Interaction? Interaction, Customer? Customer, [property: GraphQLIgnore] string? DuplicateOf = null);

public sealed record InteractionDeletePayload([property: Id] string? DeletedId);

/// <param name="Accepted">Items recorded, repeats included.</param>
/// <param name="Results">In the order of the items.</param>
public sealed record InteractionsRecordPayload(int Accepted, IReadOnlyList<RecordResult> Results);

/// <param name="DuplicateOf">Set when the same was recorded before, and nothing was written.</param>
public sealed record RecordResult(
    int Index, [property: Id] string? Id, [property: Id] string? DuplicateOf, IReadOnlyList<IUserError> UserErrors);

/// <summary>Records, corrects and deletes interactions.</summary>
public sealed class InteractionMutations
{
    /// <summary>An interaction with only an identity finds the customer, or makes an anonymous one.</summary>
    [Mutation, RequiresScope(Scope.InteractionsWrite)]
    public async Task<Outcome<Change<InteractionRecordPayload>>> InteractionRecordAsync(
        InteractionInput input, Caller caller, CancellationToken stop)
    {
        var found = await WhoAsync(input, caller, stop);
        if (!found.Succeeded)
        {
            return Outcome<Change<InteractionRecordPayload>>.Refuse(found.Problems);
        }

        var who = found.Value;
        var customerId = who.After.CustomerId;
        var place = input.ExternalId is null ? null
            : await FactReading.InteractionAsync(caller.Store, input.ExternalId, stop);
        if (place?.IsBusyFor(customerId, caller.Now) == true)
        {
            return FactProblems.Busy("input.externalId");
        }

        var decision = FactDecisions.Decide(
            place?.Fact, input, customerId, caller.Ids.Next(), new FactContext(caller.Now, caller.Tenant.Money));
        var outcome = FactChange.Of(decision, place, FactDecisions.InteractionClaim, caller.Now, d =>
            new InteractionRecordPayload(
                d.IsChange ? d.After with { Version = d.After.Version + 1 } : d.After,
                who.Shown, d.IsChange ? null : d.After.Id));
        return outcome.Succeeded && who.IsChange ? WithCustomer(outcome.Value, who) : outcome;
    }

    /// <summary>Up to 500 at once; externalId makes it repeatable.</summary>
    [Mutation, RequiresScope(Scope.InteractionsWrite), Cost(100)]
    public async Task<Outcome<Change<InteractionsRecordPayload>>> InteractionsRecordAsync(
        InteractionsInput input, Caller caller, MutationItems items, CancellationToken stop)
    {
        var results = await ItemRuns.RunAsync<InteractionInput, InteractionRecordPayload>(
            input.Items, input.ErrorPolicy, items, (item, own) => InteractionRecordAsync(item, own, stop), stop);
        return new Change<InteractionsRecordPayload>(new(
            results.Count(r => r.Payload is not null),
            [.. results.Select(
                (r, i) => new RecordResult(i, r.Payload?.Interaction?.Id, r.Payload?.DuplicateOf, r.UserErrors))]));
    }

    /// <summary>Leaves a tombstone for 30 days; every figure that counted it is put right.</summary>
    [Mutation, RequiresScope(Scope.InteractionsWrite)]
    public async Task<Outcome<Change<InteractionDeletePayload>>> InteractionDeleteAsync(
        IdInput input, Caller caller, CancellationToken stop)
    {
        var interaction = await FactReading.InteractionByLocalIdAsync(caller.Store,
            GlobalId.Local(input.Id, "Interaction"), stop);
        if (interaction is null)
        {
            return Problems.NotFound("interaction", "input.id");
        }

        var former = interaction.FormerCustomerId is { } customerId
            ? await caller.Store.FindAsync<Interaction>(Interaction.KeyOf(customerId, interaction.FactId), stop)
            : null;
        return new Change<InteractionDeletePayload>(new(interaction.Id))
        {
            Supersedes = former is null ? [] : [former],
            Releases = interaction.ExternalId is null
                ? []
                : [Claim.On(FactDecisions.InteractionClaim, interaction.FactId, interaction.CustomerId)],
        }.With(interaction, null);
    }

    private static async Task<Outcome<CustomerDecision>> WhoAsync(
        InteractionInput input, Caller caller, CancellationToken stop)
    {
        if (input.Customer is null == input.Identity is null)
        {
            return Problems.Invalid("input.customer", "Give either the customer or an identity.");
        }

        if (input.Customer is { } reference)
        {
            var customer = await CustomerLookup.ByRefAsync(caller.Store, reference, stop);
            return customer is null
                ? CustomerProblems.NotFound("input.customer")
                : new CustomerDecision(UpsertOutcome.Unchanged, customer, customer);
        }

        return await ByIdentityAsync(input.Identity!, caller, stop);
    }

    private static async Task<Outcome<CustomerDecision>> ByIdentityAsync(
        IdentityInput identity, Caller caller, CancellationToken stop)
    {
        var key = CustomerKey.Of(identity);
        var context = new CustomerContext
        {
            Now = caller.Now,
            Source = caller.App.Name,

            // No attributes are given, and an anonymous customer cannot have those required of others.
            Attributes = AttributeCatalog.Empty,
            Holders = await KeyHolders.LoadAsync(caller.Store, [key], caller.Now, stop),
            Path = "input.identity",
        };
        if (context.Holders.HolderOf(key) is { } known)
        {
            return new CustomerDecision(UpsertOutcome.Unchanged, known, known);
        }

        var upsert = new CustomerUpsertInput { Match = [new() { Identity = identity }], Customer = new() };
        return CustomerDecisions.Upsert(upsert, Buckets.NewCustomerId(caller.Ids.Next(), caller.Tenant.Buckets),
            context);
    }

    private static Change<InteractionRecordPayload> WithCustomer(
        Change<InteractionRecordPayload> change, CustomerDecision who) =>
        change with
        {
            Groundwork = [new Edit(who.Before, who.After)],
            Claims = [.. who.Claims, .. change.Claims],
        };
}
