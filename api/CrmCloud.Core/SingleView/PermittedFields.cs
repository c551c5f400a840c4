using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.SingleView;

/// <param name="AllowedNow">By status, expiry and the cap on outbound interactions of the channel.</param>
/// <param name="Reason">Why, or why not.</param>
/// <param name="NextAllowedAt">
/// When the cap next leaves room; null where it does now, or time alone will not help.
/// </param>
/// <param name="RemainingInPeriod">Contacts that the cap still leaves; null without a cap.</param>
public sealed record PermittedContact(
    Channel Channel, string Purpose, bool AllowedNow, string Reason, DateTimeOffset? NextAllowedAt,
    int? RemainingInPeriod);

[ExtendObjectType(typeof(Customer))]
public sealed class PermittedFields
{
    /// <summary>For each purpose and channel he was asked about: may we contact him now, and why.</summary>
    [Cost(5)]
    public async Task<IReadOnlyList<PermittedContact>> PermittedAsync(
        [Parent] Customer customer, Caller caller, CancellationToken stop)
    {
        var result = new List<PermittedContact>();
        foreach (var consent in await CustomerFields.ConsentsOfAsync(caller.Store, customer.CustomerId, stop))
        {
            var recent = consent is { MaxPer: { } cap } && consent.StatusAt(caller.Now) == ConsentStatus.Granted
                ? await OutboundAsync(caller, consent, cap, stop)
                : [];
            result.Add(Judge(consent, recent, caller.Now));
        }

        return result;
    }

    /// <summary>Whether a consent permits a contact now.</summary>
    /// <param name="recent">
    /// Outbound contacts of the channel within the cap's span, newest first; at most as many as the cap allows.
    /// </param>
    public static PermittedContact Judge(Consent consent, IReadOnlyList<DateTimeOffset> recent, DateTimeOffset now)
    {
        var answer = new PermittedContact(consent.Channel, consent.Purpose, false, "", null, null);
        return consent.StatusAt(now) switch
        {
            ConsentStatus.Granted when consent.MaxPer is not { } cap =>
                answer with { AllowedNow = true, Reason = Granted(consent) },
            ConsentStatus.Granted when recent.Count < consent.MaxPer.Max => answer with
            {
                AllowedNow = true,
                Reason = Granted(consent),
                RemainingInPeriod = consent.MaxPer.Max - recent.Count,
            },
            ConsentStatus.Granted => answer with
            {
                Reason = $"He was contacted {recent.Count} times; he permits {consent.MaxPer!.Max} in this span.",
                NextAllowedAt = recent[^1] + consent.MaxPer.Per,
                RemainingInPeriod = 0,
            },
            ConsentStatus.Expired => answer with { Reason = $"The consent expired at {consent.ExpiresAt:u}." },
            ConsentStatus.Revoked => answer with { Reason = "He took the consent back." },
            ConsentStatus.PendingConfirmation => answer with { Reason = "He has not confirmed the consent yet." },
            _ => answer with { Reason = "He refused." },
        };
    }

    private static string Granted(Consent consent) => consent.LawfulBasis == LawfulBasis.Consent
        ? "He consented."
        : $"Lawful basis: {Problem.PublicName(consent.LawfulBasis)}.";

    private static async Task<IReadOnlyList<DateTimeOffset>> OutboundAsync(
        Caller caller, Consent consent, FrequencyCap cap, CancellationToken stop)
    {
        var query = new Query(Container.Interactions, Buckets.Of(consent.CustomerId), "interaction")
        {
            Where =
            [
                new("customerId", Comparison.Equal, consent.CustomerId),
                new("at", Comparison.Greater, SortText.Of(caller.Now - cap.Per)),
                new("at", Comparison.LessOrEqual, SortText.Of(caller.Now)),
                new("channel", Comparison.Equal, consent.Channel.ToString()),
                new("direction", Comparison.Equal, FlowDirection.Outbound.ToString()),
            ],
            OrderBy = "at",
            Descending = true,
            Take = cap.Max,
        };
        return [.. (await caller.Store.QueryAsync<Interaction>(query, stop)).Items.Select(i => i.At)];
    }
}
