namespace CrmCloud.Core.Kpis;

/// <summary>
/// What a tenant's settings make of the built-in indicators. Two equal definitions give equal figures.
/// </summary>
/// <remarks>
/// Every window here is a timer of N x 24 hours: (T - window, T] looks back, [event, event + window) looks forward.
/// Changing anything here changes the meaning of stored totals, so it takes a recount.
/// </remarks>
public sealed class Definitions
{
    /// <summary>A window is at least an hour and at most 100 years.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromDays(36_525);

    private static readonly TimeSpan ShortestWindow = TimeSpan.FromHours(1);

    public Definitions(PeriodCalendar calendar)
    {
        Calendar = calendar;
    }

    public PeriodCalendar Calendar { get; }

    /// <summary>A customer without an order for this long has churned. Default 90 x 24 h.</summary>
    public TimeSpan ChurnWindow { get; init => field = Checked(value); } = TimeSpan.FromDays(90);

    /// <summary>
    /// Where set, retention compares who had an order within this window at a period's start and at its end. Where
    /// null (default), it compares who ordered in the period with who ordered in the one before.
    /// </summary>
    public TimeSpan? RetentionWindow { get; init => field = value is { } window ? Checked(window) : null; }

    /// <summary>An order this soon after an exposure is its success. Default 30 x 24 h.</summary>
    public TimeSpan AttributionWindow { get; init => field = Checked(value); } = TimeSpan.FromDays(30);

    /// <summary>Interaction types that count as an exposure, beside every quote and lead.</summary>
    public IReadOnlySet<string> ExposureTypes { get; init; } =
        new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "exposure", "visit" };

    /// <summary>
    /// Whether orders of one customer on one local day count as one, of their summed amount at the instant of the
    /// first. Default false: two orders a day are two orders.
    /// </summary>
    public bool MergeSameDayOrders { get; init; }

    /// <summary>Decimal places of the reporting currency, 0 to 4. Default 2.</summary>
    public int MinorDigits { get; init; } = 2;

    /// <summary>Of the tenant's settings; stored beside every figure made under them.</summary>
    public int Revision { get; init; } = 1;

    public RfmSettings Rfm { get; init; } = RfmSettings.Default;

    /// <summary>From minor units to the currency's major unit.</summary>
    public decimal Major(decimal minorUnits) => minorUnits / MinorDigits switch
    {
        0 => 1m,
        1 => 10m,
        2 => 100m,
        3 => 1_000m,
        4 => 10_000m,
        _ => throw new InvalidOperationException($"A currency has 0 to 4 decimal places, not {MinorDigits}."),
    };

    private static TimeSpan Checked(TimeSpan window) =>
        window >= ShortestWindow && window <= LongestWindow
            ? window
            : throw new ArgumentOutOfRangeException(nameof(window), window, "A window is 1 hour to 100 years.");
}
