using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using NodaTime;

namespace CrmCloud.Core.Demo;

/// <summary>How somebody buys. The mixture gives every figure something to show.</summary>
public enum DemoHabit
{
    /// <summary>Looks and asks, and has not bought yet.</summary>
    Prospect,
    OneTimer,
    Regular,

    /// <summary>Was a regular until one day.</summary>
    Lapsed,
    Champion,
    Newcomer,
}

/// <summary>Somebody who was invented, with the chance that decides what he does.</summary>
internal sealed class DemoPerson
{
    private static readonly double[] Shares = [12, 28, 26, 18, 7, 9];

    private DemoPerson(int number, Random chance) => (Number, Chance) = (number, chance);

    /// <summary>From 1.</summary>
    public int Number { get; }

    public Random Chance { get; }

    public required string CustomerId { get; init; }

    public required DemoHabit Habit { get; init; }

    public required LocalDate FirstDay { get; init; }

    /// <summary>From this day on nothing more is heard of him; for most it lies in the future.</summary>
    public required LocalDate QuietFrom { get; init; }

    public required double MeanGapDays { get; init; }

    public required string Favourite { get; init; }

    /// <summary>Each has a seed of his own, so that one more line about one of them changes nobody else.</summary>
    public static DemoPerson Invent(int number, DemoPlan plan, DemoCalendar calendar)
    {
        var chance = new Random(unchecked((plan.Seed * 486_187_739) + (number * 16_777_619)));
        var habit = (DemoHabit)chance.Pick(Shares);
        var first = FirstDayOf(habit, plan, calendar, chance);
        var unique = IdSource.From($"demo/{plan.Seed}/{number}").Next();
        return new(number, chance)
        {
            CustomerId = Buckets.NewCustomerId(unique, plan.Buckets),
            Habit = habit,
            FirstDay = first,
            QuietFrom = habit == DemoHabit.Lapsed ? QuietDay(first, calendar, chance) : calendar.Today.PlusDays(30),
            MeanGapDays = habit switch
            {
                DemoHabit.Champion => 14 + (16 * chance.NextDouble()),
                DemoHabit.Newcomer => 25 + (20 * chance.NextDouble()),
                _ => 40 + (70 * chance.NextDouble()),
            },
            Favourite = DemoWords.Categories[chance.Pick([45, 28, 12, 10, 5])],
        };
    }

    private static LocalDate FirstDayOf(DemoHabit habit, DemoPlan plan, DemoCalendar calendar, Random chance)
    {
        var days = habit switch
        {
            DemoHabit.Newcomer => plan.Days - chance.Next(1, 60),
            DemoHabit.Lapsed => chance.Next(0, plan.Days - 300),

            // Many were customers before the records begin, so the first months are no flood of newcomers.
            DemoHabit.Champion or DemoHabit.Regular => Math.Max(0, chance.Next(-200, plan.Days - 90)),
            _ => chance.Next(0, plan.Days - 10),
        };
        return calendar.FirstDay.PlusDays(days == 0 ? chance.Next(0, 75) : days);
    }

    private static LocalDate QuietDay(LocalDate first, DemoCalendar calendar, Random chance)
    {
        var most = Period.Between(first, calendar.Today, PeriodUnits.Days).Days - 100;
        return first.PlusDays(chance.Next(120, Math.Max(121, most)));
    }
}
