using System.Text.RegularExpressions;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Customers;

/// <summary>One customer and the input that changes him; collects every problem rather than the first.</summary>
public sealed partial class CustomerEdit(Customer start, CustomerInput input, CustomerContext context)
{
    private static readonly DateOnly EarliestBirth = new(1850, 1, 1);

    public List<Problem> Problems { get; } = [];

    public List<Warning> Warnings { get; } = [];

    /// <summary>The customer after the input; only to be used when there are no problems.</summary>
    public Customer Apply()
    {
        CheckTexts();
        return start with
        {
            Kind = Given(input.Kind, start.Kind) ?? CustomerKind.Person,
            DisplayName = Text(input.DisplayName, start.DisplayName),
            Email = Normal(input.Email, start.Email, IdentityKind.Email, "email"),
            Phone = Normal(input.Phone, start.Phone, IdentityKind.Phone, "phone"),
            BirthDate = Given(input.BirthDate, start.BirthDate),
            Language = Text(input.Language, start.Language),
            Country = Text(input.Country, start.Country),
            OrganizationId = Organization(),
            ExternalIds = ExternalIds(),
            Identities = Identities(),
            Likes = Likes(),
            StoredAttributes = Attributes(),
        };
    }

    /// <summary>Notes that the identities of the input were seen now. Alone it is no reason to write.</summary>
    public Customer Seen(Customer customer)
    {
        var seen = (input.Identities.Value ?? []).Select(i => CustomerKey.Of(i).Name).ToHashSet();
        return customer with
        {
            Identities = [.. customer.Identities.Select(i =>
                seen.Contains(CustomerKey.OfIdentity(i.Kind, i.Value, i.Verified).Name)
                    ? i with { LastSeenAt = context.Now } : i)],
        };
    }

    private bool Keeps => context.OnConflict == UpsertConflict.KeepExisting;

    private T? Given<T>(Optional<T?> given, T? there) where T : struct =>
        !given.IsSet || (Keeps && there is not null && start.Version > 0) ? there : given.Value;

    private string? Text(Optional<string?> given, string? there)
    {
        var kept = !given.IsSet || (Keeps && there is not null);
        return kept ? there : string.IsNullOrWhiteSpace(given.Value) ? null : given.Value.Trim();
    }

    private string? Normal(Optional<string?> given, string? there, IdentityKind kind, string field)
    {
        var text = Text(given, there);
        if (text is null || text == there)
        {
            return text;
        }

        if (NormalForm.Of(kind, text) is { } normal)
        {
            return normal;
        }

        Problems.Add(Shared.Problems.Invalid($"{context.Path}.{field}",
            kind == IdentityKind.Email ? "Not an e-mail address."
                : "Not a phone number: 3 to 20 digits, with + for the country."));
        return there;
    }

    private void CheckTexts()
    {
        if (input.Language.Value is { } language && !LanguageTag().IsMatch(language))
        {
            Problems.Add(Shared.Problems.Invalid($"{context.Path}.language", "Not a language tag; en-GB is one."));
        }

        if (input.BirthDate.Value is { } birth
            && (birth < EarliestBirth || birth > DateOnly.FromDateTime(context.Now.UtcDateTime).AddDays(1)))
        {
            Problems.Add(Shared.Problems.OutOfRange($"{context.Path}.birthDate", "From 1850-01-01 until today."));
        }
    }

    private string? Organization()
    {
        if (!input.Organization.IsSet || (Keeps && start.OrganizationId is not null))
        {
            return start.OrganizationId;
        }

        var organization = input.Organization.Value is null ? null : context.Organization;
        if (organization is { Kind: not CustomerKind.Organization } || organization?.CustomerId == start.CustomerId)
        {
            Problems.Add(Shared.Problems.Invalid($"{context.Path}.organization",
                "Must be another customer of kind ORGANIZATION."));
        }

        return organization?.CustomerId;
    }

    private IReadOnlyList<ExternalId> ExternalIds()
    {
        if (!input.ExternalIds.IsSet)
        {
            return start.ExternalIds;
        }

        var given = (input.ExternalIds.Value ?? []).Select(e => new ExternalId(e.Source, e.Id));
        var all = input.ExternalIds.Value is null ? [] : start.ExternalIds.Union(given).ToList();
        return Within(all, CustomerLimits.ExternalIds, "externalIds");
    }

    private IReadOnlyList<Identity> Identities()
    {
        if (!input.Identities.IsSet || input.Identities.Value is null)
        {
            return input.Identities.IsSet ? [] : start.Identities;
        }

        var all = start.Identities.ToList();
        for (var i = 0; i < input.Identities.Value.Count; i++)
        {
            var given = input.Identities.Value[i];
            if (NormalForm.Of(given.Kind, given.Value) is { } value)
            {
                Add(all, given, value);
            }
            else
            {
                Problems.Add(
                    Shared.Problems.Invalid($"{context.Path}.identities.{i}.value", "Empty, or not of this kind."));
            }
        }

        return Within(all, CustomerLimits.Identities, "identities");
    }

    // What was proven or given voluntarily once stays so; only null for the whole list takes identities away.
    private void Add(List<Identity> all, IdentityInput given, string value)
    {
        var at = all.FindIndex(i => i.Kind == given.Kind && i.Value == value);
        if (at >= 0)
        {
            all[at] = all[at] with
            {
                Verified = all[at].Verified || given.Verified,
                Voluntary = all[at].Voluntary || given.Voluntary,
            };
            return;
        }

        all.Add(new()
        {
            Kind = given.Kind,
            Value = value,
            Verified = given.Verified,
            Voluntary = given.Voluntary,
            Source = given.Source,
            FirstSeenAt = context.Now,
            LastSeenAt = context.Now,
        });
    }

    private IReadOnlyList<Preference> Likes()
    {
        if (!input.Likes.IsSet || input.Likes.Value is null)
        {
            return input.Likes.IsSet ? [] : start.Likes;
        }

        var all = start.Likes.ToList();
        foreach (var given in input.Likes.Value)
        {
            var at = all.FindIndex(p => string.Equals(p.Subject, given.Subject, StringComparison.OrdinalIgnoreCase));
            var preference = new Preference(given.Subject, given.Sentiment, given.Source, context.Now);
            if (at < 0)
            {
                all.Add(preference);
            }
            else if (!Keeps && all[at].Sentiment != given.Sentiment)
            {
                all[at] = preference;
            }
        }

        return Within(all, CustomerLimits.Likes, "likes");
    }

    private IReadOnlyList<StoredAttribute> Attributes()
    {
        if (!input.Attributes.IsSet)
        {
            return start.StoredAttributes;
        }

        if (input.Attributes.Value is { } given)
        {
            return Within(context.Attributes.Apply(start.StoredAttributes, given, context, this),
                CustomerLimits.Attributes, "attributes");
        }

        Problems.AddRange(context.Attributes.Missing([])
            .Select(key => CustomerProblems.AttributeRequired(key, $"{context.Path}.attributes")));
        return [];
    }

    private IReadOnlyList<T> Within<T>(IReadOnlyList<T> all, int most, string field)
    {
        if (all.Count > most)
        {
            Problems.Add(CustomerProblems.TooMany(field, most, $"{context.Path}.{field}"));
        }

        return all;
    }

    [GeneratedRegex("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
    private static partial Regex LanguageTag();
}
