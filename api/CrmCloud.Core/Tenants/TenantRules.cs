using System.Globalization;
using CrmCloud.Core.Shared;
using NodaTime;

namespace CrmCloud.Core.Tenants;

/// <summary>What a tenant's settings must be for every figure to be defined.</summary>
public static class TenantRules
{
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1_830);

    /// <summary>Groups that a box may name; PROSPECT is everybody without an order.</summary>
    public static IReadOnlyList<string> RfmGroups { get; } =
    [
        "CHAMPIONS", "POTENTIAL_LOYALIST", "LOYAL", "PROMISING", "NEW", "CANT_LOSE", "AT_RISK", "NEEDS_ATTENTION",
        "ABOUT_TO_SLEEP", "LOST", "OTHER",
    ];

    public static List<Problem> Check(Tenant tenant)
    {
        var problems = new List<Problem>();
        CheckPlace(tenant, problems);
        var settings = tenant.Settings;
        CheckWindow(settings.ChurnWindow, "input.churnWindow", problems);
        CheckWindow(settings.ConversionWindow, "input.conversionWindow", problems);
        if (settings.RetentionWindow is { } retention)
        {
            CheckWindow(retention, "input.retentionWindow", problems);
        }

        if (settings.InteractionRetention < TimeSpan.FromDays(30))
        {
            problems.Add(
                Problems.OutOfRange("input.interactionRetention", "Interactions are kept for P30D or longer."));
        }

        CheckExposures(settings, problems);
        CheckRfm(settings, problems);
        return problems;
    }

    private static void CheckPlace(Tenant tenant, List<Problem> problems)
    {
        if (string.IsNullOrWhiteSpace(tenant.Name))
        {
            problems.Add(Problems.Required("input.name"));
        }

        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(tenant.TimeZone) is null)
        {
            problems.Add(Problems.Invalid("input.timeZone", "Not an IANA time zone; Europe/London is one."));
        }

        if (!Currency.TryParse(tenant.Currency, out _))
        {
            problems.Add(Problems.Invalid("input.currency", "Not an ISO 4217 code; GBP is one."));
        }

        if (!DateOnly.TryParseExact($"2027-{tenant.FiscalYearStart}", "yyyy-MM-dd", CultureInfo.InvariantCulture,
            DateTimeStyles.None, out var start) || start.Day > 28)
        {
            problems.Add(Problems.Invalid("input.fiscalYearStart", "MM-DD with a day up to 28, such as 04-01."));
        }
    }

    private static void CheckWindow(TimeSpan window, string at, List<Problem> problems)
    {
        if (window < ShortestWindow || window > LongestWindow)
        {
            problems.Add(Problems.OutOfRange(at, "From P1D to P1830D."));
        }
    }

    private static void CheckExposures(TenantSettings settings, List<Problem> problems)
    {
        if (settings.ExposureTypes.Any(t => t.Length is 0 or > 60))
        {
            problems.Add(Problems.Invalid("input.exposureTypes", "An interaction type has 1 to 60 characters."));
        }
    }

    private static void CheckRfm(TenantSettings settings, List<Problem> problems)
    {
        var cuts = settings.RfmScale - 1;
        if (settings.RfmMethod == RfmMethod.FixedThresholds && settings.RfmThresholds is null)
        {
            problems.Add(Problems.Required("input.rfmThresholds"));
        }

        if (settings.RfmThresholds is { } given
            && (given.RecencyDays.Count != cuts || given.Frequency.Count != cuts || given.Monetary.Count != cuts
                || !Ordered(given.RecencyDays.Select(d => (decimal)-d))
                || !Ordered(given.Frequency.Select(f => (decimal)f))
                || !Ordered(given.Monetary)))
        {
            problems.Add(Problems.Invalid("input.rfmThresholds",
                $"{cuts} values each for a scale of {settings.RfmScale}, best last: "
                    + "recencyDays falling, the others rising."));
        }

        if (settings.RfmBoxes is { } boxes && boxes.Any(b => !Fits(b, settings.RfmScale)))
        {
            problems.Add(Problems.Invalid(
                "input.rfmBoxes", $"Each bound from 1 to {settings.RfmScale}, from not above to, and a known group.",
                RfmGroups));
        }
    }

    private static bool Ordered(IEnumerable<decimal> values) => values.Zip(values.Skip(1)).All(p => p.First < p.Second);

    private static bool Fits(RfmBox box, int scale) =>
        RfmGroups.Contains(box.Group)
        && Inside(box.RecencyFrom, box.RecencyTo) && Inside(box.FrequencyFrom, box.FrequencyTo)
        && Inside(box.MonetaryFrom, box.MonetaryTo)
        && new[] { box.RecencyTo, box.FrequencyTo, box.MonetaryTo }.Max() <= scale;

    private static bool Inside(int from, int to) => from >= 1 && from <= to;
}
