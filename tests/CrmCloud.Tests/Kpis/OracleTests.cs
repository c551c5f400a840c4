using CrmCloud.Core.Kpis;
using NodaTime;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Kpis;

public sealed class OracleTests(ITestOutputHelper output)
{
    private static readonly Indicator[] FromFacts =
        [.. IndicatorCatalog.All.Where(i => !i.Key.StartsWith("net_income") && !i.Key.EndsWith("_cost"))];

    [Fact]
    public void Every_indicator_equals_a_second_implementation_on_thousands_of_random_histories()
    {
        Assert.Equal(14, FromFacts.Length);
        for (var seed = 0; seed < 600; seed++)
        {
            output.WriteLine($"seed {seed}");
            Check(new Random(seed));
        }
    }

    private static void Check(Random random)
    {
        var world = new RandomWorld(random);
        var customers = Customers(random, world);
        var now = world.Start + random.NextInt64(world.End - world.Start + (30 * RandomWorld.DayMs));
        var from = world.Start - (40 * RandomWorld.DayMs);
        var naive = new NaiveFigures(customers, world.Definitions, now);
        var totals = new TotalsTable();
        foreach (var history in customers.Select(HistoryOf))
        {
            totals.Add(Contribution.Of(history, world.Definitions, now));
        }

        var source = new FigureSource(totals, new MeasurementSums(), world.Definitions);
        foreach (var grain in Grains.All)
        {
            for (var i = 0; i < 4; i++)
            {
                var at = i == 0 ? now : from + random.NextInt64(now - from);
                CheckPeriod(naive, source, grain, naive.DateOf(at), now);
            }
        }
    }

    private static void CheckPeriod(NaiveFigures naive, FigureSource source, Grain grain, LocalDate date, long now)
    {
        var calendar = source.Definitions.Calendar;
        var period = calendar.PeriodOf(grain, new DateOnly(date.Year, date.Month, date.Day));
        var (start, end) = naive.Period(grain, date);
        var bounds = calendar.Bounds(grain, period);
        Assert.Equal((naive.Instant(start), naive.Instant(end)), (bounds.StartAt, bounds.EndAt));
        foreach (var indicator in FromFacts)
        {
            var value = IndicatorCatalog.Evaluate(indicator, source, grain, period, now)!;
            var (numerator, denominator) = naive.Answer(indicator.Key, grain, date);
            Assert.True(
                numerator == value.Numerator && denominator == value.Denominator,
                $"{indicator.Key} {bounds.Label}: {value.Numerator} / {value.Denominator}, "
                + $"expected {numerator} / {denominator}");
            Assert.True(denominator != 0 || value.Value is null);
        }

        CheckCohort(naive, source, bounds, now);
    }

    private static void CheckCohort(NaiveFigures naive, FigureSource source, PeriodBounds period, long now)
    {
        var calendar = source.Definitions.Calendar;
        var cohort = Assert.Single(
            Cohorts.Of(source.Totals, calendar, period.Grain, (period.Start, period.Start.AddDays(1)), now));
        foreach (var cell in cohort.Cells.Take(3).Concat(cohort.Cells.TakeLast(2)))
        {
            var later = calendar.Bounds(period.Grain, period.Index + cell.Offset);
            var expected = naive.Cohort(period.Grain, DateOf(period.Start), DateOf(later.Start));
            Assert.Equal(expected, cell.Active);
            Assert.Equal(later.EndAt <= now, cell.IsComplete);
        }

        Assert.Equal(naive.Cohort(period.Grain, DateOf(period.Start), DateOf(period.Start)), cohort.Size);
    }

    private static List<List<Fact>> Customers(Random random, RandomWorld world) =>
        [.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ =>
            Enumerable.Range(1, random.Next(25)).Select(id => world.Fact(id, 1)).ToList())];

    private static CustomerHistory HistoryOf(List<Fact> facts)
    {
        var history = new CustomerHistory();
        foreach (var fact in facts)
        {
            history.Replace(fact);
        }

        return history;
    }

    private static LocalDate DateOf(DateOnly date) => new(date.Year, date.Month, date.Day);
}
