using System.Globalization;
using CrmCloud.Core.Kpis;
using NodaTime;

namespace CrmCloud.Tests.Kpis;

public sealed class PeriodCalendarTests
{
    private const long HourMs = 3_600_000;

    public static TheoryData<string> Zones { get; } =
    [
        "Etc/UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Santiago",
        "America/Havana", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Gaza", "Asia/Kolkata",
        "Asia/Tehran", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
        "Pacific/Apia", "America/Scoresbysund", "Antarctica/Troll",
    ];

    [Theory]
    [MemberData(nameof(Zones))]
    public void Every_instant_around_the_transitions_of_2026_and_2027_is_in_exactly_one_local_day(string zoneId)
    {
        var calendar = PeriodCalendar.Of(new CalendarSettings(zoneId));
        var zone = DateTimeZoneProviders.Tzdb[zoneId];
        var changes = zone.GetZoneIntervals(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2028, 1, 1, 0, 0))
            .Where(i => i.HasStart && i.Start >= Instant.FromUtc(2026, 1, 1, 0, 0))
            .Select(i => i.Start.ToUnixTimeMilliseconds())
            .Append(Instant.FromUtc(2026, 12, 31, 12, 0).ToUnixTimeMilliseconds());

        foreach (var change in changes)
        {
            for (var at = change - (36 * HourMs); at <= change + (36 * HourMs); at += HourMs / 12)
            {
                AssertOneDay(calendar, zone, at);
                AssertOneDay(calendar, zone, at - 1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Zones))]
    public void Days_follow_each_other_without_gap_and_have_the_length_the_zone_gives_them(string zoneId)
    {
        var calendar = PeriodCalendar.Of(new CalendarSettings(zoneId));
        var zone = DateTimeZoneProviders.Tzdb[zoneId];

        for (var date = new LocalDate(2026, 1, 1); date.Year < 2028; date = date.PlusDays(1))
        {
            var day = calendar.PeriodOf(Grain.Day, new DateOnly(date.Year, date.Month, date.Day));
            var bounds = calendar.Bounds(Grain.Day, day);
            var (start, end) = (zone.AtStartOfDay(date), zone.AtStartOfDay(date.PlusDays(1)));
            Assert.Equal(start.ToInstant().ToUnixTimeMilliseconds(), bounds.StartAt);
            Assert.Equal(end.ToInstant().ToUnixTimeMilliseconds(), bounds.EndAt);
            Assert.Equal(bounds.EndAt, calendar.Bounds(Grain.Day, day + 1).StartAt);
        }
    }

    [Fact]
    public void London_has_a_day_of_23_hours_and_one_of_25_in_2026()
    {
        var calendar = PeriodCalendar.Of(new CalendarSettings("Europe/London"));

        Assert.Equal(23 * HourMs, Length(calendar, new DateOnly(2026, 3, 29)));
        Assert.Equal(25 * HourMs, Length(calendar, new DateOnly(2026, 10, 25)));
        Assert.Equal(24 * HourMs, Length(calendar, new DateOnly(2026, 10, 26)));
    }

    [Fact]
    public void New_years_day_2027_belongs_to_week_53_of_2026()
    {
        var calendar = PeriodCalendar.Of(CalendarSettings.Utc);
        var week = calendar.Bounds(Grain.Week, calendar.PeriodOf(Grain.Week, new DateOnly(2027, 1, 1)));

        Assert.Equal("2026-W53", week.Label);
        Assert.Equal((new DateOnly(2026, 12, 28), new DateOnly(2027, 1, 4)), (week.Start, week.End));
    }

    [Fact]
    public void Weeks_are_those_of_ISO_8601_for_every_day_of_60_years()
    {
        var calendar = PeriodCalendar.Of(CalendarSettings.Utc);
        for (var date = new DateOnly(1999, 1, 1); date.Year < 2059; date = date.AddDays(1))
        {
            var time = date.ToDateTime(TimeOnly.MinValue);
            var label = calendar.Bounds(Grain.Week, calendar.PeriodOf(Grain.Week, date)).Label;
            Assert.Equal($"{ISOWeek.GetYear(time)}-W{ISOWeek.GetWeekOfYear(time):00}", label);
        }
    }

    [Theory]
    [InlineData(1, DayOfWeek.Monday)]
    [InlineData(6, DayOfWeek.Saturday)]
    [InlineData(7, DayOfWeek.Sunday)]
    public void A_week_starts_on_the_tenants_day(int weekStart, DayOfWeek expected)
    {
        var calendar = PeriodCalendar.Of(new CalendarSettings("Etc/UTC", weekStart));
        for (var date = new DateOnly(2026, 1, 1); date.Year < 2027; date = date.AddDays(1))
        {
            var week = calendar.Bounds(Grain.Week, calendar.PeriodOf(Grain.Week, date));
            Assert.Equal(expected, week.Start.DayOfWeek);
            Assert.True(week.Start <= date && date < week.End && week.Start.AddDays(7) == week.End);
        }
    }

