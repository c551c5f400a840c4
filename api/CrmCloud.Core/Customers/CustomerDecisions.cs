using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

/// <summary>What a decision about a customer depends on beside the customer and the input.</summary>
public sealed record CustomerContext
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>Under this name attribute values are recorded: the app, or the import.</summary>
    public required string Source { get; init; }

    public required AttributeCatalog Attributes { get; init; }

    /// <summary>Holds every key of the input; see <see cref="CustomerKey.Of(CustomerInput)"/>.</summary>
    public required KeyHolders Holders { get; init; }

    public UpsertConflict OnConflict { get; init; }

    /// <summary>
    /// The id that this writer gives whom he makes: a claim that names it is his own, of an earlier attempt.
    /// </summary>
    public string? OwnId { get; init; }

    /// <summary>The input's organization, found; null where the input names none or clears it.</summary>
    public Customer? Organization { get; init; }

    /// <summary>Where the input stands among the arguments, for problems.</summary>
    public string Path { get; init; } = "input";
}

/// <summary>What becomes of a customer.</summary>
/// <param name="After">With the version it was read with, 0 when new. The same object as before when unchanged.</param>
public sealed record CustomerDecision(UpsertOutcome Outcome, Customer? Before, Customer After)
{
    /// <summary>To take before the customer is saved.</summary>
    public IReadOnlyList<Claim> Claims { get; init; } = [];

    /// <summary>To give up after that.</summary>
    public IReadOnlyList<Claim> Releases { get; init; } = [];

    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    public bool IsChange => Outcome != UpsertOutcome.Unchanged;

    /// <summary>The customer as he will be stored.</summary>
    public Customer Shown => IsChange ? After with { Version = After.Version + 1 } : After;
}

/// <summary>Pure decisions about customers, the same for a mutation and for an imported row.</summary>
public static class CustomerDecisions
{
    /// <summary>
    /// Finds the customer by the keys of <paramref name="input"/> among the context's holders, else makes one.
    /// </summary>
    /// <param name="newId">For a customer who has to be made.</param>
    public static Outcome<CustomerDecision> Upsert(CustomerUpsertInput input, string newId, CustomerContext context)
    {
        var keys = input.Match.Select(CustomerKey.Of).OfType<CustomerKey>().ToList();
        if (keys.Count < input.Match.Count)
        {
            return Problems.Invalid($"{Parent(context.Path)}.match",
                "A match key is empty or no e-mail address or phone number.");
        }

        var found = keys.Select(context.Holders.HolderOf).OfType<Customer>().DistinctBy(c => c.CustomerId).ToList();
        if (found.Count > 1)
        {
            return CustomerProblems.Blocked(found, $"{Parent(context.Path)}.match");
        }

        // What an earlier attempt of the same writer claimed is his to take: an import's ids are the same each time.
        var pending = keys.Select(context.Holders.PendingOwnerOf).OfType<string>().Where(id => id != newId)
            .Distinct().ToList();
        if (pending.Count > 1
            || (pending.Count == 1 && (found.Count == 1 || context.Holders.Find(pending[0]) is not null)))
        {
            return CustomerProblems.KeyPending($"{Parent(context.Path)}.match");
        }

        // A creation under way has named its id; joining it makes one customer of two requests at once.
        return Decide(
            found.FirstOrDefault(), pending.FirstOrDefault() ?? newId,
            WithMatchKeys(input), context with { OwnId = newId });
    }

    /// <summary>Applies an input to a customer, or makes a new one.</summary>
    public static Outcome<CustomerDecision> Decide(
        Customer? existing, string newId, CustomerInput input, CustomerContext context)
    {
        var start = existing ?? new Customer { CustomerId = newId, CreatedAt = context.Now };
        var edit = new CustomerEdit(start, input, context);
        var after = edit.Apply();
        if (existing is null)
        {
            edit.Problems.AddRange(context.Attributes.Missing(after.StoredAttributes)
                .Select(key => CustomerProblems.AttributeRequired(key, $"{context.Path}.attributes")));
        }

        if (edit.Problems.Count > 0)
        {
            return edit.Problems;
        }

        if (existing is not null && DocumentJson.Write(existing).AsSpan().SequenceEqual(DocumentJson.Write(after)))
        {
            return new CustomerDecision(UpsertOutcome.Unchanged, existing, existing) { Warnings = edit.Warnings };
        }

        after = edit.Seen(after) with { UpdatedAt = context.Now };
        return WithClaims(new(existing is null ? UpsertOutcome.Created : UpsertOutcome.Updated, existing, after),
            context, edit);
    }

