using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>The customers that a chunk of facts names: those that are known, and those that it makes.</summary>
public sealed class NamedCustomers
{
    private readonly KeyHolders _known;
    private readonly KeyHolders _forNew;
    private readonly Dictionary<(string Kind, string Hash), string> _made = [];

    private NamedCustomers(KeyHolders known, KeyHolders forNew) => (_known, _forNew) = (known, forNew);

    public static async Task<NamedCustomers> LoadAsync(
        IReadOnlyCollection<(ExternalIdInput Id, CustomerInput? New)> named,
        ChunkContext context, CancellationToken stop)
    {
        var keys = named.Select(n => CustomerKey.External(n.Id.Source, n.Id.Id)).Distinct().ToList();
        var known = await KeyHolders.LoadAsync(context.Store, keys, context.Now, stop);
        var forNew = named.Where(n => n.New is not null)
            .Select(n => (Key: CustomerKey.External(n.Id.Source, n.Id.Id), n.New))
            .Where(n => known.HolderOf(n.Key) is null)
            .SelectMany(n => CustomerKey.Of(n.New!).Append(n.Key))
            .DistinctBy(k => k.Name).ToList();
        return new(known, await KeyHolders.LoadAsync(context.Store, forNew, context.Now, stop));
    }

    /// <summary>
    /// The customer's id; null where he is unknown and is not to be made, or cannot be: then problems say why.
    /// </summary>
    public (string? CustomerId, IReadOnlyList<Problem> Problems) Find(
        ExternalIdInput id, CustomerInput? content, ChunkDecision decision, ChunkContext context)
    {
        var key = CustomerKey.External(id.Source, id.Id);
        if ((_known.HolderOf(key)?.CustomerId ?? _made.GetValueOrDefault(key.Name)) is { } customerId)
        {
            return (customerId, []);
        }

        if (content is null)
        {
            return (null, [Problems.NotFound("customer", $"{RecordCells.Root}.customer.externalId.id")]);
        }

        var upsert = new CustomerUpsertInput { Match = [new() { ExternalId = id }], Customer = content };
        var path = $"{RecordCells.Root}.customer";
        var outcome = CustomerDecisions.Upsert(
            upsert, context.NewCustomerId(key), context.For(_forNew, UpsertConflict.KeepExisting, path));
        if (!outcome.Succeeded)
        {
            return (null, outcome.Problems);
        }

        Note(outcome.Value, key, decision);
        return (outcome.Value.After.CustomerId, []);
    }

    private void Note(CustomerDecision made, CustomerKey key, ChunkDecision decision)
    {
        _made[key.Name] = made.After.CustomerId;
        _forNew.Remember(made);
        decision.Take(made.Claims);
        decision.Put(made.After);
        if (made.Outcome == UpsertOutcome.Created)
        {
            decision.NewCustomers.Add(key.Hash);
        }
    }
}
