using System.Collections.Concurrent;
using NodaTime;
using NodaTime.TimeZones;

namespace CrmCloud.Core.Kpis;

/// <summary>The first instant of every local day of one time zone from 1970 to 2099.</summary>
/// <remarks>
/// A day is [its first instant, the first instant of the next day), so that each instant lies in exactly one day, even
/// where clocks go back across midnight: that repeated hour stays in the later day. A date that a zone skipped whole
/// (Samoa, 2011-12-30) is empty. Instants outside the table count to its first or last day.
/// </remarks>
internal sealed class DayTable
{
    public const int Days = 47_482;
    public const long DayMs = 86_400_000;

    private static readonly ConcurrentDictionary<string, DayTable> Known = new(StringComparer.Ordinal);

    private static readonly ZoneLocalMappingResolver FirstInstant = Resolvers.CreateMappingResolver(
        Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    private readonly long[] _starts = new long[Days + 1];

    private DayTable(DateTimeZone zone)
    {
        var date = new LocalDate(1970, 1, 1);
        for (var day = 0; day <= Days; day++)
        {
            var start = zone.ResolveLocal(date.AtMidnight(), FirstInstant);
            _starts[day] = start.ToInstant().ToUnixTimeMilliseconds();
            date = date.PlusDays(1);
        }
    }

    /// <exception cref="DateTimeZoneNotFoundException">The zone is unknown.</exception>
    public static DayTable Of(string zoneId) =>
        // The zone is looked up first, so only real zones (about 600) can ever enter the cache.
        Known.GetOrAdd(zoneId, id => new DayTable(DateTimeZoneProviders.Tzdb[id]));

    /// <summary>First instant of a local day; <paramref name="day"/> is 0 to <see cref="Days"/>.</summary>
    public long Start(int day) => _starts[Math.Clamp(day, 0, Days)];

    /// <summary>Days since 1970-01-01 of the local date at an instant, 0 to Days - 1.</summary>
    public int DayOf(long at)
    {
        // Offsets are below a day, so the UTC day is at most a step or two away.
        var starts = _starts;
        var day = (int)Math.Clamp(at / DayMs, 0, Days - 1);
        return starts[day] <= at && at < starts[day + 1] ? day : Near(day, at);
    }

    private int Near(int day, long at)
    {
        while (day < Days - 1 && _starts[day + 1] <= at)
        {
            day++;
        }

        while (day > 0 && _starts[day] > at)
        {
            day--;
        }

        return day;
    }
}
