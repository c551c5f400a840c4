using CrmCloud.Core.Customers;
using CrmCloud.Core.Demo;
using CrmCloud.Core.Interactions;
using CrmCloud.Store;

namespace CrmCloud.Tests.Demo;

public sealed class DemoDataTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly DemoPlan Plan = new(DemoTenant.Seed, Now);
    private static readonly List<DemoCustomer> People = [.. DemoData.People(Plan)];

    private static readonly List<Transaction> Orders =
        [.. People.SelectMany(person => person.Transactions)
            .Where(fact => fact.Kind is TransactionKind.Purchase or TransactionKind.Renewal)];

    [Fact]
    public void Equal_plans_give_equal_data_to_the_byte_and_another_seed_gives_other_data()
    {
        var small = Plan with { Customers = 50 };

        Assert.Equal(Bytes(small), Bytes(small));
        Assert.NotEqual(Bytes(small), Bytes(small with { Seed = 7 }));
    }

    [Fact]
    public void There_are_two_thousand_customers_each_with_an_address_that_reaches_nobody()
    {
        Assert.Equal(2_000, People.Count);
        Assert.Equal(2_000, People.Select(person => person.Customer.Email).Distinct().Count());
        Assert.All(People, person =>
            Assert.Matches(@"^[a-z]+\.[a-z]+\d+@example\.(com|org|net)$", person.Customer.Email!));
        Assert.All(People, person => Assert.Matches(@"^(\+447700900\d{3})?$", person.Customer.Phone ?? ""));
    }

    [Fact]
    public void Everything_lies_within_two_years_before_now_and_the_last_day_has_orders()
    {
        Assert.All(Orders, order => Assert.InRange(order.At, Now.AddDays(-732), Now));
        Assert.All(People.SelectMany(person => person.Interactions), contact =>
            Assert.InRange(contact.At, Now.AddDays(-735), Now));
        Assert.Contains(Orders, order => order.At > Now.AddDays(-1));
        Assert.Contains(Orders, order => order.At < Now.AddDays(-700));
    }

    [Fact]
    public void No_two_objects_share_a_unique_key()
    {
        var claims = People.SelectMany(DemoData.Claims).ToList();

        Assert.Equal(claims.Count, claims.Select(claim => claim.Key).Distinct().Count());
    }

    [Fact]
    public void Customers_repeat_lapse_and_stay_as_people_do()
    {
        var byCustomer = Orders.GroupBy(order => order.CustomerId)
            .ToDictionary(group => group.Key, group => group.ToList());
        var buyers = byCustomer.Count;
        var repeaters = byCustomer.Values.Count(orders => orders.Count > 1);
        var lapsed = byCustomer.Values.Count(orders =>
            orders.Count > 2 && orders.Max(order => order.At) < Now.AddDays(-90));

        Assert.InRange(buyers, 1_600, 1_850);
        Assert.InRange((double)repeaters / buyers, 0.5, 0.75);
        Assert.InRange((double)lapsed / buyers, 0.08, 0.3);
        Assert.InRange(Orders.Count, 6_000, 14_000);
    }

    [Fact]
    public void Christmas_sells_more_than_January()
    {
        var perMonth = Orders.ToLookup(order => (order.At.Year, order.At.Month));

        Assert.True(perMonth[(2025, 12)].Count() > 1.15 * perMonth[(2026, 1)].Count());
    }

    [Fact]
    public void Refunds_take_back_at_most_an_order_of_the_same_customer_and_come_after_it()
    {
        var orders = Orders.ToDictionary(order => (order.CustomerId, order.FactId));
        var refunds = People.SelectMany(person => person.Transactions)
            .Where(fact => fact.Kind == TransactionKind.Refund).ToList();
        var named = refunds.Where(refund => refund.RefundOfFactId is not null).ToList();

        Assert.All(named, refund =>
        {
            var order = orders[(refund.CustomerId, refund.RefundOfFactId!)];
            Assert.InRange(refund.AmountMinor, 1, order.AmountMinor);
            Assert.True(refund.At > order.At);
        });
        Assert.InRange((double)refunds.Count / Orders.Count, 0.02, 0.07);
        Assert.Contains(named, refund =>
            refund.AmountMinor < orders[(refund.CustomerId, refund.RefundOfFactId!)].AmountMinor);
        Assert.True(named.Count < refunds.Count);
    }

    [Fact]
    public void An_orders_lines_add_up_and_its_margin_is_part_of_it() => Assert.All(Orders, order =>
    {
        Assert.Equal(order.AmountMinor, order.StoredItems.Sum(item => item.AmountMinor));
        Assert.InRange(order.MarginMinor!.Value, 1, order.AmountMinor);
    });

    [Fact]
    public void Only_who_permits_it_opens_newsletters_and_nobody_answers_before_he_is_asked()
    {
        Assert.All(People, person =>
        {
            var opened = person.Interactions.Any(contact => contact.Channel == Core.Shared.Channel.Email);
            Assert.True(!opened || person.Consents.Any(consent => consent.Recorded == ConsentStatus.Granted));
            Assert.All(person.Consents, consent =>
                Assert.True(!(consent.RevokedAt < consent.GrantedAt) && !(consent.RevokedAt > Now)));
        });
    }

    [Fact]
    public void Each_month_has_the_three_figures_of_the_books_and_this_one_until_yesterday()
    {
        var measures = DemoData.Measurements(Plan).ToList();

        var keys = measures.Select(one => one.MeasureKey).Distinct().Order();
        Assert.Equal(["acquisition_cost", "net_income", "retention_cost"], keys);
        Assert.Contains(measures, one => one.At == new DateOnly(2026, 2, 28));
        Assert.Equal(new DateOnly(2026, 3, 1), measures.Max(one => one.At));
    }

    private static byte[] Bytes(DemoPlan plan) =>
    [
        .. DemoData.People(plan).SelectMany(person => DocumentJson.Write(person.Customer)
            .Concat(person.Consents.SelectMany(DocumentJson.Write))
            .Concat(person.Transactions.SelectMany(DocumentJson.Write))
            .Concat(person.Interactions.SelectMany(DocumentJson.Write))),
        .. DemoData.Measurements(plan).SelectMany(DocumentJson.Write),
    ];
}
