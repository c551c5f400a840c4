using System.Collections.Concurrent;
using System.Globalization;

namespace CrmCloud.Core.Kpis;

/// <summary>Which local day, week, month, fiscal quarter and fiscal year an instant belongs to.</summary>
/// <remarks>
/// Periods are numbered from 0, the one that holds 1970-01-01, up to the end of 2099; instants outside count to the
/// first or last one. Everything is read from tables built once per setting: no time-zone call per event. Reports
/// count <b>local dates</b>; windows such as "90 days" of churn are timers of <b>N x 24 hours</b> and do not use
/// this calendar.
/// </remarks>
public sealed class PeriodCalendar
{
    private const int CacheLimit = 256;
    private static readonly ConcurrentDictionary<CalendarSettings, PeriodCalendar> Known = new();
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    private readonly DayTable _days;
    private readonly ushort[][] _periodOfDay = new ushort[Grains.Count][];
    private readonly int[][] _firstDay = new int[Grains.Count][];

    private PeriodCalendar(CalendarSettings settings)
    {
        settings.Check();
        Settings = settings;
        _days = DayTable.Of(settings.ZoneId);
        foreach (var grain in Grains.All)
        {
            Fill(grain);
        }
    }

    public CalendarSettings Settings { get; }

    /// <summary>The calendar of a setting, built once and shared: it holds nothing of a tenant.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its bounds.</exception>
    /// <exception cref="NodaTime.TimeZones.DateTimeZoneNotFoundException">The zone is unknown.</exception>
    public static PeriodCalendar Of(CalendarSettings settings)
    {
        if (Known.Count > CacheLimit)
        {
            Known.Clear();
        }

        return Known.GetOrAdd(settings, s => new PeriodCalendar(s));
    }

    /// <summary>Days since 1970-01-01 of the local date at an instant (epoch milliseconds).</summary>
    public int DayOf(long at) => _days.DayOf(at);

    public int DayOf(DateOnly date) => Math.Clamp(date.DayNumber - Epoch.DayNumber, 0, DayTable.Days - 1);

    public static DateOnly DateOf(int day) => Epoch.AddDays(day);

    /// <summary>A day's month as documents are named by it, such as <c>202611</c>: in order of time.</summary>
    public static string MonthOf(DateOnly day) => day.ToString("yyyyMM", CultureInfo.InvariantCulture);

    /// <summary>First instant of a local day, epoch milliseconds.</summary>
    public long StartOfDay(int day) => _days.Start(day);

    /// <summary>The first local day that starts at or after an instant.</summary>
    public int FirstDayFrom(long at)
    {
        var day = _days.DayOf(at);
        return _days.Start(day) >= at ? day : day + 1;
    }

    public int PeriodOf(Grain grain, long at) => _periodOfDay[(int)grain][_days.DayOf(at)];

    public int PeriodOf(Grain grain, DateOnly date) => _periodOfDay[(int)grain][DayOf(date)];

    /// <summary>From local day number to period number, for loops over many events.</summary>
    public ReadOnlySpan<ushort> PeriodOfDay(Grain grain) => _periodOfDay[(int)grain];

    public int LastPeriod(Grain grain) => _periodOfDay[(int)grain][^1];

    /// <summary>The first local day of a period; the one after the last period ends the table.</summary>
    public int FirstDay(Grain grain, int period) => _firstDay[(int)grain][period];

    /// <exception cref="IndexOutOfRangeException">There is no such period between 1970 and 2099.</exception>
    public PeriodBounds Bounds(Grain grain, int period)
    {
        var (first, next) = (FirstDay(grain, period), FirstDay(grain, period + 1));
        return new PeriodBounds(grain, period, DateOf(first), DateOf(next), _days.Start(first), _days.Start(next))
        {
            Label = Label(grain, period, next),
        };
    }

    /// <summary>The periods that touch the local dates [start, end), at most all of the table.</summary>
    public IEnumerable<PeriodBounds> Between(Grain grain, DateOnly start, DateOnly end)
    {
        if (end <= start)
        {
            yield break;
        }

        var last = PeriodOf(grain, end.AddDays(-1));
        for (var period = PeriodOf(grain, start); period <= last; period++)
        {
            yield return Bounds(grain, period);
        }
    }

    private string Label(Grain grain, int period, int nextDay)
    {
        var date = DateOf(nextDay - 1);
        return grain switch
        {
            Grain.Day => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Grain.Week => WeekLabel(nextDay),
            Grain.Month => date.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            Grain.Quarter => $"{Fiscal}{1969 + (period / 4)}-Q{(period % 4) + 1}",
            _ => $"{Fiscal}{1969 + period}",
        };
    }

    private string Fiscal => Settings is { FiscalMonth: 1, FiscalDay: 1 } ? "" : "FY";

    // A week belongs to the year that holds its fourth day; with Monday first that is ISO 8601.
    private static string WeekLabel(int nextDay)
    {
        var fourth = DateOf(nextDay - 4);
        return $"{fourth.Year}-W{((fourth.DayOfYear - 1) / 7) + 1:00}";
    }

    private void Fill(Grain grain)
    {
        var periods = new ushort[DayTable.Days];
        var first = new List<int>();
        for (var day = 0; day < periods.Length; day++)
        {
            periods[day] = (ushort)Number(grain, day);
            while (first.Count <= periods[day])
            {
                first.Add(day);
            }
        }

        first.Add(DayTable.Days);
        _periodOfDay[(int)grain] = periods;
        _firstDay[(int)grain] = [.. first];
    }

    private int Number(Grain grain, int day)
    {
        if (grain == Grain.Day)
        {
            return day;
        }

        var date = DateOf(day);
        return grain switch
        {
            // 1970-01-01 was a Thursday, ISO weekday 4.
            Grain.Week => (day + ((11 - Settings.WeekStart) % 7)) / 7,
            Grain.Month => ((date.Year - 1970) * 12) + date.Month - 1,
            Grain.Quarter => FiscalQuarter(date),
            _ => FiscalQuarter(date) / 4,
        };
    }

    // Fiscal years are numbered from the one that starts in 1969, so that 1970-01-01 is never negative.
    private int FiscalQuarter(DateOnly date)
    {
        var months = ((date.Year - 1969) * 12) + date.Month - Settings.FiscalMonth;
        return (date.Day >= Settings.FiscalDay ? months : months - 1) / 3;
    }
}