    [Theory]
    [InlineData("2026-04-05", "FY2025-Q4", "FY2025")]
    [InlineData("2026-04-06", "FY2026-Q1", "FY2026")]
    [InlineData("2026-07-05", "FY2026-Q1", "FY2026")]
    [InlineData("2026-07-06", "FY2026-Q2", "FY2026")]
    [InlineData("2027-01-05", "FY2026-Q3", "FY2026")]
    [InlineData("2027-01-06", "FY2026-Q4", "FY2026")]
    public void Quarters_and_years_follow_a_fiscal_year_from_6_April(string date, string quarter, string year)
    {
        var calendar = PeriodCalendar.Of(new CalendarSettings("Europe/London", 1, 4, 6));
        var day = DateOnly.Parse(date, CultureInfo.InvariantCulture);

        Assert.Equal(quarter, calendar.Bounds(Grain.Quarter, calendar.PeriodOf(Grain.Quarter, day)).Label);
        Assert.Equal(year, calendar.Bounds(Grain.Year, calendar.PeriodOf(Grain.Year, day)).Label);
        var bounds = calendar.Bounds(Grain.Year, calendar.PeriodOf(Grain.Year, day));
        Assert.Equal((4, 6, 4, 6), (bounds.Start.Month, bounds.Start.Day, bounds.End.Month, bounds.End.Day));
    }

    [Fact]
    public void Calendar_quarters_and_months_read_as_people_write_them()
    {
        var calendar = PeriodCalendar.Of(CalendarSettings.Utc);
        string Label(Grain grain) =>
            calendar.Bounds(grain, calendar.PeriodOf(grain, new DateOnly(2026, 11, 21))).Label;

        Assert.Equal(["2026-11-21", "2026-W47", "2026-11", "2026-Q4", "2026"], Grains.All.Select(Label));
    }

    [Fact]
    public void A_date_that_Samoa_skipped_is_an_empty_day_and_nothing_is_lost()
    {
        var calendar = PeriodCalendar.Of(new CalendarSettings("Pacific/Apia"));
        var skipped = calendar.Bounds(Grain.Day, calendar.PeriodOf(Grain.Day, new DateOnly(2011, 12, 30)));

        Assert.Equal(skipped.StartAt, skipped.EndAt);
        Assert.Equal(new DateOnly(2011, 12, 29), PeriodCalendar.DateOf(calendar.DayOf(skipped.StartAt - 1)));
        Assert.Equal(new DateOnly(2011, 12, 31), PeriodCalendar.DateOf(calendar.DayOf(skipped.StartAt)));
    }

    [Theory]
    [InlineData(long.MinValue, 1970)]
    [InlineData(-1, 1970)]
    [InlineData(5_000_000_000_000, 2099)]
    [InlineData(long.MaxValue, 2099)]
    public void Instants_outside_the_table_count_to_its_first_or_last_day(long at, int year)
    {
        var calendar = PeriodCalendar.Of(CalendarSettings.Utc);

        Assert.Equal(year, PeriodCalendar.DateOf(calendar.DayOf(at)).Year);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(8, 1, 1)]
    [InlineData(1, 13, 1)]
    [InlineData(1, 2, 29)]
    public void Settings_outside_their_bounds_are_refused(int weekStart, int month, int day)
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PeriodCalendar.Of(new CalendarSettings("Etc/UTC", weekStart, month, day)));
    }

    private static long Length(PeriodCalendar calendar, DateOnly date)
    {
        var bounds = calendar.Bounds(Grain.Day, calendar.PeriodOf(Grain.Day, date));
        return bounds.EndAt - bounds.StartAt;
    }

    private static void AssertOneDay(PeriodCalendar calendar, DateTimeZone zone, long at)
    {
        var day = calendar.DayOf(at);
        var holding = Enumerable.Range(day - 2, 5)
            .Where(d => calendar.StartOfDay(d) <= at && at < calendar.StartOfDay(d + 1));
        Assert.Equal(day, Assert.Single(holding));

        // Clocks that go back across midnight repeat an hour of the day before; it stays in the later day.
        var date = Instant.FromUnixTimeMilliseconds(at).InZone(zone).Date;
        var expected = new DateOnly(date.Year, date.Month, date.Day);
        Assert.InRange(PeriodCalendar.DateOf(day).DayNumber - expected.DayNumber, 0, 1);
        if (at < zone.AtStartOfDay(date.PlusDays(1)).ToInstant().ToUnixTimeMilliseconds())
        {
            Assert.Equal(expected, PeriodCalendar.DateOf(day));
        }
    }
}
