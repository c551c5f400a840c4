using CrmCloud.Core.Interactions;
using CrmCloud.Core.Shared;
using NodaTime;

namespace CrmCloud.Core.Demo;

/// <summary>What an invented person bought, and gave back.</summary>
internal sealed class DemoOrders(DemoCalendar calendar, DateTimeOffset receivedAt)
{
    // Beyond any habit; the loops below end by the calendar long before.
    private const int MostOrders = 200;
    private const double RefundShare = 0.045;
    private const double FullRefundShare = 0.55;
    private const double UnnamedRefundShare = 0.06;

    public List<Transaction> Of(DemoPerson person)
    {
        var all = new List<Transaction>();
        Ask(person, all);
        foreach (var day in OrderDays(person))
        {
            if (calendar.Moment(DemoCalendar.BusyDayNear(day, person.Chance), person.Chance) is { } at)
            {
                var order = Buy(person, all.Count + 1, at);
                all.Add(order);
                GiveBack(person, order, all);
            }
        }

        return all;
    }

    private List<LocalDate> OrderDays(DemoPerson person)
    {
        var days = new List<LocalDate>();
        var end = LocalDate.Min(person.QuietFrom, calendar.Today);
        var most = person.Habit switch { DemoHabit.Prospect => 0, DemoHabit.OneTimer => 1, _ => MostOrders };
        for (var day = person.FirstDay.PlusDays(3); day <= end && days.Count < most;)
        {
            // He thinks of buying more often than he buys: how often depends on the season.
            if (days.Count == 0 || person.Chance.Happens(DemoCalendar.Season(day) / DemoCalendar.BusiestSeason))
            {
                days.Add(day);
            }

            day = day.PlusDays(person.Chance.Gap(person.MeanGapDays / DemoCalendar.BusiestSeason));
        }

        return days;
    }

    // Leads and quotes come before the first order; prospects have nothing else.
    private void Ask(DemoPerson person, List<Transaction> all)
    {
        var asks = person.Habit == DemoHabit.Prospect ? 1 + person.Chance.Next(2) : person.Chance.Happens(0.25) ? 1 : 0;
        for (var ask = 0; ask < asks; ask++)
        {
            if (calendar.Moment(person.FirstDay.PlusDays(ask), person.Chance) is { } at)
            {
                var kind = person.Chance.Happens(0.75) ? TransactionKind.Lead : TransactionKind.Quote;
                var amount = kind == TransactionKind.Lead ? 0 : person.Chance.Next(40, 400) * 100L;
                all.Add(New(person, all.Count + 1, kind, amount, at));
            }
        }
    }

    private Transaction Buy(DemoPerson person, int number, DateTimeOffset at)
    {
        // Some regulars have a standing order for the same bag every month.
        if (number > 2 && person.Number % 9 == 0 && person.Chance.Happens(0.5))
        {
            return New(person, number, TransactionKind.Renewal, 2_650, at) with
            {
                MarginMinor = 1_170,
                StoredItems = [new("COF-SUBSCRIPTION", 1, 2_650, "coffee")],
            };
        }

        var items = Basket(person);
        return New(person, number, TransactionKind.Purchase, items.Sum(item => item.AmountMinor), at) with
        {
            MarginMinor = items.Sum(item => (long)(item.AmountMinor * DemoWords.Margins[item.Category!])),
            StoredItems = items,
        };
    }

    private static List<StoredItem> Basket(DemoPerson person)
    {
        var chance = person.Chance;
        var lines = 1 + chance.Pick([50, 28, 14, 8]) + (person.Habit == DemoHabit.Champion ? 1 : 0);
        var items = new List<StoredItem>(lines);
        for (var line = 0; line < lines; line++)
        {
            var weights = DemoWords.Goods.Select(one => Appeal(one.Category, person) / Math.Sqrt(one.PriceMinor));
            var good = DemoWords.Goods[chance.Pick([.. weights])];
            var quantity = good.PriceMinor < 2_000 ? 1 + chance.Pick([62, 26, 12]) : 1;
            items.Add(new(good.Sku, quantity, (long)quantity * good.PriceMinor, good.Category));
        }

        return items;
    }

    private static double Appeal(string category, DemoPerson person) => category == person.Favourite ? 5 : 1;

    private void GiveBack(DemoPerson person, Transaction order, List<Transaction> all)
    {
        if (!person.Chance.Happens(RefundShare))
        {
            return;
        }

        var day = LocalDate.FromDateTime(order.At.UtcDateTime).PlusDays(person.Chance.Next(2, 15));
        if (calendar.Moment(day, person.Chance) is not { } at)
        {
            return;
        }

        // A partial refund is of one line; now and then the shop did not note which order it was for.
        var amount = person.Chance.Happens(FullRefundShare) ? order.AmountMinor : order.StoredItems[0].AmountMinor;
        all.Add(New(person, all.Count + 1, TransactionKind.Refund, amount, at) with
        {
            RefundOfFactId = person.Chance.Happens(UnnamedRefundShare) ? null : order.FactId,
        });
    }

    private Transaction New(DemoPerson person, int number, TransactionKind kind, long amountMinor, DateTimeOffset at)
    {
        var id = new ExternalId(DemoCustomers.Source, $"{Letter(kind)}-{person.Number:000000}-{number:000}");
        return new()
        {
            FactId = Transaction.FactIdOf(id),
            CustomerId = person.CustomerId,
            ExternalId = id,
            Kind = kind,
            AmountMinor = amountMinor,
            Currency = DemoPlan.Currency,
            At = at,
            ReceivedAt = receivedAt,
        };
    }

    private static char Letter(TransactionKind kind) => kind switch
    {
        TransactionKind.Refund => 'R',
        TransactionKind.Lead => 'L',
        TransactionKind.Quote => 'Q',
        _ => 'O',
    };
}
