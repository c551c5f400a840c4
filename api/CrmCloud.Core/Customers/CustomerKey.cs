using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

/// <summary>Something by which a customer is found, in the form in which it is claimed.</summary>
/// <param name="ClaimKind"><see cref="ExternalKind"/> or <see cref="IdentityClaimKind"/>.</param>
/// <param name="Unique">
/// No two customers may have it: external ids and verified identities. Other keys (an address typed into a form) lead
/// to the first customer who had them; a second one may have the same without a claim.
/// </param>
public sealed record CustomerKey(string ClaimKind, string Hash, bool Unique)
{
    public const string ExternalKind = "customer-external";
    public const string IdentityClaimKind = "customer-identity";

    public DocumentKey ClaimKey => Claim.KeyOf(ClaimKind, Hash);

    /// <summary>The same key, unique or not.</summary>
    public (string Kind, string Hash) Name => (ClaimKind, Hash);

    public static CustomerKey External(string source, string id) =>
        new(ExternalKind, KeyHash.Of(source, id), Unique: true);

    /// <param name="value">Normal form; see <see cref="NormalForm"/>.</param>
    public static CustomerKey OfIdentity(IdentityKind kind, string value, bool verified) =>
        new(IdentityClaimKind, KeyHash.Of(kind.ToString(), value), verified);

    /// <summary>Every key of a customer, each once; unique if it is so in any role.</summary>
    public static IReadOnlyList<CustomerKey> Of(Customer customer)
    {
        var keys = customer.ExternalIds.Select(e => External(e.Source, e.Id))
            .Concat(customer.Identities.Select(i => OfIdentity(i.Kind, i.Value, i.Verified)));
        keys = customer.Email is { } email ? keys.Append(OfIdentity(IdentityKind.Email, email, verified: false)) : keys;
        keys = customer.Phone is { } phone ? keys.Append(OfIdentity(IdentityKind.Phone, phone, verified: false)) : keys;
        return Distinct(keys);
    }

    /// <summary>Every key that an input names.</summary>
    public static IReadOnlyList<CustomerKey> Of(CustomerInput input)
    {
        var keys = (input.ExternalIds.Value ?? []).Select(e => External(e.Source, e.Id))
            .Concat((input.Identities.Value ?? []).Select(Of));
        keys = NormalForm.Email(input.Email.Value) is { } email
            ? keys.Append(OfIdentity(IdentityKind.Email, email, verified: false))
            : keys;
        keys = NormalForm.Phone(input.Phone.Value) is { } phone
            ? keys.Append(OfIdentity(IdentityKind.Phone, phone, verified: false))
            : keys;
        return Distinct(keys);
    }

    /// <summary>Null when the address or number is none.</summary>
    public static CustomerKey? Of(CustomerMatch match) => match switch
    {
        { ExternalId: { } external } => External(external.Source, external.Id),
        { Email: { } email } => OfValue(IdentityKind.Email, email),
        { Phone: { } phone } => OfValue(IdentityKind.Phone, phone),
        { Identity: { } identity } => Of(identity),
        _ => null,
    };

    public static CustomerKey Of(IdentityInput identity) =>
        OfIdentity(identity.Kind, NormalForm.Of(identity.Kind, identity.Value) ?? identity.Value.Trim(),
            identity.Verified);

    private static CustomerKey? OfValue(IdentityKind kind, string value) =>
        NormalForm.Of(kind, value) is { } normal ? OfIdentity(kind, normal, verified: false) : null;

    private static List<CustomerKey> Distinct(IEnumerable<CustomerKey> keys) =>
        [.. keys.GroupBy(k => k.Name).Select(g => g.FirstOrDefault(k => k.Unique) ?? g.First())];
}

/// <summary>One spelling for each address and number, so that equal ones are found.</summary>
public static class NormalForm
{
    private const int FewestDigits = 3;
    private const int MostDigits = 20;

    /// <summary>The value in its kind's form; null when it is none of that kind.</summary>
    public static string? Of(IdentityKind kind, string? value) => kind switch
    {
        IdentityKind.Email => Email(value),
        IdentityKind.Phone => Phone(value),
        _ => string.IsNullOrWhiteSpace(value) ? null : value.Trim(),
    };

    /// <summary>Trimmed, lower case; null without exactly one '@' between two non-empty parts.</summary>
    public static string? Email(string? text)
    {
        var trimmed = text?.Trim().ToLowerInvariant();
        var at = trimmed?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return at > 0 && at == trimmed!.LastIndexOf('@') && at < trimmed.Length - 1 && !trimmed.Any(char.IsWhiteSpace)
            ? trimmed
            : null;
    }

    /// <summary>Digits, with a leading '+' where given with '+' or 00; null with letters or too few digits.</summary>
    public static string? Phone(string? text)
    {
        var trimmed = text?.Trim() ?? "";
        var digits = new string([.. trimmed.Where(char.IsAsciiDigit)]);
        if (digits.Length is < FewestDigits or > MostDigits || !trimmed.All(IsPhoneCharacter))
        {
            return null;
        }

        return trimmed[0] == '+' ? "+" + digits
            : digits.StartsWith("00", StringComparison.Ordinal) && digits.Length > FewestDigits + 2 ? "+" + digits[2..]
            : digits;
    }

    private static bool IsPhoneCharacter(char c) =>
        char.IsAsciiDigit(c) || c is ' ' or '+' or '-' or '.' or '/' or '(' or ')';
}
