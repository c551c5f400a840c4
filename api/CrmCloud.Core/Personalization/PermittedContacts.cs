using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Personalization;

/// <param name="AllowedNow">By status, expiry, the customer's cap on the channel and the tenant's cap on all.</param>
/// <param name="Reason">Why, or why not.</param>
/// <param name="NextAllowedAt">
/// When the caps next leave room; null where they do now, or time alone will not help.
/// </param>
/// <param name="RemainingInPeriod">Contacts that the caps still leave; null without a cap.</param>
public sealed record PermittedContact(
    Channel Channel, string Purpose, bool AllowedNow, string Reason, DateTimeOffset? NextAllowedAt,
    int? RemainingInPeriod);

/// <summary>May a customer be contacted now? One answer for whoever asks.</summary>
public static class PermittedContacts
{
    /// <summary>For each purpose and channel he was asked about.</summary>
    public static async Task<IReadOnlyList<PermittedContact>> OfAsync(
        Caller caller, string customerId, CancellationToken stop)
    {
        var consents = await CustomerFields.ConsentsOfAsync(caller.Store, customerId, stop);
        var log = await caller.Store.FindAsync<ContactLog>(ContactLog.KeyOf(customerId), stop);
        var everything = caller.Tenant.Settings.FrequencyCap;
        var contacts = await Contacts.LoadAsync(
            caller, customerId, log, consents.Select(c => c.MaxPer).Append(everything), stop);
        return [.. consents.Select(consent => Judge(consent, contacts, everything, caller.Now))];
    }

    internal static PermittedContact Judge(
        Consent consent, Contacts contacts, FrequencyCap? everything, DateTimeOffset now)
    {
        var answer = new PermittedContact(consent.Channel, consent.Purpose, false, "", null, null);
        if (Refusal(consent, now) is { } refusal)
        {
            return answer with { Reason = refusal };
        }

        var own = consent.MaxPer is { } cap ? CapUse.Of(cap, contacts.OfChannel(consent.Channel), now) : null;
        var all = everything is null ? null : CapUse.Of(everything, contacts.All, now);
        CapUse[] used = [.. new[] { own, all }.OfType<CapUse>()];
        return answer with
        {
            AllowedNow = used.All(use => use.Allows),
            Reason = own is { Allows: false } ? $"The customer permits so many on this channel: {own.Text}."
                : all is { Allows: false } ? $"So many contacts are allowed in all: {all.Text}."
                : Granted(consent),
            NextAllowedAt = used.Max(use => use.NextAt),
            RemainingInPeriod = used.Length == 0 ? null : used.Min(use => use.Remaining),
        };
    }

    /// <summary>Why a consent permits nothing now; null where it does.</summary>
    internal static string? Refusal(Consent consent, DateTimeOffset now) => consent.StatusAt(now) switch
    {
        ConsentStatus.Granted => null,
        ConsentStatus.Expired => $"The consent expired at {consent.ExpiresAt:u}.",
        ConsentStatus.Revoked => "The consent was taken back.",
        ConsentStatus.PendingConfirmation => "The consent is not confirmed yet.",
        _ => "The customer refused.",
    };

    private static string Granted(Consent consent) => consent.LawfulBasis == LawfulBasis.Consent
        ? "The customer consented."
        : $"Lawful basis: {Problem.PublicName(consent.LawfulBasis)}.";
}
