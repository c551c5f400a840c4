using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Kpis.Api;

public enum DefinitionStatus
{
    Draft,
    Active,
    Paused,
    Retired,
}

public enum Comparison
{
    /// <summary>The period right before.</summary>
    PreviousPeriod,

    /// <summary>The period that holds the same date one year earlier.</summary>
    SamePeriodLastYear,
}

/// <summary>An indicator: what it means, and its values.</summary>
public sealed class Kpi(Indicator indicator, Tenants.Tenant tenant) : IVersioned
{
    internal Indicator Indicator => indicator;

    [Id]
    public string Id => GlobalId.Of("Kpi", indicator.Key);

    /// <summary>Changes when the definition or a setting it depends on does.</summary>
    [Scalar("Version")]
    public long Version => tenant.Version;

    public DateTimeOffset CreatedAt => tenant.CreatedAt;

    public DateTimeOffset UpdatedAt => tenant.UpdatedAt;

    /// <summary>The identity: orders, revenue, churn_rate...</summary>
    public string Key => indicator.Key;

    public string Name => indicator.Name;

    public string Description => indicator.Description;

    /// <summary>The family.</summary>
    public KpiKind Kind => indicator.Kind;

    public Unit Unit => indicator.Unit;

    /// <summary>Which way of moving is better.</summary>
    public Direction Better => indicator.Better;

    /// <summary>The tenant's window that the definition uses; null where it uses none.</summary>
    public TimeSpan? Window => indicator.Key switch
    {
        "churn_rate" => tenant.Settings.ChurnWindow,
        "retention_rate" => tenant.Settings.RetentionWindow,
        "conversion_rate" => tenant.Settings.ConversionWindow,
        _ => null,
    };

    /// <summary>The formula; its names are those of the operands in `explain`.</summary>
    public string Expression => indicator.Formula;

    /// <summary>Revision of the definition; every value carries the one it was made with.</summary>
    public int Revision => indicator.Revision;

    public DefinitionStatus Status => DefinitionStatus.Active;
}

/// <summary>An indicator by our id or by its key.</summary>
[OneOf]
public sealed record KpiRef
{
    [Id]
    public string? Id { get; init; }

    public string? Key { get; init; }
}

/// <summary>Half-open: `to` is the day after the last one.</summary>
public sealed record DateRange(DateOnly From, DateOnly To);

/// <summary>One indicator in one period, with what it was computed from.</summary>
public sealed class KpiValue(IndicatorValue value, KpiContext context)
{
    internal IndicatorValue Source => value;

    internal KpiContext Context => context;

    /// <summary>In the tenant's time zone.</summary>
    public DateRange Period => new(value.Period.Start, value.Period.End);

    /// <summary>Such as 2026-11-21, 2026-W53, 2026-11, FY2026-Q3.</summary>
    public string Label => value.Period.Label;

    /// <summary>
    /// Percent points for rates, major units for money. Null where it is unknown or nothing to divide by.
    /// </summary>
    public decimal? Value =>
        Currency is { } currency ? value.Value + new decimal(0, 0, 0, false, (byte)currency.Decimals) : value.Value;

    public Currency? Currency => value.Indicator.Unit == Unit.Money ? context.Tenant.Money : null;

    /// <summary>
    /// Why it is unknown whom to count, as of a segment before there was one; null where it is known.
    /// </summary>
    public string? UnknownReason => context.WhyUnknown(value.Period);

    public decimal? Numerator => value.Numerator;

    public decimal? Denominator => value.Denominator;

    public int Revision => value.Indicator.Revision;

    /// <summary>False while the period runs: the value so far.</summary>
    public bool Complete => value.IsComplete;

    /// <summary>Growth across zero, of which a percentage says little.</summary>
    public bool SignChanged => value.SignChanged;

    /// <summary>Beside another period; null where `compare` was not asked for.</summary>
    public KpiComparison? Compared { get; init; }

    public Freshness Freshness => context.Freshness;

    /// <summary>How the value came about.</summary>
    public KpiExplanation Explain => new(value, context);
}

/// <param name="Change">Current minus previous; in percent points for rates.</param>
/// <param name="ChangePercent">Of the previous value, in percent; null when that is 0 or unknown.</param>
/// <param name="Better">
/// Whether it moved the way that is better; null when it did not move or is unknown, and while either period runs.
/// </param>
public sealed record KpiComparison(
    DateRange Period, decimal? Current, decimal? Previous, decimal? Change, decimal? ChangePercent, bool? Better)
{
    public static KpiComparison Of(IndicatorValue current, IndicatorValue? previous, PeriodBounds period)
    {
        var (now, before) = (current.Value, previous?.Value);
        var change = now - before;
        var percent = before is null or 0 || change is null
            ? (decimal?)null
            : decimal.Round(100 * change.Value / Math.Abs(before.Value), 6, MidpointRounding.ToEven);
        var whole = current.IsComplete && previous?.IsComplete == true;
        return new(new(period.Start, period.End), now, before, change, percent,
            whole ? Verdict(current.Indicator.Better, change) : null);
    }

    private static bool? Verdict(Direction better, decimal? change) => (better, change) switch
    {
        (_, null or 0) or (Direction.Hold, _) => null,
        (Direction.Increase, > 0) or (Direction.Decrease, < 0) => true,
        _ => false,
    };
}

/// <summary>Formula, operands and what was left out.</summary>
public sealed class KpiExplanation(IndicatorValue value, KpiContext context)
{
    internal IndicatorValue Source => value;

    internal KpiContext Context => context;

    public string Formula => value.Indicator.Formula;

    public IReadOnlyList<IndicatorOperand> Inputs => value.Operands;

    /// <summary>Facts of the period that do not count, by reason.</summary>
    public IReadOnlyList<IndicatorExclusion> Excluded => value.Excluded;
}