    private static Outcome<CustomerDecision> WithClaims(
        CustomerDecision decision, CustomerContext context, CustomerEdit edit)
    {
        var before = decision.Before is { } customer ? CustomerKey.Of(customer) : [];
        var after = CustomerKey.Of(decision.After);
        var claims = new List<Claim>();
        foreach (var key in after.Except(before))
        {
            Take(key, decision.After.CustomerId, context, (claims, edit));
        }

        if (edit.Problems.Count > 0)
        {
            return edit.Problems;
        }

        var kept = after.Select(k => k.Name).ToHashSet();
        return decision with
        {
            Claims = claims,
            Releases = [.. before.Where(k => !kept.Contains(k.Name))
                .Select(k => Claim.On(k.ClaimKind, k.Hash, decision.After.CustomerId))],
            Warnings = edit.Warnings,
        };
    }

    private static void Take(
        CustomerKey key, string ownerId, CustomerContext context, (List<Claim> Claims, CustomerEdit Edit) result)
    {
        var holder = context.Holders.HolderOf(key);
        var pending = context.Holders.PendingOwnerOf(key);
        if (holder?.CustomerId == ownerId)
        {
            // What is his alone from now on has to say so, whoever had it before him.
            var isNamed = context.Holders.ClaimOn(key)!.OwnerId == ownerId;
            result.Claims.AddRange(!isNamed && context.Holders.SharedBy(key, ownerId) is { } own ? [own] : []);
            return;
        }

        if (holder is not null && key.Unique)
        {
            result.Edit.Problems.Add(CustomerProblems.KeyTaken(holder, context.Path));
        }
        else if (holder is not null)
        {
            result.Edit.Warnings.Add(new("SHARED_CONTACT", "Another customer has the same address, number or identity.",
                context.Path.Split('.')));
            result.Claims.AddRange(context.Holders.SharedBy(key, ownerId) is { } shared ? [shared] : []);
        }
        else if (pending is not null && pending != ownerId && pending != context.OwnId)
        {
            result.Edit.Problems.Add(CustomerProblems.KeyPending(context.Path));
        }
        else
        {
            result.Claims.Add(Owned(context.Holders.ClaimOn(key), key, ownerId) with { TakenAt = context.Now });
        }
    }

    // A claim that exists is written over, even when it names this owner already: see KeyHolders.
    private static Claim Owned(Claim? there, CustomerKey key, string ownerId) =>
        there is null ? Claim.On(key.ClaimKind, key.Hash, ownerId) : there with { OwnerId = ownerId };

    /// <summary>The customer gets the keys he was looked for by, unless the input has them already.</summary>
    private static CustomerInput WithMatchKeys(CustomerUpsertInput input)
    {
        var customer = input.Customer;
        foreach (var match in input.Match)
        {
            customer = match switch
            {
                { ExternalId: { } external } => customer with
                {
                    ExternalIds = new((IReadOnlyList<ExternalIdInput>)[.. customer.ExternalIds.Value ?? [], external]),
                },
                { Identity: { } identity } => customer with
                {
                    Identities = new((IReadOnlyList<IdentityInput>)[.. customer.Identities.Value ?? [], identity]),
                },
                { Email: { } email } when !customer.Email.IsSet => customer with { Email = new(email) },
                { Phone: { } phone } when !customer.Phone.IsSet => customer with { Phone = new(phone) },
                _ => customer,
            };
        }

        return customer;
    }

    private static string Parent(string path) =>
        path.EndsWith(".customer", StringComparison.Ordinal) ? path[..^9] : path;
}
