using CrmCloud.Core.Audit;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives;
using CrmCloud.Core.Objectives.Alerts;
using CrmCloud.Core.Objectives.Measuring;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using NodaTime;

namespace CrmCloud.Core.Demo;

/// <summary>What the shop set out to do half a year ago: three objectives, each with a rule that watches it.</summary>
/// <remarks>
/// Figures do not exist yet when this is written, so the baselines are stated: counted from the invented orders
/// and books, and the stretch is not judged.
/// </remarks>
public static class DemoObjectives
{
    private const int MonthsAgo = 6;
    private static readonly Actor Maker = new(ActorKind.SystemJob, null, "demo");

    public static IEnumerable<IDocument> Of(DemoPlan plan, IReadOnlyList<DemoCustomer> people,
        IReadOnlyList<Measurement> books)
    {
        var month = new DemoCalendar(plan).Today.PlusMonths(-MonthsAgo - 1).With(DateAdjusters.StartOfMonth);
        var orders = people.Select(p => p.Transactions.Count(t => IsOrderOf(t, month))).Where(count =>
            count > 0).ToList();
        var income = books.Where(b => b.MeasureKey == "net_income" && b.At.Year == month.Year
            && b.At.Month == month.Month).Sum(b => b.Amount);
        if (orders.Count == 0 || income <= 0)
        {
            yield break;
        }

        var repeat = decimal.Round(100m * orders.Count(count => count > 1) / orders.Count, 6, MidpointRounding.ToEven);
        var aims = new Aim[]
        {
            new("net_income", "Increase net income by 15 %", 15, income, Beneficiary.Organization, "Ines Example"),
            new("repeat_purchase_rate", "Increase repeat purchase rate by 10 % (relative)", 10, repeat,
                Beneficiary.Both, "Omar Example"),
            new("orders", "Increase orders by 30 %", 30, orders.Sum(), Beneficiary.Customer, "Mei Example"),
        };
        foreach (var objective in aims.Where(a => a.Baseline > 0).Select((aim, number) =>
            Make(aim, number + 1, month, plan)))
        {
            yield return objective;
            yield return Watch(objective, plan);
        }
    }

    private static bool IsOrderOf(Transaction fact, LocalDate month) =>
        fact is { Kind: TransactionKind.Purchase or TransactionKind.Renewal, AmountMinor: > 0 }
        && Instant.FromDateTimeOffset(fact.At).InZone(DateTimeZoneProviders.Tzdb[DemoPlan.TimeZone]).Date is var day
        && day.Year == month.Year && day.Month == month.Month;

    private static Objective Make(Aim aim, int number, LocalDate month, DemoPlan plan)
    {
        var indicator = IndicatorCatalog.Find(aim.Kpi)!;
        var madeAt = plan.Now.AddDays(-30 * MonthsAgo);
        var due = month.PlusMonths(12).With(DateAdjusters.EndOfMonth).ToDateOnly();
        var target = TargetRules.Resolve(new(TargetMode.ChangeByPercent, Direction.Increase, aim.Percent), indicator,
            aim.Baseline, new FigureText(Currency.Parse(DemoPlan.Currency)), "target").Value;
        return new Objective
        {
            ObjectiveId = $"de{number:D30}",
            Statement = $"{aim.Statement} by {due:yyyy-MM-dd}",
            WrittenAt = madeAt,
            Beneficiary = aim.Beneficiary,
            Status = ObjectiveStatus.Active,
            OwnerName = aim.Owner,
            KpiKey = aim.Kpi,
            Grain = Grain.Month,
            Baseline = new(aim.Baseline, month.With(DateAdjusters.EndOfMonth).ToDateOnly(), BaselineSource.Stated,
                null, indicator.Revision),
            Target = target,
            Due = due,
            Measurability = new(true, 100, []),
            Stretch = new(StretchVerdict.Unknown, null, "The demo states its baselines; figures came later.", 12, 0,
                null),
            CreatedAt = madeAt,
        }.Noting(new(madeAt, Maker, null, ObjectiveStatus.Active, "Made with the demo.", null));
    }

    private static AlertRule Watch(Objective objective, DemoPlan plan) => new()
    {
        RuleId = objective.ObjectiveId,
        Name = $"Off track: {IndicatorCatalog.Find(objective.KpiKey)!.Name}",
        WatchesId = objective.Id,
        Condition = new(AlertKind.OffTrack, null, null, null),
        Grain = Grain.Month,
        Cooldown = TimeSpan.FromDays(7),
        Enabled = true,
        CreatedAt = plan.Now,
        UpdatedAt = plan.Now,
    };

    private sealed record Aim(
        string Kpi, string Statement, decimal Percent, decimal Baseline, Beneficiary Beneficiary, string Owner);
}
