using System.Text.Json;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;
using NodaTime;

namespace CrmCloud.Core.Demo;

/// <summary>Where an invented person and the shop met, beside his orders.</summary>
internal sealed class DemoContacts(DemoCalendar calendar, DateTimeOffset receivedAt)
{
    private const int DaysBetweenNewsletters = 30;
    private static readonly string[] Topics = ["delivery", "invoice", "brewing", "return", "account"];

    // 1 to 5, as customers answer after a call.
    private static readonly double[] Satisfactions = [5, 8, 17, 38, 32];

    /// <param name="opens">Whether he may be written to, and so can open newsletters.</param>
    public List<Interaction> Of(DemoPerson person, IReadOnlyList<Transaction> orders, bool opens)
    {
        var all = new List<Interaction>();
        Visits(person, orders, all);
        if (opens)
        {
            Newsletters(person, all);
        }

        Support(person, orders.Count, all);
        return all;
    }

    private void Visits(DemoPerson person, IReadOnlyList<Transaction> orders, List<Interaction> all)
    {
        foreach (var order in orders.Where(order =>
            order.Kind == TransactionKind.Purchase && person.Chance.Happens(0.4)))
        {
            var before = order.At.AddMinutes(-person.Chance.Next(3, 2_880));
            all.Add(New(person, all.Count + 1, (Channel.Web, FlowDirection.Inbound, "visit"), before) with
            {
                Properties = Page(person.Favourite),
            });
        }

        var idle = person.Habit == DemoHabit.Prospect ? 3 : 1 + person.Chance.Next(3);
        for (var visit = 0; visit < idle; visit++)
        {
            if (AnyMoment(person) is { } at)
            {
                var inStore = person.Chance.Happens(0.2);
                var kind = inStore
                    ? (Channel.Store, FlowDirection.Inbound, "store_visit")
                    : (Channel.Web, FlowDirection.Inbound, "visit");
                all.Add(New(person, all.Count + 1, kind, at));
            }
        }
    }

    private void Newsletters(DemoPerson person, List<Interaction> all)
    {
        var share = person.Habit is DemoHabit.Champion or DemoHabit.Regular ? 0.35 : 0.15;
        var end = LocalDate.Min(person.QuietFrom, calendar.Today);
        for (var day = person.FirstDay.PlusDays(7); day < end; day = day.PlusDays(DaysBetweenNewsletters))
        {
            if (person.Chance.Happens(share) && calendar.Moment(day, person.Chance) is { } at)
            {
                var clicked = person.Chance.Happens(0.2);
                var type = clicked ? "newsletter_clicked" : "newsletter_opened";
                all.Add(New(person, all.Count + 1, (Channel.Email, FlowDirection.Inbound, type), at));
            }
        }
    }

    private void Support(DemoPerson person, int orders, List<Interaction> all)
    {
        var calls = 0;
        for (var chance = 0; chance < 2 + orders; chance++)
        {
            calls += person.Chance.Happens(0.06) ? 1 : 0;
        }

        for (var call = 0; call < calls; call++)
        {
            if (AnyMoment(person) is { } at)
            {
                var (channel, type) = person.Chance.Happens(0.35)
                    ? (Channel.Chat, "chat")
                    : (Channel.Phone, "support_call");
                var topic = person.Chance.One(Topics);
                all.Add(New(person, all.Count + 1, (channel, FlowDirection.Inbound, type), at) with
                {
                    Summary = $"Asked about {topic}.",
                    Satisfaction = person.Chance.Happens(0.7) ? 1 + person.Chance.Pick(Satisfactions) : null,
                });
            }
        }
    }

    private DateTimeOffset? AnyMoment(DemoPerson person)
    {
        var end = LocalDate.Min(person.QuietFrom, calendar.Today);
        var days = Period.Between(person.FirstDay, end, PeriodUnits.Days).Days;
        return calendar.Moment(person.FirstDay.PlusDays(person.Chance.Next(days + 1)), person.Chance);
    }

    private Interaction New(
        DemoPerson person, int number, (Channel Channel, FlowDirection Direction, string Type) kind, DateTimeOffset at)
    {
        var id = new ExternalId(DemoCustomers.Source, $"I-{person.Number:000000}-{number:000}");
        return new()
        {
            FactId = Interaction.FactIdOf(id),
            CustomerId = person.CustomerId,
            ExternalId = id,
            Channel = kind.Channel,
            Direction = kind.Direction,
            Type = kind.Type,
            At = at,
            ReceivedAt = receivedAt,
        };
    }

    private static JsonElement Page(string category) =>
        JsonSerializer.SerializeToElement(new { page = $"/{category}" });
}
