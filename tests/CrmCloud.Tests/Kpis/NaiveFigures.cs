using CrmCloud.Core.Kpis;
using NodaTime;

namespace CrmCloud.Tests.Kpis;

/// <summary>
/// The definitions of kpis.md written down a second time, as sets and queries over raw facts: slow, and sharing nothing
/// with the engine but the fact itself. Answers are (numerator, denominator).
/// </summary>
internal sealed class NaiveFigures(IReadOnlyList<IReadOnlyList<Fact>> customers, Definitions definitions, long now)
{
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[definitions.Calendar.Settings.ZoneId];

    public (decimal? Numerator, decimal? Denominator) Answer(string key, Grain grain, LocalDate inPeriod)
    {
        var (start, end) = Period(grain, inPeriod);
        var (from, to) = (Instant(start), Instant(end));
        var asOf = Math.Min(to, now);
        var ordering = Count(c => Orders(c, from, to).Any());
        switch (key)
        {
            case "orders":
                return (Count(c => Orders(c, from, to).Count()), null);
            case "customers":
                return (ordering, null);
            case "new_customers":
                return (Count(c => Qualifying(c).FirstOrDefault() is { Id: not 0 } f && In(f, from, to)), null);
            case "revenue":
                return (Revenue(from, to), null);
            case "net_revenue":
                return (Revenue(from, to) - Refunds(from, to), null);
            case "average_order_value":
                return (Revenue(from, to), Count(c => Orders(c, from, to).Count()));
            case "arpu":
                return (Revenue(from, to), ordering);
            case "repeat_purchase_rate":
                return (Count(c => Orders(c, from, to).Count() >= 2), ordering);
            case "retention_rate":
                return Retention(grain, start, from, to);
            case "churn_rate":
                return Share(c => IsActive(c, from, definitions.ChurnWindow),
                    c => !IsActive(c, asOf, definitions.ChurnWindow));
            case "conversion_rate":
                return Share(c => Exposures(c, from, to).Any(), c => Exposures(c, from, to).Any(e => Leads(c, e)));
            case "recency":
                return (Everybody(asOf, to, c => Days(c, asOf, to)), Everybody(asOf, to, _ => 1));
            case "frequency":
                return (Everybody(asOf, to, c => c.Count), Everybody(asOf, to, _ => 1));
            case "monetary":
                return (Everybody(asOf, to, c => Major(c.Sum(o => o.Amount))), Everybody(asOf, to, _ => 1));
            default:
                throw new ArgumentException(key);
        }
    }

    public (LocalDate Start, LocalDate End) Period(Grain grain, LocalDate date)
    {
        var settings = definitions.Calendar.Settings;
        switch (grain)
        {
            case Grain.Day:
                return (date, date.PlusDays(1));
            case Grain.Week:
                while ((int)date.DayOfWeek != settings.WeekStart)
                {
                    date = date.PlusDays(-1);
                }

                return (date, date.PlusDays(7));
            case Grain.Month:
                var first = new LocalDate(date.Year, date.Month, 1);
                return (first, first.PlusMonths(1));
            default:
                var months = grain == Grain.Quarter ? 3 : 12;
                var start = new LocalDate(date.Year - 2, settings.FiscalMonth, settings.FiscalDay);
                while (start.PlusMonths(months) <= date)
                {
                    start = start.PlusMonths(months);
                }

                return (start, start.PlusMonths(months));
        }
    }

    public long Instant(LocalDate date) => _zone.AtStartOfDay(date).ToInstant().ToUnixTimeMilliseconds();

    public LocalDate DateOf(long at) => NodaTime.Instant.FromUnixTimeMilliseconds(at).InZone(_zone).Date;

    /// <summary>Customers whose first order is in a period, and how many of them ordered in a later one.</summary>
    public long Cohort(Grain grain, LocalDate cohort, LocalDate later)
    {
        var (start, end) = Period(grain, cohort);
        var (from, to) = Period(grain, later);
        return (long)Count(c =>
            Qualifying(c).FirstOrDefault() is { Id: not 0 } f && In(f, Instant(start), Instant(end))
            && Orders(c, Instant(from), Instant(to)).Any());
    }

