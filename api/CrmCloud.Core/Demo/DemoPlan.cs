using CrmCloud.Store;
using NodaTime;

namespace CrmCloud.Core.Demo;

/// <summary>What the invented shop is made from; equal plans give equal data, to the byte.</summary>
/// <param name="Seed">Of all chance in it.</param>
/// <param name="Now">Everything lies before it; the last orders are of today.</param>
public sealed record DemoPlan(int Seed, DateTimeOffset Now)
{
    public const string Slug = "demo";
    public const string Name = "Harbour & Finch (invented data)";
    public const string Currency = "GBP";
    public const string TimeZone = "Europe/London";

    public int Customers { get; init; } = 2_000;

    /// <summary>Days of history: two years.</summary>
    public int Days { get; init; } = 730;

    /// <summary>The tenant's number of buckets.</summary>
    public int Buckets { get; init; } = 4;
}

/// <summary>The shop's days: its zone, its season, its opening hours.</summary>
public sealed class DemoCalendar
{
    public const double BusiestSeason = 1.6;

    // Christmas makes the year, January pays for it.
    private static readonly double[] SeasonByMonth =
        [0.75, 0.8, 0.9, 0.95, 1, 0.95, 0.85, 0.85, 1, 1.05, 1.45, BusiestSeason];

    // Monday to Sunday.
    private static readonly double[] ByWeekday = [0.9, 0.8, 0.85, 0.95, 1.15, 1.35, 1];

    private static readonly double[] ByHour =
        [1, 0, 0, 0, 0, 1, 3, 7, 10, 12, 13, 13, 14, 12, 11, 11, 12, 14, 17, 20, 20, 16, 9, 4];

    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[DemoPlan.TimeZone];
    private readonly DateTimeOffset _now;

    public DemoCalendar(DemoPlan plan)
    {
        _now = plan.Now;
        Today = Instant.FromDateTimeOffset(plan.Now).InZone(_zone).Date;
        FirstDay = Today.PlusDays(-plan.Days);
    }

    public LocalDate FirstDay { get; }

    public LocalDate Today { get; }

    public static double Season(LocalDate day) => SeasonByMonth[day.Month - 1];

    /// <summary>A day near this one, as likely as its weekday is busy. At most 3 days away.</summary>
    public static LocalDate BusyDayNear(LocalDate day, Random chance)
    {
        var busy = Enumerable.Range(-3, 7).Select(days => ByWeekday[(int)day.PlusDays(days).DayOfWeek - 1]);
        return day.PlusDays(chance.Pick([.. busy]) - 3);
    }

    /// <summary>An instant of the day, as likely as its hour is busy; null when it has not come yet.</summary>
    public DateTimeOffset? Moment(LocalDate day, Random chance)
    {
        var local = day.At(new LocalTime(chance.Pick(ByHour), chance.Next(60), chance.Next(60)));
        var moment = _zone.AtLeniently(local).ToDateTimeOffset().ToUniversalTime();
        return moment < _now ? moment : null;
    }
}

/// <summary>Distributions the shop is drawn from.</summary>
public static class DemoChance
{
    /// <summary>An index, as likely as its weight.</summary>
    public static int Pick(this Random chance, ReadOnlySpan<double> weights)
    {
        var total = 0.0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var left = chance.NextDouble() * total;
        for (var index = 0; index < weights.Length - 1; index++)
        {
            left -= weights[index];
            if (left < 0)
            {
                return index;
            }
        }

        return weights.Length - 1;
    }

    public static T One<T>(this Random chance, T[] of) => of[chance.Next(of.Length)];

    public static bool Happens(this Random chance, double probability) => chance.NextDouble() < probability;

    /// <summary>
    /// Days until the next order: around the mean, never less than a day, sometimes three times as long.
    /// </summary>
    public static int Gap(this Random chance, double meanDays)
    {
        var sum = -Math.Log(1 - chance.NextDouble()) - Math.Log(1 - chance.NextDouble());
        return Math.Max(1, (int)Math.Round(meanDays * sum / 2));
    }
}
