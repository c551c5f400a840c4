using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Interactions;

/// <summary>
/// An event at a touchpoint. With an external id it can be repeated and corrected: same content changes nothing, other
/// content is a new version, in which a field left out is unchanged and null clears it.
/// </summary>
public sealed record InteractionInput
{
    public ExternalIdInput? ExternalId { get; init; }

    /// <summary>The customer, if known; else give an identity.</summary>
    public Ref? Customer { get; init; }

    /// <summary>Finds the customer, or makes an anonymous one who is known by this alone.</summary>
    public IdentityInput? Identity { get; init; }

    public required Channel Channel { get; init; }

    public required FlowDirection Direction { get; init; }

    /// <summary>Your own word: visit, support_call, newsletter_opened... 1 to 60 of a-z, 0-9, '_', '-', '.'.</summary>
    [MaxLength(60)]
    public required string Type { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    [MaxLength(2_000)]
    public Optional<string?> Summary { get; init; }

    /// <summary>A JSON object of at most 20,000 characters.</summary>
    public Optional<JsonElement?> Properties { get; init; }

    /// <summary>1 to 5, as the customer said.</summary>
    [Range(1, 5)]
    public Optional<int?> Satisfaction { get; init; }
}

/// <summary>Up to 500 interactions, each with its own result.</summary>
public sealed record InteractionsInput
{
    [MaxLength(500), MinLength(1)]
    public required IReadOnlyList<InteractionInput> Items { get; init; }

    [DefaultValue(ErrorPolicy.SkipFailedRows)]
    public ErrorPolicy ErrorPolicy { get; init; } = ErrorPolicy.SkipFailedRows;
}

/// <summary>
/// Something bought, renewed, given back, quoted or asked for, in the tenant's currency. The external id makes it
/// repeatable; other content under the same id is a correction, another customer moves it.
/// </summary>
public sealed record TransactionInput
{
    public required ExternalIdInput ExternalId { get; init; }

    /// <summary>The order that a REFUND or CANCELLATION takes back, where known.</summary>
    public Optional<Ref?> RefundOf { get; init; }

    public required Ref Customer { get; init; }

    public required TransactionKind Kind { get; init; }

    /// <summary>0 or more; a refund is positive too.</summary>
    public required MoneyInput Amount { get; init; }

    public Optional<MoneyInput?> Margin { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>At most 1,000; imports take 5,000.</summary>
    [MaxLength(1_000)]
    public Optional<IReadOnlyList<TransactionItemInput>?> Items { get; init; }
}

public sealed record TransactionItemInput
{
    [MaxLength(100), MinLength(1)]
    public required string Sku { get; init; }

    public required decimal Quantity { get; init; }

    /// <summary>Of the whole line; negative for a discount.</summary>
    public required MoneyInput Amount { get; init; }

    [MaxLength(100)]
    public string? Category { get; init; }
}

/// <summary>A figure from elsewhere (net income, acquisition cost, exposures) for indicators that need it.</summary>
public sealed record MeasurementInput
{
    public required ExternalIdInput ExternalId { get; init; }

    /// <summary>1 to 60 of a-z, 0-9, '_', '-', '.'.</summary>
    [MaxLength(60)]
    public required string Key { get; init; }

    /// <summary>The day it counts for, in the tenant's zone.</summary>
    public required DateOnly At { get; init; }

    public required decimal Amount { get; init; }

    /// <summary>For money: the tenant's currency.</summary>
    public Optional<Currency?> Currency { get; init; }

    [MaxLength(100)]
    public Optional<string?> Dimension { get; init; }
}
