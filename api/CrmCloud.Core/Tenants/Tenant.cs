using System.Text.Json.Serialization;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

public enum TenantStatus
{
    Provisioning,
    Active,
    ReadOnly,
    Suspended,
    Closing,
}

public enum RfmMethod
{
    /// <summary>Strict rank: equal values share a score.</summary>
    Quantiles,

    /// <summary>Cut values given by the tenant.</summary>
    FixedThresholds,
}

/// <summary>A company that uses the product, as one data mode of it sees itself.</summary>
/// <remarks>
/// Live and sandbox each hold their own copy: a pilot may try another churn window without touching live figures.
/// </remarks>
public sealed record Tenant : IDocument, IVersioned
{
    public const string DocumentId = "tenant/self";

    public required string Slug { get; init; }

    public required string Name { get; init; }

    public TenantStatus Status { get; init; } = TenantStatus.Active;

    /// <summary>IANA time zone in which days, weeks, months and years begin.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The reporting currency; every amount is recorded in it.</summary>
    public required string Currency { get; init; }

    /// <summary>First day of the fiscal year, MM-DD; quarters and years follow it.</summary>
    public string FiscalYearStart { get; init; } = "01-01";

    /// <summary>First day of the week, ISO: Monday is 1, Sunday is 7.</summary>
    public int WeekStart { get; init; } = 1;

    public IReadOnlyList<string> Languages { get; init; } = ["en"];

    public TenantSettings Settings { get; init; } = new();

    /// <summary>Partitions over which new customers are spread, 1 to 16; only ever raised.</summary>
    [GraphQLIgnore]
    public int Buckets { get; init; } = 4;

    [Scalar("Version")]
    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Tenant", "self");

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf();

    /// <summary>Nothing of his may be written: he is being moved.</summary>
    [GraphQLIgnore, JsonIgnore]
    public bool IsReadOnly => Status == TenantStatus.ReadOnly;

    [GraphQLIgnore, JsonIgnore]
    public Currency Money => Shared.Currency.Parse(Currency);

    public static DocumentKey KeyOf() => new(Container.Master, "", DocumentId);
}

/// <summary>What the figures are computed with. A change of any of them starts a recount.</summary>
public sealed record TenantSettings
{
    /// <summary>
    /// Window for retention_rate: active in the window before the period's start and before its end. Null: active in
    /// the period before and in this one.
    /// </summary>
    public TimeSpan? RetentionWindow { get; init; }

    /// <summary>A customer without a qualifying order for so long has churned. N x 24 hours.</summary>
    public TimeSpan ChurnWindow { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long after an exposure an order counts as its conversion. N x 24 hours.</summary>
    public TimeSpan ConversionWindow { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Interaction types that expose a customer to an offer; leads and quotes always do.</summary>
    public IReadOnlyList<string> ExposureTypes { get; init; } = ["exposure", "visit"];

    /// <summary>Scores run from 1 to this. 2 to 10.</summary>
    public int RfmScale { get; init; } = 5;

    public RfmMethod RfmMethod { get; init; } = RfmMethod.Quantiles;

    /// <summary>
    /// Cut values for FIXED_THRESHOLDS, one fewer than the scale each, best last; null with QUANTILES.
    /// </summary>
    public RfmThresholds? RfmThresholds { get; init; }

    /// <summary>Groups by boxes on the three scores, first match wins; null for the built-in ones.</summary>
    public IReadOnlyList<RfmBox>? RfmBoxes { get; init; }

    /// <summary>
    /// How often a customer may be contacted in all, whatever the channel and purpose; null for no limit.
    /// </summary>
    public FrequencyCap? FrequencyCap { get; init; }

    /// <summary>Interactions older than this are swept.</summary>
    public TimeSpan InteractionRetention { get; init; } = TimeSpan.FromDays(3650);

    public bool MaskPii { get; init; } = true;

    /// <summary>
    /// Whether open objectives may all serve one side: true silently, null with a warning, false not at all.
    /// </summary>
    public bool? SingleSidedObjectivesAllowed { get; init; }
}

/// <param name="RecencyDays">Days since the last order, falling: fewer days score higher.</param>
/// <param name="Frequency">Orders, rising.</param>
/// <param name="Monetary">Gross sums in major units, rising.</param>
public sealed record RfmThresholds(
    IReadOnlyList<int> RecencyDays, IReadOnlyList<int> Frequency, IReadOnlyList<decimal> Monetary);

/// <summary>A named box on the three scores; both bounds belong to it.</summary>
public sealed record RfmBox(
    string Group, int RecencyFrom, int RecencyTo, int FrequencyFrom, int FrequencyTo, int MonetaryFrom, int MonetaryTo);
