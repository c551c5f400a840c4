using System.Globalization;
using System.Text.Json;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>The engine's definitions from a tenant's settings.</summary>
public static class TenantDefinitions
{
    /// <summary>Raised whenever the code computes something else from the same settings; forces a recount.</summary>
    private const int EngineRevision = 2;

    /// <param name="revision">Of the settings, for values that say under which they were made.</param>
    public static Definitions Of(Tenant tenant, int revision)
    {
        var settings = tenant.Settings;
        return new Definitions(CalendarOf(tenant))
        {
            ChurnWindow = settings.ChurnWindow,
            RetentionWindow = settings.RetentionWindow,
            AttributionWindow = settings.ConversionWindow,
            ExposureTypes = settings.ExposureTypes.ToHashSet(StringComparer.OrdinalIgnoreCase),
            MinorDigits = tenant.Money.Decimals,
            Revision = revision,
            Rfm = RfmOf(tenant),
        };
    }

    public static PeriodCalendar CalendarOf(Tenant tenant)
    {
        var fiscal = DateOnly.ParseExact("2027-" + tenant.FiscalYearStart, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        return PeriodCalendar.Of(new CalendarSettings(tenant.TimeZone, tenant.WeekStart, fiscal.Month, fiscal.Day));
    }

    /// <summary>Names everything that stored figures depend on; equal stamps mean equal figures.</summary>
    public static string StampOf(Tenant tenant)
    {
        var settings = tenant.Settings;
        return KeyHash.Of(
            EngineRevision.ToString(CultureInfo.InvariantCulture),
            $"{tenant.TimeZone}|{tenant.Currency}|{tenant.FiscalYearStart}|{tenant.WeekStart}",
            $"{settings.ChurnWindow}|{settings.RetentionWindow}|{settings.ConversionWindow}",
            string.Join('|', settings.ExposureTypes.Order(StringComparer.OrdinalIgnoreCase)),
            JsonSerializer.Serialize(
                new { settings.RfmScale, settings.RfmMethod, settings.RfmThresholds, settings.RfmBoxes },
                DocumentJson.Options));
    }

    private static RfmSettings RfmOf(Tenant tenant)
    {
        var settings = tenant.Settings;
        var fixedLimits = settings.RfmMethod == Tenants.RfmMethod.FixedThresholds;
        return new RfmSettings
        {
            Scale = settings.RfmScale,
            Method = fixedLimits ? RfmMethod.FixedThresholds : RfmMethod.Quantiles,
            Thresholds = fixedLimits && settings.RfmThresholds is { } limits
                ? ThresholdsOf(limits, tenant.Money.UnitsPerMajor)
                : null,
            Boxes = settings.RfmBoxes is { } boxes ? [.. boxes.Select(BoxOf)] : RfmBox.Standard,
        };
    }

    private static RfmThresholds ThresholdsOf(Tenants.RfmThresholds limits, long unitsPerMajor) => new(
        limits.RecencyDays,
        [.. limits.Frequency.Select(orders => (long)orders)],
        [.. limits.Monetary.Select(amount => (long)decimal.Round(amount * unitsPerMajor, MidpointRounding.ToEven))]);

    private static RfmBox BoxOf(Tenants.RfmBox box) => new(
        Enum.TryParse<RfmGroup>(box.Group.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var group)
            ? group
            : RfmGroup.Other,
        new ScoreRange(box.RecencyFrom, box.RecencyTo),
        new ScoreRange(box.FrequencyFrom, box.FrequencyTo),
        new ScoreRange(box.MonetaryFrom, box.MonetaryTo));
}
