using CrmCloud.Core.Audit;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Demo;

/// <summary>What contact an invented person permits, by purpose and channel.</summary>
internal static class DemoConsents
{
    public const string Marketing = "marketing";
    public const string Personalization = "personalization";
    private const string Wording = "2025-01";
    private static readonly Actor Importer = new(ActorKind.SystemJob, null, "Demo data");

    /// <param name="at">When he was asked.</param>
    public static List<Consent> Of(DemoPerson person, DateTimeOffset at, DateTimeOffset now)
    {
        var chance = person.Chance;
        var consents = new List<Consent>
        {
            Answer(person, (Marketing, Channel.Email), chance.Pick([62, 24, 14]), (at, now)),
        };
        if (chance.Happens(0.35))
        {
            consents.Add(Answer(person, (Marketing, Channel.Sms), chance.Pick([30, 60, 10]), (at, now)));
        }

        if (chance.Happens(0.7))
        {
            consents.Add(Answer(person, (Personalization, Channel.Web), chance.Pick([78, 22, 0]), (at, now)));
        }

        return consents;
    }

    public static bool MayWrite(IEnumerable<Consent> consents) => consents.Any(consent =>
        consent is { Purpose: Marketing, Channel: Channel.Email, Recorded: ConsentStatus.Granted });

    /// <param name="answer">0 granted, 1 denied, 2 granted and later taken back.</param>
    private static Consent Answer(
        DemoPerson person,
        (string Purpose, Channel Channel) about,
        int answer,
        (DateTimeOffset At, DateTimeOffset Now) span)
    {
        var at = span.At;
        var evidence = new ConsentEvidence("signup_form", Wording, at, null);
        var first = answer == 1 ? ConsentStatus.Denied : ConsentStatus.Granted;
        var consent = new Consent
        {
            CustomerId = person.CustomerId,
            Purpose = about.Purpose,
            Channel = about.Channel,
            Recorded = first,
            LawfulBasis = LawfulBasis.Consent,
            GrantedAt = answer == 1 ? null : at,
            MaxPer = person.Chance.Happens(0.2) ? new FrequencyCap(2, TimeSpan.FromDays(30)) : null,
            ValueToCustomer = person.Chance.Happens(0.4) ? 1 + person.Chance.Pick([8, 12, 30, 30, 20]) : null,
            Evidence = evidence,
            History = [new(at, first, Importer, evidence)],
        };
        if (answer != 2)
        {
            return consent;
        }

        var takenBack = at + TimeSpan.FromSeconds(
            Math.Floor((span.Now - at).TotalSeconds * person.Chance.NextDouble()));
        var link = new ConsentEvidence("unsubscribe_link", null, takenBack, null);
        return consent with
        {
            Recorded = ConsentStatus.Revoked,
            RevokedAt = takenBack,
            Evidence = link,
            History = [.. consent.History, new(takenBack, ConsentStatus.Revoked, Importer, link)],
        };
    }
}
