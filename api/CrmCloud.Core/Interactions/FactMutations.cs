using CrmCloud.Core.Customers;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Interactions;

public sealed record TransactionRecordPayload(Transaction? Transaction);

public sealed record TransactionDeletePayload([property: Id] string? DeletedId);

public sealed record MeasurementRecordPayload(Measurement? Measurement);

/// <summary>Records transactions and measurements, corrects and deletes them.</summary>
public sealed class FactMutations
{
    /// <summary>
    /// Records a transaction. The same content again changes nothing; other content under the same external id is a
    /// correction, and every figure that counted it is put right.
    /// </summary>
    [Mutation, RequiresScope(Scope.InteractionsWrite)]
    public async Task<Outcome<Change<TransactionRecordPayload>>> TransactionRecordAsync(
        TransactionInput input, Caller caller, CancellationToken stop)
    {
        var customer = await CustomerLookup.ByRefAsync(caller.Store, input.Customer, stop);
        if (customer is null)
        {
            return CustomerProblems.NotFound("input.customer");
        }

        var refundOf = await RefundedAsync(caller.Store, input.RefundOf.Value, stop);
        if (input.RefundOf.Value is not null && refundOf is null)
        {
            return Problems.NotFound("transaction", "input.refundOf");
        }

        var place = await FactReading.TransactionAsync(caller.Store, input.ExternalId, stop);
        if (place.IsBusyFor(customer.CustomerId, caller.Now))
        {
            return FactProblems.Busy("input.externalId");
        }

        var decision = FactDecisions.Decide(
            place.Fact, input, customer.CustomerId, refundOf, new FactContext(caller.Now, caller.Tenant.Money));
        var outcome = FactChange.Of(decision, place, FactDecisions.TransactionClaim, caller.Now,
            t => new TransactionRecordPayload(t.IsChange ? t.After with { Version = t.After.Version + 1 } : t.After));
        return outcome.Succeeded
            ? outcome.Value with { Warnings = await FactWarnings.OfAsync(caller, decision.Value.After, stop) }
            : outcome;
    }

    /// <summary>Leaves a tombstone for 30 days; every figure that counted it is put right.</summary>
    [Mutation, RequiresScope(Scope.InteractionsWrite)]
    public async Task<Outcome<Change<TransactionDeletePayload>>> TransactionDeleteAsync(
        IdInput input, Caller caller, CancellationToken stop)
    {
        var transaction = await FactReading.TransactionByLocalIdAsync(caller.Store,
            GlobalId.Local(input.Id, "Transaction"), stop);
        if (transaction is null)
        {
            return Problems.NotFound("transaction", "input.id");
        }

        // Should the copy under its former customer still be there, it must not come to life again.
        var former = transaction.FormerCustomerId is { } customerId
            ? await caller.Store.FindAsync<Transaction>(Transaction.KeyOf(customerId, transaction.FactId), stop)
            : null;
        return new Change<TransactionDeletePayload>(new(transaction.Id))
        {
            Supersedes = former is null ? [] : [former],
            Releases = [Claim.On(FactDecisions.TransactionClaim, transaction.FactId, transaction.CustomerId)],
        }.With(transaction, null);
    }

    /// <summary>
    /// A figure from elsewhere (net income, acquisition cost, exposures) for indicators that need it.
    /// </summary>
    [Mutation, RequiresScope(Scope.InteractionsWrite)]
    public async Task<Outcome<Change<MeasurementRecordPayload>>> MeasurementRecordAsync(
        MeasurementInput input, Caller caller, CancellationToken stop)
    {
        var factId = Measurement.FactIdOf(new(input.ExternalId.Source, input.ExternalId.Id));
        var existing = await caller.Store.FindAsync<Measurement>(Measurement.KeyOf(factId), stop);
        var outcome = FactDecisions.Decide(existing, input, new FactContext(caller.Now, caller.Tenant.Money));
        if (!outcome.Succeeded)
        {
            return Outcome<Change<MeasurementRecordPayload>>.Refuse(outcome.Problems);
        }

        var decision = outcome.Value;
        var shown = decision.IsChange ? decision.After with { Version = decision.After.Version + 1 } : decision.After;
        var change = new Change<MeasurementRecordPayload>(new(shown)) { Warnings = FactWarnings.Of(decision.After) };
        return decision.IsChange
            ? change.With(decision.Before, decision.After)
            : change with { Unchanged = decision.After };
    }

    /// <summary>
    /// Fact id of the order named. By external id it may be unknown as yet (refunds can arrive first); an id of ours
    /// must exist.
    /// </summary>
    private static async Task<string?> RefundedAsync(ITenantStore store, Ref? order, CancellationToken stop) =>
        order switch
    {
        null => null,
        { ExternalId: { } external } => Transaction.FactIdOf(new(external.Source, external.Id)),
        _ => (await FactReading.TransactionByLocalIdAsync(
            store, GlobalId.Local(order.Id, "Transaction"), stop))?.FactId,
    };
}

public static class FactProblems
{
    public static Problem Busy(string at) =>
        new InvalidInput(UserErrorCode.TryAgain,
            "This record is just being written for another customer; try again in a moment.", at);
}

/// <summary>The change that a decided fact makes.</summary>
public static class FactChange
{
    /// <param name="place">Null for a fact without an external id, which needs no claim.</param>
    public static Outcome<Change<TPayload>> Of<T, TPayload>(
        Outcome<FactDecision<T>> outcome,
        FactPlace<T>? place,
        string claimKind,
        DateTimeOffset now,
        Func<FactDecision<T>, TPayload> payload) where T : class, IDocument, ICustomerFact
    {
        if (!outcome.Succeeded)
        {
            return Outcome<Change<TPayload>>.Refuse(outcome.Problems);
        }

        var decision = outcome.Value;
        var change = new Change<TPayload>(payload(decision));
        if (place?.ClaimFor(claimKind, decision.After.FactId, decision.After.CustomerId, now) is { } claim)
        {
            change = change with { Claims = [claim] };
        }

        return !decision.IsChange
            ? change with { Unchanged = decision.After }
            : change.With(decision.Before, decision.After) with
            {
                Supersedes = decision.Supersedes is { } former ? [former] : [],
            };
    }
}
