using CrmCloud.Core.Customers;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Bulk;

/// <summary>One statement about a consent, as a file has it.</summary>
public sealed record ConsentRow
{
    /// <summary>Must be known already; a consent does not make a customer.</summary>
    public required ExternalIdInput? Customer { get; init; }

    public required string Purpose { get; init; }

    public required Channel Channel { get; init; }

    public required ConsentStatus Status { get; init; }

    public required string Source { get; init; }

    public LawfulBasis? LawfulBasis { get; init; }

    /// <summary>When it was given or taken back; the start of the import where the file does not say.</summary>
    public DateTimeOffset? At { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public int? ValueToCustomer { get; init; }

    public string? WordingVersion { get; init; }

    public string? ProofUrl { get; init; }
}
