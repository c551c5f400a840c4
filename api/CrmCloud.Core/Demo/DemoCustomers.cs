using System.Text;
using CrmCloud.Core.Customers;

namespace CrmCloud.Core.Demo;

/// <summary>The master record of an invented person.</summary>
internal static class DemoCustomers
{
    public const string Source = "shop";
    private const double VerifiedShare = 0.8;
    private const double MemberShare = 0.45;

    public static Customer Describe(DemoPerson person, DateTimeOffset firstSeenAt)
    {
        var chance = person.Chance;
        var place = DemoWords.Countries[chance.Pick([.. DemoWords.Countries.Select(country => country.Share)])];
        var (given, family) = (chance.One(place.Given), chance.One(place.Family));
        var email = $"{Plain(given)}.{Plain(family)}{person.Number}@{chance.One(DemoWords.Domains)}";
        var phone = place.Country == "GB" && chance.Happens(0.6)
            ? $"+447700900{person.Number % 1_000:000}"
            : null;
        return new()
        {
            CustomerId = person.CustomerId,
            ExternalIds = [new(Source, $"C-{person.Number:000000}")],
            DisplayName = $"{given} {family}",
            Email = email,
            // The range kept for fiction has 1,000 numbers; each is given once.
            Phone = person.Number <= 1_000 ? phone : null,
            BirthDate = chance.Happens(0.35) ? new DateOnly(1946, 1, 1).AddDays(chance.Next(60 * 365)) : null,
            Language = place.Language,
            Country = place.Country,
            StoredAttributes = Attributes(person, firstSeenAt),
            Identities = Identities(person, email, firstSeenAt),
            Likes = Likes(person, firstSeenAt),
            CreatedAt = firstSeenAt,
            UpdatedAt = firstSeenAt,
        };
    }

    private static List<StoredAttribute> Attributes(DemoPerson person, DateTimeOffset at)
    {
        var attributes = new List<StoredAttribute>
        {
            new() { AttributeKey = "favourite_category", Text = person.Favourite, Source = Source, ObservedAt = at },
        };
        if (person.Chance.Happens(MemberShare))
        {
            var tier = person.Habit == DemoHabit.Champion ? "gold" : person.Chance.Happens(0.3) ? "silver" : "bronze";
            attributes.Add(new() { AttributeKey = "loyalty_tier", Text = tier, Source = Source, ObservedAt = at });
        }

        if (person.Chance.Happens(0.4))
        {
            var cups = (decimal)person.Chance.Next(1, 8);
            attributes.Add(new() { AttributeKey = "cups_a_day", Number = cups, Source = "survey", ObservedAt = at });
        }

        return attributes;
    }

    private static List<Identity> Identities(DemoPerson person, string email, DateTimeOffset at)
    {
        var verified = person.Habit != DemoHabit.Prospect && person.Chance.Happens(VerifiedShare);
        var identities = new List<Identity>
        {
            Known(IdentityKind.Email, email, verified, at),
        };
        if (person.Chance.Happens(MemberShare))
        {
            identities.Add(Known(IdentityKind.LoyaltyCard, $"HF{person.Number:00000000}", true, at));
        }

        return identities;
    }

    private static List<Preference> Likes(DemoPerson person, DateTimeOffset at)
    {
        if (!person.Chance.Happens(0.3))
        {
            return [];
        }

        var (subject, likes) = (person.Chance.One(DemoWords.Likes), person.Chance.Happens(0.85));
        return [new(subject, likes ? Sentiment.Likes : Sentiment.Dislikes, "survey", at)];
    }

    private static Identity Known(IdentityKind kind, string value, bool verified, DateTimeOffset at) => new()
    {
        Kind = kind,
        Value = value,
        Verified = verified,
        Voluntary = true,
        Source = Source,
        FirstSeenAt = at,
        LastSeenAt = at,
    };

    // An address has no accents, spaces or apostrophes. The two letters that do not come apart are named.
    private static string Plain(string name)
    {
        var apart = name.ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal)
            .Replace('ı', 'i').Normalize(NormalizationForm.FormD);
        return new([.. apart.Where(char.IsAsciiLetter)]);
    }
}
