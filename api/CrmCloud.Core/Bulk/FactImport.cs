using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>What tells one kind of fact from another, for the import.</summary>
public sealed record FactShape<T> where T : class, IDocument, ICustomerFact
{
    public required string ClaimKind { get; init; }

    public required Func<object, ExternalIdInput> IdOf { get; init; }

    public required Func<object, ExternalIdInput> CustomerOf { get; init; }

    public required Func<ExternalId, string> FactIdOf { get; init; }

    public required Func<string, string, DocumentKey> KeyOf { get; init; }

    public required Func<T?, object, string, FactContext, Outcome<FactDecision<T>>> Decide { get; init; }

    public required Func<T, long, T> WithVersion { get; init; }
}

public static class FactShapes
{
    public static FactShape<Transaction> Transactions { get; } = new()
    {
        ClaimKind = FactDecisions.TransactionClaim,
        IdOf = input => ((TransactionInput)input).ExternalId,
        CustomerOf = input => ((TransactionInput)input).Customer.ExternalId!,
        FactIdOf = Transaction.FactIdOf,
        KeyOf = Transaction.KeyOf,
        WithVersion = (fact, version) => fact with { Version = version },
        Decide = (existing, input, customerId, context) =>
        {
            var transaction = (TransactionInput)input;
            var refundOf = transaction.RefundOf.Value?.ExternalId is { } order
                ? Transaction.FactIdOf(new(order.Source, order.Id))
                : null;
            return FactDecisions.Decide(existing, transaction, customerId, refundOf, context);
        },
    };

    public static FactShape<Interaction> Interactions { get; } = new()
    {
        ClaimKind = FactDecisions.InteractionClaim,
        IdOf = input => ((InteractionInput)input).ExternalId!,
        CustomerOf = input => ((InteractionInput)input).Customer!.ExternalId!,
        FactIdOf = Interaction.FactIdOf,
        KeyOf = Interaction.KeyOf,
        WithVersion = (fact, version) => fact with { Version = version },
        Decide = (existing, input, customerId, context) =>
            FactDecisions.Decide(existing, (InteractionInput)input, customerId, Guid.Empty, context),
    };
}

/// <summary>
/// Targets TRANSACTIONS and INTERACTIONS: the decisions of the single-record mutations, record by record.
/// </summary>
/// <remarks>Customers who are named and not known are made; those who are known are not changed.</remarks>
public sealed class FactImport<T>(FactShape<T> shape) : IChunkDecider where T : class, IDocument, ICustomerFact
{
    public async Task<ChunkDecision> DecideAsync(RecordChunk chunk, ChunkContext context, CancellationToken stop)
    {
        var decision = new ChunkDecision(chunk);
        var open = decision.Settle();
        var records = open.Select(i => chunk.Records[i]).ToList();
        var named = records.Select(r => (shape.CustomerOf(r.Input!), r.NewCustomer)).DistinctBy(n => n.Item1).ToList();
        var customers = await NamedCustomers.LoadAsync(named, context, stop);
        var factIds = records.Select(r => FactIdOf(r.Input!)).ToList();
        var places = await PlacesAsync(factIds, decision, context.Store, stop);
        for (var i = 0; i < open.Count; i++)
        {
            var (customerId, problems) = customers.Find(
                shape.CustomerOf(records[i].Input!), records[i].NewCustomer, decision, context);
            if (customerId is null)
            {
                decision.Reject(open[i], problems);
            }
            else
            {
                Decide(decision, (open[i], factIds[i], customerId), places, context);
            }
        }

        return decision;
    }

    private string FactIdOf(object input)
    {
        var id = shape.IdOf(input);
        return shape.FactIdOf(new(id.Source, id.Id));
    }

    private async Task<Dictionary<string, FactPlace<T>>> PlacesAsync(
        IReadOnlyList<string> factIds, ChunkDecision decision, ITenantStore store, CancellationToken stop)
    {
        var claims = await store.FindAllAsync<Claim>(
            [.. factIds.Distinct().Select(id => Claim.KeyOf(shape.ClaimKind, id))], stop);
        var keys = claims.SelectMany(Owners).Distinct().ToList();
        var facts = (await store.FindAllAsync<T>(keys, stop)).ToDictionary(f => f.Key);
        // See FactReading: a claim that changed meanwhile leaves open what was read.
        var now = (await store.FindAllAsync<Claim>([.. claims.Select(c => c.Key)], stop))
            .ToDictionary(c => c.Hash, c => c.Version);
        var places = new Dictionary<string, FactPlace<T>>();
        foreach (var claim in claims)
        {
            // Only under the owner before: a move was begun. Under both: it was cut off before its last step.
            var found = Owners(claim).Select(facts.GetValueOrDefault).OfType<T>().ToList();
            places.Add(claim.Hash, new(claim, found.FirstOrDefault())
            {
                IsContested = now.GetValueOrDefault(claim.Hash) != claim.Version,
            });
            found.Skip(1).ToList().ForEach(decision.Remove);
        }

        return places;
    }

    private IEnumerable<DocumentKey> Owners(Claim claim)
    {
        yield return shape.KeyOf(claim.OwnerId, claim.Hash);
        if (claim.PreviousOwnerId is { } previous)
        {
            yield return shape.KeyOf(previous, claim.Hash);
        }
    }

    private void Decide(
        ChunkDecision decision, (int Index, string FactId, string CustomerId) record,
        Dictionary<string, FactPlace<T>> places, ChunkContext context)
    {
        var place = places.GetValueOrDefault(record.FactId) ?? new(null, null);
        if (place.IsBusyFor(record.CustomerId, context.Now))
        {
            decision.Reject(record.Index, [FactProblems.Busy($"{RecordCells.Root}.externalId.id")]);
            return;
        }

        var facts = new FactContext(context.Now, context.Tenant.Money, RecordCells.Root);
        var outcome = shape.Decide(place.Fact, decision.Chunk.Records[record.Index].Input!, record.CustomerId, facts);
        if (!outcome.Succeeded)
        {
            decision.Reject(record.Index, outcome.Problems);
            return;
        }

        var claim = place.ClaimFor(shape.ClaimKind, record.FactId, record.CustomerId, context.Now);
        decision.Take(claim is null ? [] : [claim]);
        decision.Names[record.Index] = record.FactId;
        decision.Outcomes[record.Index] = outcome.Value.Outcome switch
        {
            FactOutcome.Created => RecordOutcome.Created,
            FactOutcome.Unchanged => RecordOutcome.Unchanged,
            _ => RecordOutcome.Updated,
        };
        places[record.FactId] = new(claim ?? place.Claim, Apply(decision, outcome.Value));
    }

    private T Apply(ChunkDecision decision, FactDecision<T> fact)
    {
        var after = fact.After;
        if (fact.Supersedes is { } former)
        {
            decision.Remove(former);
        }

        if (fact.IsChange)
        {
            // Moved away and back within the chunk: it is written over where it still lies.
            after = decision.Undelete(after.Key) is { } stored ? shape.WithVersion(after, stored.Version) : after;
            decision.Put(after);
        }

        return after;
    }
}
