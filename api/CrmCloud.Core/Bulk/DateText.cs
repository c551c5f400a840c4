using System.Globalization;
using NodaTime;
using NodaTime.TimeZones;

namespace CrmCloud.Core.Bulk;

/// <summary>Reads instants and days from text, by one format and for one zone.</summary>
/// <remarks>
/// A local time that happens twice (clocks go back) is its first instant; one that never happens (clocks go forward) is
/// moved on by the length of the gap, as a clock that was not put forward would show it.
/// </remarks>
public sealed class DateText
{
    private static readonly string[] Iso =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-ddTHH:mmK", "yyyy-MM-dd HH:mmK",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    private static readonly ZoneLocalMappingResolver Resolver =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    private readonly string[] _formats;
    private readonly DateTimeZone _zone;
    private string? _lastText;
    private DateTimeOffset? _last;

    private DateText(string[] formats, DateTimeZone zone) => (_formats, _zone) = (formats, zone);

    /// <summary>What a value should look like, for messages.</summary>
    public string Example => _formats.Length == 1 ? _formats[0] : "2026-11-21T09:30:00Z or 2026-11-21";

    /// <param name="format">Of .NET; null for ISO 8601.</param>
    /// <returns>Null when the format cannot be read back what it writes, or the zone is unknown.</returns>
    public static DateText? For(string? format, string zoneId)
    {
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zoneId);
        return zone is null || (format is not null && !IsFormat(format))
            ? null
            : new(format is null ? Iso : [format], zone);
    }

    public DateTimeOffset? Instant(string text)
    {
        // Lines of one record mostly carry the same text object.
        if (ReferenceEquals(text, _lastText))
        {
            return _last;
        }

        (_lastText, _last) = (text, Read(text));
        return _last;
    }

    public DateOnly? Day(string text) =>
        Parse(text) is { } parsed ? DateOnly.FromDateTime(parsed) : null;

    private DateTimeOffset? Read(string text)
    {
        if (Parse(text) is not { } parsed)
        {
            return null;
        }

        return parsed.Kind == DateTimeKind.Utc
            ? new DateTimeOffset(parsed)
            : _zone.ResolveLocal(LocalDateTime.FromDateTime(parsed), Resolver).ToInstant().ToDateTimeOffset();
    }

    private DateTime? Parse(string text) =>
        DateTime.TryParseExact(
            text, _formats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var parsed)
            ? parsed
            : null;

    private static bool IsFormat(string format)
    {
        // A single letter is one of .NET's standard formats, which are not what anybody means here.
        if (format.Length < 2 || !format.Contains('y', StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            var sample = new DateTime(2001, 11, 22, 13, 14, 15, DateTimeKind.Utc);
            var text = sample.ToString(format, CultureInfo.InvariantCulture);
            return DateTime.TryParseExact(
                text, format, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var back)
                && back.Date == sample.Date;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
