using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <summary>
/// When one tenant and mode is to be visited although nothing changes. Lies in the directory, so that a timer finds
/// those who are due with one query.
/// </summary>
public sealed record NextVisit : IDocument
{
    /// <summary>Later than any clock, and still exact as an IEEE double: the last second of the year 9999.</summary>
    public const long Never = 253_402_300_799_000;

    public required string Tenant { get; init; }

    public required DataMode Mode { get; init; }

    /// <summary>Epoch milliseconds; <see cref="Never"/> when time alone changes nothing.</summary>
    public required long At { get; init; }

    /// <summary>Epoch milliseconds of the end of the tenant's local day in which he was last visited.</summary>
    public required long DayEndsAt { get; init; }

    /// <summary>Epoch milliseconds at which the last visit began; 0 before the first.</summary>
    public long VisitedAt { get; init; }

    /// <summary>How often a visit was asked for; tells the end of one whether it was while he was visited.</summary>
    public long Asked { get; init; }

    /// <summary>Visits that failed since the last one that did not.</summary>
    public int Failures { get; init; }

    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(new(Tenant, Mode));

    [JsonIgnore]
    public TenantMode Whose => new(Tenant, Mode);

    public static DocumentKey KeyOf(TenantMode tenant) =>
        new(Container.Directory, "", $"nextvisit/{CloudPartition.Of(tenant.Tenant, tenant.Mode, "")}");
}
