using System.Collections.Frozen;

namespace CrmCloud.Core.Bulk;

/// <summary>What kind of value a field takes.</summary>
public enum FieldKind
{
    Text,
    Decimal,
    Instant,
    Day,
}

/// <summary>A field that a mapping may name.</summary>
/// <param name="Required">Of every record; so the mapping must name it.</param>
/// <param name="PerLine">Each line of a record has its own value.</param>
public sealed record ImportField(
    string Path, FieldKind Kind = FieldKind.Text, bool Required = false, bool PerLine = false);

/// <summary>The fields of each target, named as in the input of the single-record mutation.</summary>
public static class ImportFields
{
    /// <summary>Followed by an attribute's key; what follows that, if anything, says how to read the value.</summary>
    public const string AttributePrefix = "attributes.";

    private static readonly ImportField[] ExternalId =
        [new("externalId.source", Required: true), new("externalId.id", Required: true)];

    private static readonly ImportField[] CustomerRef =
        [new("customer.externalId.source", Required: true), new("customer.externalId.id", Required: true)];

    private static readonly ImportField[] CustomerContent =
    [
        new("kind"), new("displayName"), new("email"), new("phone"),
        new("birthDate", FieldKind.Day), new("language"), new("country"),
    ];

    private static readonly ImportField[] NewCustomer =
        [.. CustomerContent.Select(f => f with { Path = "customer." + f.Path })];

    private static readonly FrozenDictionary<ImportTarget, ImportField[]> All =
        new Dictionary<ImportTarget, ImportField[]>
        {
            [ImportTarget.Customers] =
            [
                .. ExternalId, .. CustomerContent,
                new("organization.externalId.source"), new("organization.externalId.id"),
            ],
            [ImportTarget.Transactions] =
            [
                .. ExternalId, .. CustomerRef, .. NewCustomer,
                new("kind", Required: true), new("at", FieldKind.Instant, Required: true),
                new("amount", FieldKind.Decimal), new("currency"), new("margin", FieldKind.Decimal),
                new("refundOf.externalId.source"), new("refundOf.externalId.id"),
                new("items.sku", PerLine: true), new("items.category", PerLine: true),
                new("items.quantity", FieldKind.Decimal, PerLine: true),
                new("items.unitPrice", FieldKind.Decimal, PerLine: true),
                new("items.amount", FieldKind.Decimal, PerLine: true),
            ],
            [ImportTarget.Interactions] =
            [
                .. ExternalId, .. CustomerRef, .. NewCustomer,
                new("channel", Required: true), new("direction", Required: true), new("type", Required: true),
                new("occurredAt", FieldKind.Instant, Required: true),
                new("summary"), new("properties"), new("satisfaction"),
            ],
            [ImportTarget.Consents] =
            [
                .. CustomerRef, new("purpose", Required: true),
                new("channel", Required: true), new("status", Required: true),
                new("source", Required: true), new("lawfulBasis"), new("at", FieldKind.Instant),
                new("expiresAt", FieldKind.Instant), new("valueToCustomer"), new("wordingVersion"), new("proofUrl"),
            ],
            [ImportTarget.Measurements] =
            [
                .. ExternalId, new("key", Required: true), new("at", FieldKind.Day, Required: true),
                new("amount", FieldKind.Decimal, Required: true), new("currency"), new("dimension"),
            ],
        }.ToFrozenDictionary();

    public static IReadOnlyList<ImportField> Of(ImportTarget target) => All[target];

    /// <summary>Null for a path that is no field of the target.</summary>
    public static ImportField? Find(ImportTarget target, string path) =>
        All[target].FirstOrDefault(f => f.Path == path) ?? (target == ImportTarget.Customers ? Attribute(path) : null);

    /// <summary>Whether a JSON member may stand at a path when no mapping says what is read.</summary>
    public static bool IsMember(ImportTarget target, string path) =>
        path.StartsWith("properties.", StringComparison.Ordinal)
        || path == RejectedFile.JsonMember || path.StartsWith(RejectedFile.JsonMember + ".", StringComparison.Ordinal)
        || All[target].Any(f => f.Path == path || f.Path.StartsWith(path + ".", StringComparison.Ordinal))
        || (MoneyOf(path) is { } money && All[target].Any(f => f.Path == money && f.Kind == FieldKind.Decimal));

    /// <summary>Where JSON of the single-record input has a field.</summary>
    public static string MemberOf(ImportTarget target, string path) =>
        target == ImportTarget.Transactions && path == "currency" ? "amount.currency" : path;

    // Money in inputs is {amount, currency}.
    private static string? MoneyOf(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot > 0 && path[(dot + 1)..] is "amount" or "currency" && dot > 0 ? path[..dot] : null;
    }

    private static ImportField? Attribute(string path)
    {
        var parts = path.Split('.');
        var valid = path.StartsWith(AttributePrefix, StringComparison.Ordinal) && parts[1].Length is >= 1 and <= 60
            && (parts.Length == 2 || (parts.Length == 3 && parts[2] is "string" or "number" or "boolean" or "date"));
        return !valid ? null : new(path, parts.Length < 3 ? FieldKind.Text : parts[2] switch
        {
            "number" => FieldKind.Decimal,
            "date" => FieldKind.Day,
            _ => FieldKind.Text,
        });
    }
}
