using CrmCloud.Core.Customers;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Interactions;

/// <summary>A fact with an external id: where it is, and who may write it.</summary>
/// <param name="Claim">Names the customer under whom it is; null when nobody recorded it yet.</param>
/// <param name="Fact">Null when it is not there: new, deleted, or just being written.</param>
public sealed record FactPlace<T>(Claim? Claim, T? Fact) where T : class, IDocument, ICustomerFact
{
    /// <summary>Whether the claim changed while the fact was read: which of the two came first, nobody knows.</summary>
    public bool IsContested { get; init; }

    /// <summary>Longer than any mutation takes between its claim and its save.</summary>
    private static readonly TimeSpan PendingFor = TimeSpan.FromSeconds(30);

    /// <summary>Somebody is just recording or moving it for another customer.</summary>
    public bool IsBusyFor(string customerId, DateTimeOffset now) =>
        IsContested
        || Claim is { } claim && claim.OwnerId != customerId && Fact?.CustomerId != claim.OwnerId
        && now - claim.TakenAt < PendingFor;

    /// <summary>
    /// The claim to take so that the fact may be written for a customer; null when it stands already.
    /// </summary>
    public Claim? ClaimFor(string kind, string factId, string customerId, DateTimeOffset now)
    {
        if (Claim is null)
        {
            return Pipeline.Claim.On(kind, factId, customerId) with { TakenAt = now };
        }

        return Claim.OwnerId == customerId && Fact?.CustomerId == customerId ? null : Claim with
        {
            OwnerId = customerId,
            PreviousOwnerId = Fact is null || Fact.CustomerId == customerId ? null : Fact.CustomerId,
            TakenAt = now,
        };
    }
}

/// <summary>Finds facts by their external id.</summary>
public static class FactReading
{
    // Each further reading means that somebody else moved the fact meanwhile.
    private const int MostReadings = 10;

    public static Task<FactPlace<Transaction>> TransactionAsync(
        ITenantStore store, ExternalIdInput id, CancellationToken stop)
    {
        var factId = Transaction.FactIdOf(new(id.Source, id.Id));
        return PlaceAsync<Transaction>(store, FactDecisions.TransactionClaim, factId, c => Transaction.KeyOf(c, factId),
            stop);
    }

    public static Task<FactPlace<Interaction>> InteractionAsync(
        ITenantStore store, ExternalIdInput id, CancellationToken stop)
    {
        var factId = Interaction.FactIdOf(new(id.Source, id.Id));
        return PlaceAsync<Interaction>(store, FactDecisions.InteractionClaim, factId, c => Interaction.KeyOf(c, factId),
            stop);
    }

    /// <param name="localId">As a caller claims it; anything may stand there.</param>
    public static Task<Transaction?> TransactionByLocalIdAsync(
        ITenantStore store, string? localId, CancellationToken stop) =>
        Parts(localId) is { } parts
            ? store.FindAsync<Transaction>(Transaction.KeyOf(parts.CustomerId, parts.FactId), stop)
            : Task.FromResult<Transaction?>(null);

    /// <inheritdoc cref="TransactionByLocalIdAsync"/>
    public static Task<Interaction?> InteractionByLocalIdAsync(
        ITenantStore store, string? localId, CancellationToken stop) =>
        Parts(localId) is { } parts
            ? store.FindAsync<Interaction>(Interaction.KeyOf(parts.CustomerId, parts.FactId), stop)
            : Task.FromResult<Interaction?>(null);

    /// <inheritdoc cref="TransactionByLocalIdAsync"/>
    public static Task<Measurement?> MeasurementByLocalIdAsync(
        ITenantStore store, string? localId, CancellationToken stop) =>
        IsFactId(localId) ? store.FindAsync<Measurement>(Measurement.KeyOf(localId!), stop)
            : Task.FromResult<Measurement?>(null);

    // Whoever moves a fact writes the claim, then the fact where it lies (the fence), then the fact where it goes. So a
    // fact read between two equal readings of its claim is from before the fence, and writing over it meets a conflict.
    private static async Task<FactPlace<T>> PlaceAsync<T>(
        ITenantStore store, string kind, string factId, Func<string, DocumentKey> keyOf, CancellationToken stop)
        where T : class, IDocument, ICustomerFact
    {
        var claim = await store.FindAsync<Claim>(Claim.KeyOf(kind, factId), stop);
        for (var reading = 0; reading < MostReadings; reading++)
        {
            if (claim is null)
            {
                return new(null, null);
            }

            var fact = await store.FindAsync<T>(keyOf(claim.OwnerId), stop);
            fact = fact is null && claim.PreviousOwnerId is { } previous
                ? await store.FindAsync<T>(keyOf(previous), stop)
                : fact;
            var again = await store.FindAsync<Claim>(claim.Key, stop);
            if (again?.Version == claim.Version)
            {
                return new(claim, fact);
            }

            claim = again;
        }

        return new(claim, null) { IsContested = true };
    }

    private static (string CustomerId, string FactId)? Parts(string? localId) =>
        localId?.Split('/') is [var customerId, var factId] && Buckets.PartitionOf(customerId) is not null
            && IsFactId(factId)
            ? (customerId, factId)
            : null;

    private static bool IsFactId(string? text) => text is { Length: 32 } && text.All(char.IsAsciiHexDigitLower);
}