    public List<Fact> Qualifying(IReadOnlyList<Fact> customer)
    {
        var orders = Happened(customer)
            .Where(f => f.IsOrder && f.Amount > 0 && !IsCancelled(customer, f) && !IsTakenBack(customer, f))
            .OrderBy(f => f.At);
        return definitions.MergeSameDayOrders
            ? [.. orders.GroupBy(f => DateOf(f.At)).Select(day => day.First() with { Amount = day.Sum(f => f.Amount) })]
            : [.. orders];
    }

    private (decimal?, decimal?) Retention(Grain grain, LocalDate start, long from, long to)
    {
        if (definitions.RetentionWindow is { } window)
        {
            return Share(c => IsActive(c, from, window), c => IsActive(c, Math.Min(to, now), window));
        }

        var before = Instant(Period(grain, start.PlusDays(-1)).Start);
        return Share(c => Orders(c, before, from).Any(), c => Orders(c, from, to).Any());
    }

    private IEnumerable<Fact> Happened(IReadOnlyList<Fact> customer) => customer.Where(f => f.At <= now);

    private bool IsCancelled(IReadOnlyList<Fact> customer, Fact order) =>
        Happened(customer).Any(f => f.Kind == FactKind.Cancellation && f.RefundOf == order.Id);

    private bool IsTakenBack(IReadOnlyList<Fact> customer, Fact order) =>
        Happened(customer).Where(f => f.Kind == FactKind.Refund && f.RefundOf == order.Id && f.Amount > 0)
            .Sum(f => f.Amount) >= order.Amount;

    private IEnumerable<Fact> Orders(IReadOnlyList<Fact> customer, long from, long to) =>
        Qualifying(customer).Where(f => In(f, from, to));

    private bool IsActive(IReadOnlyList<Fact> customer, long at, TimeSpan window) =>
        Qualifying(customer).Any(o => o.At > at - window.TotalMilliseconds && o.At <= at);

    private IEnumerable<Fact> Exposures(IReadOnlyList<Fact> customer, long from, long to) =>
        Happened(customer).Where(f => In(f, from, to) && (f.Kind is FactKind.Quote or FactKind.Lead
            || (f.Kind == FactKind.Interaction && definitions.ExposureTypes.Contains(f.Type))));

    private bool Leads(IReadOnlyList<Fact> customer, Fact exposure) =>
        Qualifying(customer).Any(o =>
            o.At >= exposure.At && o.At < exposure.At + definitions.AttributionWindow.TotalMilliseconds);

    private decimal Revenue(long from, long to) => Major(customers.Sum(c => Orders(c, from, to).Sum(o => o.Amount)));

    private decimal Refunds(long from, long to) =>
        Major(customers.Sum(c => Happened(c)
            .Where(f => f.Kind == FactKind.Refund && f.Amount > 0 && In(f, from, to))
            .Where(f => !Happened(c).Any(o => o.Id == f.RefundOf && o.IsOrder && o.Amount > 0
                && (IsCancelled(c, o) || IsTakenBack(c, o))))
            .Sum(f => f.Amount)));

    // A sum over customers with an order up to the period's end, of something of their orders up to then.
    private decimal Everybody(long asOf, long end, Func<List<Fact>, decimal> value) =>
        customers.Select(c => Qualifying(c).Where(o => o.At < end && o.At <= asOf).ToList())
            .Where(orders => orders.Count > 0)
            .Sum(value);

    private decimal Days(List<Fact> orders, long asOf, long end) =>
        NodaTime.Period.DaysBetween(DateOf(orders.Max(o => o.At)), DateOf(asOf == end ? end - 1 : asOf));

    private (decimal?, decimal?) Share(
        Func<IReadOnlyList<Fact>, bool> of, Func<IReadOnlyList<Fact>, bool> part) =>
        (Count(c => of(c) && part(c)), Count(of));

    private decimal Count(Func<IReadOnlyList<Fact>, bool> which) => customers.Count(which);

    private decimal Count(Func<IReadOnlyList<Fact>, int> number) => customers.Sum(number);

    private decimal Major(long minor) => minor / 100m;

    private static bool In(Fact fact, long from, long to) => fact.At >= from && fact.At < to;
}
