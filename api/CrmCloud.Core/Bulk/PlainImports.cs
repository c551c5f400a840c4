using CrmCloud.Core.Audit;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>Target MEASUREMENTS: the decisions of `measurementRecord`, record by record.</summary>
public sealed class MeasurementImport : IChunkDecider
{
    public async Task<ChunkDecision> DecideAsync(RecordChunk chunk, ChunkContext context, CancellationToken stop)
    {
        var decision = new ChunkDecision(chunk);
        var open = decision.Settle();
        var ids = open.Select(i => FactIdOf((MeasurementInput)chunk.Records[i].Input!)).ToList();
        var stored = (await context.Store.FindAllAsync<Measurement>(
            [.. ids.Distinct().Select(Measurement.KeyOf)], stop))
            .ToDictionary(m => m.FactId);
        for (var i = 0; i < open.Count; i++)
        {
            var input = (MeasurementInput)chunk.Records[open[i]].Input!;
            var outcome = FactDecisions.Decide(
                stored.GetValueOrDefault(ids[i]), input,
                new FactContext(context.Now, context.Tenant.Money, RecordCells.Root));
            if (!outcome.Succeeded)
            {
                decision.Reject(open[i], outcome.Problems);
                continue;
            }

            decision.Names[open[i]] = ids[i];
            decision.Outcomes[open[i]] = outcome.Value.Outcome switch
            {
                FactOutcome.Created => RecordOutcome.Created,
                FactOutcome.Unchanged => RecordOutcome.Unchanged,
                _ => RecordOutcome.Updated,
            };
            stored[ids[i]] = outcome.Value.After;
            if (outcome.Value.IsChange)
            {
                decision.Put(outcome.Value.After);
            }
        }

        return decision;
    }

    private static string FactIdOf(MeasurementInput input) =>
        Measurement.FactIdOf(new(input.ExternalId.Source, input.ExternalId.Id));
}

/// <summary>
/// Target CONSENTS: the decisions of `consentRecord`, record by record, in the order of what was said.
/// </summary>
/// <remarks>
/// What is in the history already changes nothing. What is older than the latest word is passed over: a file of last
/// year must not take back what a customer said yesterday.
/// </remarks>
public sealed class ConsentImport : IChunkDecider
{
    public const string Older = "older than what is stored";

    public async Task<ChunkDecision> DecideAsync(RecordChunk chunk, ChunkContext context, CancellationToken stop)
    {
        var decision = new ChunkDecision(chunk);
        var open = decision.Settle();
        var rows = open.Select(i => (ConsentRow)chunk.Records[i].Input!).ToList();
        var named = rows.Select(r => (r.Input.Customer.ExternalId!, (CustomerInput?)null)).Distinct().ToList();
        var customers = await NamedCustomers.LoadAsync(named, context, stop);
        var found = rows.Select(r => customers.Find(r.Input.Customer.ExternalId!, null, decision, context)).ToList();
        var keys = rows.Zip(found).Where(p => p.Second.CustomerId is not null)
            .Select(p => Consent.KeyOf(p.Second.CustomerId!, p.First.Input.Purpose, p.First.Input.Channel))
            .Distinct()
            .ToList();
        var stored = (await context.Store.FindAllAsync<Consent>(keys, stop)).ToDictionary(c => c.Key);
        for (var i = 0; i < open.Count; i++)
        {
            if (found[i].CustomerId is { } customerId)
            {
                Decide(decision, (open[i], rows[i], customerId), stored, context);
            }
            else
            {
                decision.Reject(open[i], found[i].Problems);
            }
        }

        return decision;
    }

    private static void Decide(
        ChunkDecision decision,
        (int Index, ConsentRow Row, string CustomerId) record,
        Dictionary<Store.DocumentKey, Consent> stored,
        ChunkContext context)
    {
        var input = record.Row.Input;
        // Rows without a time follow each other by a microsecond, so that a chunk done again finds its own words.
        var row = decision.Chunk.Records[record.Index].Rows.First.At.Number;
        var at = (record.Row.At ?? context.Operation.CreatedAt.AddMicroseconds(row)).ToUniversalTime();
        var key = Consent.KeyOf(record.CustomerId, input.Purpose, input.Channel);
        var before = stored.GetValueOrDefault(key);
        if (before?.History.Any(e => e.At == at && e.Status == input.Status) == true)
        {
            decision.Outcomes[record.Index] = RecordOutcome.Unchanged;
            return;
        }

        if (before is not null && before.Evidence.CapturedAt > at)
        {
            decision.Skip(record.Index, Older);
            return;
        }

        var outcome = ConsentMutations.Decide(
            before, record.CustomerId, input, context.Operation.RequestedBy, at, RecordCells.Root);
        if (!outcome.Succeeded)
        {
            decision.Reject(record.Index, outcome.Problems);
            return;
        }

        decision.Names[record.Index] = key.Id;
        decision.Outcomes[record.Index] = before is null ? RecordOutcome.Created
            : ReferenceEquals(before, outcome.Value) ? RecordOutcome.Unchanged
            : RecordOutcome.Updated;
        stored[key] = outcome.Value;
        if (decision.Outcomes[record.Index] != RecordOutcome.Unchanged)
        {
            decision.Put(outcome.Value);
        }
    }
}
