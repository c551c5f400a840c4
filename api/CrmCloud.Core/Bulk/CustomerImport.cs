using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>Target CUSTOMERS: the decisions of `customerUpsert`, record by record.</summary>
public sealed class CustomerImport : IChunkDecider
{
    public async Task<ChunkDecision> DecideAsync(RecordChunk chunk, ChunkContext context, CancellationToken stop)
    {
        var decision = new ChunkDecision(chunk);
        var open = decision.Settle();
        var inputs = open.Select(i => (CustomerUpsertInput)chunk.Records[i].Input!).ToList();
        var keys = inputs.SelectMany(KeysOf).DistinctBy(k => k.Name).ToList();
        var holders = await KeyHolders.LoadAsync(context.Store, keys, context.Now, stop);
        for (var i = 0; i < open.Count; i++)
        {
            Decide(decision, open[i], inputs[i], context.For(holders, inputs[i].OnConflict, RecordCells.Root), context);
        }

        return decision;
    }

    public static string NameOf(ExternalIdInput id) => CustomerKey.External(id.Source, id.Id).Hash;

    private static void Decide(
        ChunkDecision decision, int index, CustomerUpsertInput input, CustomerContext customers, ChunkContext context)
    {
        if (input.Customer.Organization.Value?.ExternalId is { } organization)
        {
            var holder = customers.Holders.HolderOf(CustomerKey.External(organization.Source, organization.Id));
            // A check writes nothing, so an organization of an earlier chunk is known by name only.
            var promised = holder is null && context.Memory?.Knows(NameOf(organization)) == true;
            if (holder is null && !promised)
            {
                decision.Reject(
                    index, [Problems.NotFound("customer", $"{RecordCells.Root}.organization.externalId.id")]);
                return;
            }

            customers = customers with { Organization = holder };
            input = promised ? input with { Customer = input.Customer with { Organization = default } } : input;
        }

        var outcome = CustomerDecisions.Upsert(
            input, context.NewCustomerId(CustomerKey.Of(input.Match[0])!), customers);
        if (!outcome.Succeeded)
        {
            decision.Reject(index, outcome.Problems);
            return;
        }

        decision.Names[index] = NameOf(input.Match[0].ExternalId!);
        decision.Outcomes[index] = outcome.Value.Outcome switch
        {
            UpsertOutcome.Created => RecordOutcome.Created,
            UpsertOutcome.Updated => RecordOutcome.Updated,
            _ => RecordOutcome.Unchanged,
        };
        if (outcome.Value.IsChange)
        {
            decision.Take(outcome.Value.Claims);
            decision.Releases.AddRange(outcome.Value.Releases);
            decision.Put(outcome.Value.After);
            customers.Holders.Remember(outcome.Value);
        }
    }

    private static IEnumerable<CustomerKey> KeysOf(CustomerUpsertInput input)
    {
        var keys = CustomerKey.Of(input.Customer).Append(CustomerKey.Of(input.Match[0])!);
        return input.Customer.Organization.Value?.ExternalId is { } organization
            ? keys.Append(CustomerKey.External(organization.Source, organization.Id))
            : keys;
    }
}
