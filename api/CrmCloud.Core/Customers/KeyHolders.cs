using CrmCloud.Core.Pipeline;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

/// <summary>
/// Who has which key, read once before a decision. Decisions that follow each other in memory (an import's chunk) are
/// told to it with <see cref="Remember(CustomerDecision)"/>.
/// </summary>
/// <remarks>
/// A claim is written before its owner. One whose owner does not have the key is pending while it is young (the owner
/// is being written) and dead afterwards (the process died); a dead one may be taken over. Whoever gives a customer a
/// key that he did not have writes the claim anew, so of two that race one meets a version conflict.
/// </remarks>
public sealed class KeyHolders
{
    /// <summary>No mutation takes as long as this between its claims and its save.</summary>
    public static readonly TimeSpan PendingFor = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string Kind, string Hash), Claim> _claims = [];
    private readonly Dictionary<string, Customer> _customers = [];
    private readonly HashSet<(string Kind, string Hash, string CustomerId)> _keysHeld = [];
    private readonly DateTimeOffset _now;

    private KeyHolders(DateTimeOffset now) => _now = now;

    /// <param name="keys">Each once. Read by thousands, which is what a store gives at once.</param>
    public static async Task<KeyHolders> LoadAsync(
        ITenantStore store, IReadOnlyCollection<CustomerKey> keys, DateTimeOffset now, CancellationToken stop)
    {
        var holders = new KeyHolders(now);
        var addresses = keys.Select(k => k.ClaimKey).Distinct().ToList();
        var claims = await store.FindAllAsync<Claim>(addresses, stop);
        var owners = claims.SelectMany(c => c.Candidates).Distinct().Select(Customer.KeyOf).ToList();
        foreach (var owner in await store.FindAllAsync<Customer>(owners, stop))
        {
            holders.Remember(owner);
        }

        foreach (var claim in claims)
        {
            holders._claims[(claim.ClaimKind, claim.Hash)] = claim;
        }

        return holders;
    }

    /// <summary>The claim on a key as stored, whatever it is worth; null when there is none.</summary>
    public Claim? ClaimOn(CustomerKey key) => _claims.GetValueOrDefault(key.Name);

    /// <summary>The customer who has the key; null when nobody does.</summary>
    public Customer? HolderOf(CustomerKey key) =>
        ClaimOn(key)?.Candidates.FirstOrDefault(id => Has(id, key)) is { } holder ? _customers[holder] : null;

    /// <summary>The claim with its holder as the owner and a newcomer as the last who shares it.</summary>
    /// <remarks>
    /// The newcomer may be in the list from an earlier time; he must not come before the holder again, whose the key
    /// may be alone. Others who are listed but were not seen may be just being written; only a full list loses them.
    /// </remarks>
    /// <returns>Null where the list is full: he is then not found by this key.</returns>
    public Claim? SharedBy(CustomerKey key, string newcomer)
    {
        var (claim, holder) = (ClaimOn(key)!, HolderOf(key)!.CustomerId);
        var others = claim.Candidates.Where(id => id != holder && id != newcomer).Distinct().ToList();
        others = others.Count < Claim.MostSharers ? others : [.. others.Where(id => Has(id, key))];
        return others.Count < Claim.MostSharers
            ? claim with { OwnerId = holder, Sharers = newcomer == holder ? others : [.. others, newcomer] }
            : null;
    }

    /// <summary>The id of a customer who is just being given the key by somebody else.</summary>
    public string? PendingOwnerOf(CustomerKey key) =>
        ClaimOn(key) is { } claim && HolderOf(key) is null && claim.TakenAt is { } taken && _now - taken < PendingFor
            ? claim.OwnerId
            : null;

    /// <summary>A customer read with the keys.</summary>
    public Customer? Find(string customerId) => _customers.GetValueOrDefault(customerId);

    /// <summary>Takes note of a decision that will be saved together with, or before, those that follow.</summary>
    public void Remember(CustomerDecision decision)
    {
        foreach (var claim in decision.Claims)
        {
            _claims[(claim.ClaimKind, claim.Hash)] = claim;
        }

        Remember(decision.After);
    }

    private void Remember(Customer customer)
    {
        if (_customers.TryGetValue(customer.CustomerId, out var former))
        {
            foreach (var key in CustomerKey.Of(former))
            {
                _keysHeld.Remove((key.ClaimKind, key.Hash, customer.CustomerId));
            }
        }

        _customers[customer.CustomerId] = customer;
        foreach (var key in CustomerKey.Of(customer))
        {
            _keysHeld.Add((key.ClaimKind, key.Hash, customer.CustomerId));
        }
    }

    private bool Has(string customerId, CustomerKey key) => _keysHeld.Contains((key.ClaimKind, key.Hash, customerId));
}
