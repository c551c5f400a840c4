using System.Text.Json.Serialization;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

// The documents of other features with only what figures need of them: an order with fifty items is read without
// making fifty objects. A test compares the member names with the real documents.

/// <summary>A document that is one fact of a customer.</summary>
internal interface IFactSource : IDocument
{
    /// <summary>Where the fact lay under its former customer; null where it never moved.</summary>
    DocumentKey? Former { get; }

    Fact ToFact();
}

/// <summary>A <see cref="Transaction"/> as figures see it.</summary>
internal sealed record TransactionSource : IFactSource
{
    public required string FactId { get; init; }

    public required string CustomerId { get; init; }

    public required TransactionKind Kind { get; init; }

    public required long AmountMinor { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? RefundOfFactId { get; init; }

    public string? FormerCustomerId { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => Transaction.KeyOf(CustomerId, FactId);

    [JsonIgnore]
    public DocumentKey? Former => FormerCustomerId is null ? null : Transaction.KeyOf(FormerCustomerId, FactId);

    public Fact ToFact() => new(Fact.IdOf(Key.Id), Version, (FactKind)Kind, At.ToUnixTimeMilliseconds())
    {
        Amount = AmountMinor,
        RefundOf = RefundOfFactId is null ? 0 : Fact.IdOf(Transaction.KeyOf(CustomerId, RefundOfFactId).Id),
    };
}

/// <summary>An <see cref="Interaction"/> as figures see it.</summary>
internal sealed record InteractionSource : IFactSource
{
    public required string FactId { get; init; }

    public required string CustomerId { get; init; }

    public required Channel Channel { get; init; }

    public required FlowDirection Direction { get; init; }

    public required string Type { get; init; }

    public required DateTimeOffset At { get; init; }

    public int? Satisfaction { get; init; }

    public string? FormerCustomerId { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => Interaction.KeyOf(CustomerId, FactId);

    [JsonIgnore]
    public DocumentKey? Former => FormerCustomerId is null ? null : Interaction.KeyOf(FormerCustomerId, FactId);

    /// <summary>
    /// The satisfaction travels as the amount, 0 where there is none; the direction beside the channel.
    /// </summary>
    public Fact ToFact() => new(Fact.IdOf(Key.Id), Version, FactKind.Interaction, At.ToUnixTimeMilliseconds())
    {
        Amount = Satisfaction ?? 0,
        Type = Type.Length <= 200 ? Type : throw new FormatException("A type has at most 200 characters."),
        Channel = TouchCode.Of(Channel, Direction),
    };
}

/// <summary>A <see cref="Customer"/> as figures see it: whether we know who it is, never who.</summary>
internal sealed record CustomerSource : IDocument
{
    public required string CustomerId { get; init; }

    public IReadOnlyList<object> ExternalIds { get; init; } = [];

    public string? DisplayName { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public IReadOnlyList<IdentitySource> Identities { get; init; } = [];

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => Customer.KeyOf(CustomerId);

    /// <summary>
    /// Anything by which a person could be recognised; a device or a cookie is nobody yet, unless verified.
    /// </summary>
    [JsonIgnore]
    public bool IsKnown => ExternalIds.Count > 0 || !string.IsNullOrEmpty(DisplayName) || !string.IsNullOrEmpty(Email)
        || !string.IsNullOrEmpty(Phone) || Identities.Any(i => i.IsKnown);
}

internal sealed record IdentitySource
{
    public required IdentityKind Kind { get; init; }

    public bool Verified { get; init; }

    [JsonIgnore]
    public bool IsKnown => Verified || Kind is not (IdentityKind.Cookie or IdentityKind.Device);
}

/// <summary>A <see cref="Consent"/> as figures see it.</summary>
internal sealed record ConsentSource : IDocument
{
    public required string CustomerId { get; init; }

    public required string Purpose { get; init; }

    public required Channel Channel { get; init; }

    public required ConsentStatus Recorded { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => Consent.KeyOf(CustomerId, Purpose, Channel);
}

/// <summary>Channel and direction of an interaction in the six bits a packed fact has for them.</summary>
public static class TouchCode
{
    private const int Directions = 16;

    public static byte Of(Channel channel, FlowDirection direction) =>
        (byte)((int)channel + (Directions * (int)direction));

    public static Channel ChannelOf(byte code) => (Channel)(code % Directions);

    public static FlowDirection DirectionOf(byte code) => (FlowDirection)(code / Directions);
}
