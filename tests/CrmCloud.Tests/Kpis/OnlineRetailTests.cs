using CrmCloud.Core.Kpis;

namespace CrmCloud.Tests.Kpis;

/// <summary>
/// Figures of a real shop. The expected numbers come from an independent script over the same file (Python's csv,
/// decimal and zoneinfo; sets per month, windows of 90 x 24 h, ranks by bisection) that shares no code with ours.
/// </summary>
public sealed class OnlineRetailTests
{
    private const string Missing = "The Online Retail data is not beside the checkout; set CRMCLOUD_SHARED.";
    private static readonly PeriodCalendar London = PeriodCalendar.Of(new CalendarSettings("Europe/London"));
    private static readonly Definitions Definitions = new(London);

    // The first instant after the last day of the data, so that December 2011 is read as far as it goes.
    private static readonly long Now = London.StartOfDay(London.DayOf(new DateOnly(2011, 12, 10))) - 1;

    private static readonly long[][] Months =
    [
        // orders, customers, new, repeating, kept, gross pence, refunds pence, active, lost, ever, recency days
        [1400, 885, 885, 263, 0, 57271389, 1810987, 0, 0, 885, 17868],
        [987, 741, 417, 149, 324, 56944504, 9437066, 885, 0, 1302, 38291],
        [997, 758, 380, 149, 262, 44713735, 1059120, 1302, 0, 1682, 64229],
        [1321, 974, 452, 201, 290, 59550076, 1553615, 1682, 358, 2134, 96514],
        [1149, 856, 300, 168, 304, 46920036, 4315251, 1776, 246, 2434, 136235],
        [1555, 1056, 284, 279, 368, 67859456, 3034348, 1891, 300, 2718, 171165],
        [1393, 991, 242, 219, 410, 66121369, 5320053, 1959, 346, 2960, 210729],
        [1331, 949, 188, 227, 365, 60009101, 2585253, 1969, 262, 3148, 254630],
        [1280, 935, 169, 196, 388, 64534390, 2897590, 2025, 381, 3317, 305638],
        [1755, 1266, 299, 271, 425, 95283838, 2139801, 1923, 310, 3616, 332293],
        [1929, 1364, 358, 323, 489, 103931879, 6471520, 2151, 274, 3974, 371595],
        [2657, 1664, 323, 540, 622, 116181738, 2940964, 2461, 229, 4297, 388799],
        [778, 615, 41, 106, 371, 51819279, 17568641, 2840, 74, 4338, 399354],
    ];

    [SkippableFact]
    public void Every_month_equals_the_independent_script()
    {
        var source = Source();
        var december = London.PeriodOf(Grain.Month, new DateOnly(2010, 12, 1));
        for (var i = 0; i < Months.Length; i++)
        {
            long? Top(string key) => (long?)Value(source, key, december + i).Numerator;
            var churn = Value(source, "churn_rate", december + i);
            var recency = Value(source, "recency", december + i);
            var revenue = Value(source, "revenue", december + i).Value;
            long?[] actual =
            [
                Top("orders"), Top("customers"), Top("new_customers"), Top("repeat_purchase_rate"),
                Top("retention_rate"), (long?)(revenue * 100),
                (long?)((revenue - Value(source, "net_revenue", december + i).Value) * 100),
                (long?)churn.Denominator, (long?)churn.Numerator,
                (long?)recency.Denominator, (long?)recency.Numerator,
            ];
            Assert.Equal(Months[i].Select(n => (long?)n), actual);
        }
    }

    [SkippableFact]
    public void Retention_of_November_2011_is_45_6_percent_where_the_textbook_formula_says_98_3()
    {
        var source = Source();
        var november = London.PeriodOf(Grain.Month, new DateOnly(2011, 11, 1));
        var value = Value(source, "retention_rate", november);

        Assert.Equal((45.601173m, 622m, 1_364m), (value.Value, value.Numerator, value.Denominator));
        var (end, news) = (Value(source, "customers", november).Value, Value(source, "new_customers", november).Value);
        Assert.Equal(98.313783m, decimal.Round((100 * (end - news) / 1_364m)!.Value, 6));
    }

    [SkippableFact]
    public void There_are_18532_qualifying_orders_of_4338_customers()
    {
        var source = Source();
        var year = London.PeriodOf(Grain.Year, new DateOnly(2011, 1, 1));
        var frequency = Value(source, "frequency", year, Grain.Year);

        Assert.Equal((18_532m, 4_338m), (frequency.Numerator, frequency.Denominator));
        Assert.Equal(8_911_407.90m, Value(source, "monetary", year, Grain.Year).Numerator);
    }

    [SkippableFact]
    public void The_cohort_of_December_2010_orders_again_as_the_script_counts()
    {
        var source = Source();
        var cohorts = Cohorts.Of(
            source.Totals, London, Grain.Month, (new DateOnly(2010, 12, 1), new DateOnly(2012, 1, 1)), Now).ToList();

        long[] first = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235];
        Assert.Equal(first, cohorts[0].Cells.Select(c => c.Active));
        Assert.Equal([358, 86, 41], cohorts[10].Cells.Select(c => c.Active));
        Assert.Equal(36.610169m, cohorts[0].Cells[1].Rate);
        Assert.Equal([true, true, false], cohorts[10].Cells.Select(c => c.IsComplete));
    }

    [SkippableFact]
    public void Cuts_and_groups_are_those_of_the_script()
    {
        var result = Recounted();
        var recency = result.Cuts.Recency.Values.Select(day => PeriodCalendar.DateOf((int)day));
        DateOnly[] expected = [new(2011, 6, 13), new(2011, 9, 29), new(2011, 11, 7), new(2011, 11, 27)];

        Assert.Equal(expected, recency);
        Assert.Equal([1, 2, 3, 6], result.Cuts.Frequency.Values);
        Assert.Equal([25015, 49022, 94226, 205945], result.Cuts.Monetary.Values);
        long[] groups = [314, 1274, 706, 96, 346, 81, 65, 32, 631, 779, 14];
        Assert.Equal(groups, result.Overview().Groups.SkipLast(1).Select(g => g.Customers));
        // The others only ever returned goods, or ordered for nothing.
        Assert.Equal(4_372 - 4_338, result.Overview().Groups[^1].Customers);
    }

    private static FigureSource Source() => new(Recounted().Total(), new MeasurementSums(), Definitions);

    private static RecountResult Recounted()
    {
        var path = OnlineRetail.Path();
        Skip.If(path is null, Missing);
        var columns = new Columns();
        foreach (var (customer, history) in OnlineRetail.Read(path!))
        {
            columns.Add(customer, history.Encode());
        }

        return Recount.Run([columns], Definitions, Now);
    }

    private static IndicatorValue Value(FigureSource source, string key, int period, Grain grain = Grain.Month) =>
        IndicatorCatalog.Evaluate(IndicatorCatalog.Find(key)!, source, grain, period, Now)!;
}
