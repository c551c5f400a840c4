using System.Globalization;
using System.Xml;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Types;
using NodaTime;
using NodaTime.Text;

namespace CrmCloud.Core.Schema;

/// <summary>The scalars of the public schema.</summary>
public static class Scalars
{
    private static readonly InstantPattern InstantText = InstantPattern.ExtendedIso;
    private static readonly OffsetDateTimePattern OffsetText = OffsetDateTimePattern.Rfc3339;

    public static SchemaBuilder AddScalars(this SchemaBuilder builder) => builder
        .AddScalar<DateTimeOffset>(
            "DateTime", "ISO-8601 instant with zone, such as 2026-11-21T10:00:00Z; answered in UTC.",
            ReadInstant, (value, output) => output.WriteString(InstantText.Format(Instant.FromDateTimeOffset(value))))
        .AddScalar<DateOnly>("Date", "ISO-8601 calendar day in the tenant's time zone, such as 2026-11-21.",
            ReadDate, (value, output) => output.WriteString(value, "yyyy-MM-dd"))
        .AddScalar<TimeSpan>(
            "Duration",
            "ISO-8601 duration in days and smaller, such as P30D or PT12H. Months and years have no fixed length.",
            ReadDuration, (value, output) => output.WriteString(XmlConvert.ToString(value)))
        .AddScalar<decimal>(
            "Decimal",
            "Exact decimal as a string, such as \"12.50\". Percentages are in percent points: \"25\" is 25 %.",
            ReadDecimal, (value, output) => output.WriteString(value.ToString(CultureInfo.InvariantCulture)))
        .AddScalar<Currency>(
            "CurrencyCode", "ISO-4217, such as GBP.", ReadCurrency, (value, output) => output.WriteString(value.Code))
        .AddScalar<long>(
            "Long", "64-bit integer, as a JSON number.", ReadLong, (value, output) => output.WriteNumber(value))
        .AddScalar<long>(
            "Version", "Revision of an object: send the one you read as `ifVersion`, "
                + "and a change made meanwhile is not overwritten.",
            ReadLong, (value, output) => output.WriteNumber(value))
        .AddText("LanguageTag", "BCP-47, such as en-GB.")
        .AddText("TimeZone", "IANA time zone, such as Europe/London.")
        .AddText("URL", "An address.")
        .AddText("SegmentExpression", "A segment's rule as text; its grammar is in ruleVocabulary.")
        .AddJsonScalar("JSON", "Untyped JSON; used only where the tenant defines the shape.");

    private static SchemaBuilder AddText(this SchemaBuilder builder, string name, string description) =>
        builder.AddScalar<string>(name, description, ReadText, (value, output) => output.WriteString(value));

    private static DateTimeOffset ReadInstant(ScalarInput input, out string? error)
    {
        var parsed = input.Kind == ScalarInputKind.String ? OffsetText.Parse(Upper(input.Text!)) : null;
        error = parsed?.Success == true ? null : "Expected an instant with zone, such as 2026-11-21T10:00:00Z.";
        try
        {
            return error is null ? parsed!.Value.ToInstant().ToDateTimeOffset() : default;
        }
        catch (Exception outside) when (outside is OverflowException or InvalidOperationException)
        {
            error = "Expected an instant of the years 1 to 9999 in UTC.";
            return default;
        }
    }

    // RFC 3339 allows lower-case t and z.
    private static string Upper(string text) => text.Length <= 40 ? text.ToUpperInvariant() : "";

    private static DateOnly ReadDate(ScalarInput input, out string? error)
    {
        var date = default(DateOnly);
        error = input.Kind == ScalarInputKind.String
            && DateOnly.TryParseExact(
                input.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date)
            ? null
            : "Expected a calendar day, such as 2026-11-21.";
        return date;
    }

    private static TimeSpan ReadDuration(ScalarInput input, out string? error)
    {
        var period = input.Kind == ScalarInputKind.String ? PeriodPattern.NormalizingIso.Parse(input.Text!) : null;
        var usable = period?.Success == true && period.Value is { Years: 0, Months: 0 } && period.Value.HasNonZero();
        error = usable ? null
            : period is { Success: true } && !period.Value.HasNonZero()
                ? "Expected a duration of more than zero, such as P30D or PT12H."
                : "Expected a duration in weeks, days or smaller, such as P30D or PT12H.";
        try
        {
            return usable ? period!.Value.ToDuration().ToTimeSpan() : default;
        }
        catch (OverflowException)
        {
            error = "The duration is too long.";
            return default;
        }
    }

    private static bool HasNonZero(this Period period) => !period.Equals(Period.Zero);

    private static decimal ReadDecimal(ScalarInput input, out string? error)
    {
        var value = 0m;
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        error = input.Kind is ScalarInputKind.String or ScalarInputKind.Int or ScalarInputKind.Float
            && input.Text!.Length <= 40
            && decimal.TryParse(input.Text, style, CultureInfo.InvariantCulture, out value)
            ? null
            : "Expected an exact decimal, such as \"12.50\".";
        return value;
    }

    private static Currency ReadCurrency(ScalarInput input, out string? error)
    {
        var currency = default(Currency);
        error = input.Kind == ScalarInputKind.String && Currency.TryParse(input.Text, out currency)
            ? null
            : "Expected an ISO-4217 code, such as GBP.";
        return currency;
    }

    private static long ReadLong(ScalarInput input, out string? error)
    {
        error = input.TryGetInt64(out var value) ? null : "Expected a whole number of 64 bits.";
        return value;
    }

    private static string ReadText(ScalarInput input, out string? error)
    {
        error = input.Kind == ScalarInputKind.String ? null : "Expected a text.";
        return input.Text ?? "";
    }
}
