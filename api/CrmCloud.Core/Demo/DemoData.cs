using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using NodaTime;

namespace CrmCloud.Core.Demo;

/// <summary>An invented person with all that is his.</summary>
public sealed record DemoCustomer(
    DemoHabit Habit,
    Customer Customer,
    IReadOnlyList<Consent> Consents,
    IReadOnlyList<Transaction> Transactions,
    IReadOnlyList<Interaction> Interactions);

/// <summary>The invented shop: pure, so that equal plans can be compared.</summary>
public static class DemoData
{
    /// <summary>People one after the other, each complete.</summary>
    public static IEnumerable<DemoCustomer> People(DemoPlan plan)
    {
        var calendar = new DemoCalendar(plan);
        var (orders, contacts) = (new DemoOrders(calendar, plan.Now), new DemoContacts(calendar, plan.Now));
        for (var number = 1; number <= plan.Customers; number++)
        {
            var person = DemoPerson.Invent(number, plan, calendar);
            var firstSeenAt = calendar.Moment(person.FirstDay, person.Chance) ?? plan.Now;
            var customer = DemoCustomers.Describe(person, firstSeenAt);
            var consents = DemoConsents.Of(person, firstSeenAt, plan.Now);
            var transactions = orders.Of(person);
            var interactions = contacts.Of(person, transactions, DemoConsents.MayWrite(consents));
            yield return new(person.Habit, customer, consents, transactions, interactions);
        }
    }

    /// <summary>What the shop's books say about each month; of this month, until yesterday.</summary>
    public static IEnumerable<Measurement> Measurements(DemoPlan plan)
    {
        var calendar = new DemoCalendar(plan);
        var chance = new Random(plan.Seed);
        var first = calendar.FirstDay.With(DateAdjusters.StartOfMonth);
        for (var month = first; month < calendar.Today; month = month.PlusMonths(1))
        {
            var end = month.With(DateAdjusters.EndOfMonth);
            var day = end < calendar.Today ? end : calendar.Today.PlusDays(-1);
            var passed = (double)day.Day / end.Day;
            var growth = Math.Pow(1.012, Period.Between(first, month, PeriodUnits.Months).Months);
            yield return Measure("net_income", day, passed * 1_500 * growth * DemoCalendar.Season(month), chance);
            yield return Measure("acquisition_cost", day, passed * 725, chance);
            yield return Measure("retention_cost", day, passed * 310 * growth, chance);
        }
    }

    /// <summary>The attributes that the people have.</summary>
    public static IEnumerable<AttributeDefinition> Attributes(DemoPlan plan)
    {
        yield return Define("favourite_category", "Favourite category", AttributeType.Enum, DemoWords.Categories, plan);
        yield return Define("loyalty_tier", "Loyalty tier", AttributeType.Enum, ["bronze", "silver", "gold"], plan);
        yield return Define("cups_a_day", "Cups a day", AttributeType.Number, null, plan);
    }

    /// <summary>The unique keys of a person and his facts, as mutations and imports take them.</summary>
    public static IEnumerable<Claim> Claims(DemoCustomer person)
    {
        var owner = person.Customer.CustomerId;
        return CustomerKey.Of(person.Customer).Select(key => Claim.On(key.ClaimKind, key.Hash, owner))
            .Concat(person.Transactions.Select(fact => Claim.On(FactDecisions.TransactionClaim, fact.FactId, owner)))
            .Concat(person.Interactions.Select(fact => Claim.On(FactDecisions.InteractionClaim, fact.FactId, owner)));
    }

    private static Measurement Measure(string key, LocalDate day, double pounds, Random chance)
    {
        var id = new ExternalId("ledger", $"{key}-{day.Year}-{day.Month:00}");
        return new()
        {
            FactId = Measurement.FactIdOf(id),
            ExternalId = id,
            MeasureKey = key,
            At = day.ToDateOnly(),
            Amount = Math.Round((decimal)(pounds * (0.92 + (0.16 * chance.NextDouble()))), 2),
            Currency = DemoPlan.Currency,
            CreatedAt = new(day.ToDateOnly(), TimeOnly.MinValue, TimeSpan.Zero),
            UpdatedAt = new(day.ToDateOnly(), TimeOnly.MinValue, TimeSpan.Zero),
        };
    }

    private static AttributeDefinition Define(
        string key, string label, AttributeType type, IReadOnlyList<string>? allowed, DemoPlan plan) => new()
        {
            AttributeKey = key,
            Label = label,
            Type = type,
            Allowed = allowed,
            MergePolicy = MergePolicy.MostRecent,
            CreatedAt = plan.Now,
            UpdatedAt = plan.Now,
        };
}
