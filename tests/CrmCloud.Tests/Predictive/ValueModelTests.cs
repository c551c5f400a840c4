using System.Text.Json;
using CrmCloud.Core.Predictive;
using CrmCloud.Tests.RealData;

namespace CrmCloud.Tests.Predictive;

/// <summary>The model as a tenant meets it: fitted to his own orders, and shown with each customer.</summary>
public sealed class ValueModelTests
{
    private const string Model = """
        { predictiveModel {
            fittedAt customers repeating sample missing purchases { r alpha a b logLikelihood }
            spend { p q v logLikelihood meanSpend { amount } } horizonMonths annualDiscount margin
        } }
        """;

    private const string Customer = """
        query($id: String!) { customer(ref: { externalId: { source: "cdnow", id: $id } }) { value {
            lifetimeValue { amount currency } churnRisk aliveProbability expectedOrders predictionMissing
            explain { name value source }
        } } }
        """;

    // 23:00 of 1997-09-30 in New York, the last day of the published sample.
    private static readonly DateTimeOffset End = new(1997, 10, 1, 3, 0, 0, TimeSpan.Zero);

    [SkippableFact]
    public async Task The_published_sample_gives_each_customer_the_value_that_its_own_model_says()
    {
        using var folder = new Store.TemporaryFolder();
        var lines = Lines();
        await using var cloud = await TestCloud.StartAsync(new FakeClock(End));
        var shop = await cloud.TenantAsync("cdnow", "USD", "America/New_York");
        await RealShop.ImportAsync(shop, await FileAsync(folder.Path, lines), "whitespace", Mapping);

        var model = (await shop.GetAsync(Model))["predictiveModel"]!;
        var customers = Histories(lines);
        var (bgNbd, likelihood) = BgNbdFit.Fit(customers.Values.Select(c => c.History));
        var (spend, _) = GammaGammaFit.Fit(customers.Values.Select(c => (c.History.Repeats, c.Mean)));

        Assert.Equal(
            (customers.Count, customers.Count(c => c.Value.History.Repeats > 0)),
            (model["customers"]!.GetValue<int>(), model["repeating"]!.GetValue<int>()));
        Assert.Equal(likelihood, (double)model["purchases"]!["logLikelihood"].Exact()!.Value, 1e-3);
        Assert.Equal(bgNbd.R, (double)model["purchases"]!["r"].Exact()!.Value, 1e-4);
        Assert.Equal(0.2426, bgNbd.R, 2e-2);
        foreach (var id in new[] { "0001", "0002", "0008", "0100", "1516" })
        {
            var value = (await shop.GetAsync(Customer, new { id }))["customer"]!["value"]!;
            var (history, mean) = customers[id];
            var expected = LifetimeValue.Standard.Of(bgNbd, history, spend.ExpectedSpend(history.Repeats, mean));
            var silence = bgNbd.ChanceOfSilence(history.Repeats, history.LastWeeks, history.AgeWeeks, 90.0 / 7);
            Assert.Null(value["predictionMissing"]);
            Assert.Equal(expected, (double)value["lifetimeValue"]!["amount"].Exact()!.Value, 0.02);
            Assert.Equal(100 * silence, (double)value["churnRisk"].Exact()!.Value, 1e-2);
            Assert.Equal(
                100 * bgNbd.Alive(history.Repeats, history.LastWeeks, history.AgeWeeks),
                (double)value["aliveProbability"].Exact()!.Value, 1e-2);
            Assert.Equal(history.AgeDays, Operand(value, "days_since_first"));
            Assert.Equal((12, 10, 100), (Operand(value, "horizon_months"), Operand(value, "annual_discount_percent"),
                Operand(value, "margin_percent")));
        }
    }

    [Fact]
    public async Task Too_few_data_is_an_answer_and_says_how_many_are_needed()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("corner");
        Assert.Contains("no order", (await ModelOf(shop))["missing"]!.GetValue<string>(), StringComparison.Ordinal);
        await OrderAsync(shop, "ada", "2026-02-01T10:00:00Z");
        await shop.WorkAsync();

        var value = (await shop.GetAsync(Customer, new { id = "ada" }))["customer"]!["value"]!;
        var model = await ModelOf(shop);

        Assert.Null(value["lifetimeValue"]);
        Assert.Null(value["churnRisk"]);
        Assert.Contains("at least 200", value["predictionMissing"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(1, model["customers"]!.GetValue<int>());
        Assert.Null(model["purchases"]);
    }

    [Fact]
    public async Task A_recount_fits_anew_and_nothing_else_does_while_the_customers_stay()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("corner");
        await OrderAsync(shop, "ada", "2026-02-01T10:00:00Z");
        await OrderAsync(shop, "bob", "2026-02-02T10:00:00Z");
        await shop.WorkAsync();
        var first = (await ModelOf(shop))["fittedAt"]!.GetValue<string>();

        cloud.Clock.Advance(TimeSpan.FromHours(1));
        await OrderAsync(shop, "ada", "2026-02-03T10:00:00Z");
        await shop.WorkAsync();
        var same = (await ModelOf(shop))["fittedAt"]!.GetValue<string>();
        cloud.Clock.Advance(TimeSpan.FromDays(1));
        await shop.WorkAsync();
        var nightly = await ModelOf(shop);

        Assert.Equal(first, same);
        Assert.NotEqual(first, nightly["fittedAt"]!.GetValue<string>());
        Assert.Equal((2, 1), (nightly["customers"]!.GetValue<int>(), nightly["repeating"]!.GetValue<int>()));
    }

    [Fact]
    public void An_even_part_of_very_many_customers_gives_nearly_the_same_model()
    {
        var random = new Random(7);
        var customers = Enumerable.Range(0, 6_000)
            .Select(_ => (Key: random.NextInt64(), Customer: Random(random))).ToList();
        var (whole, part) = (new ValueSample(), new ValueSample(most: 2_000));
        foreach (var (key, (history, mean)) in customers)
        {
            whole.Add(key, history, mean);
            part.Add(key, history, mean);
        }

        var (all, some) = (whole.Fit(End), part.Fit(End));

        Assert.Equal((6_000, 6_000), (all.Sample, some.Customers));
        Assert.InRange(some.Sample, 1_000, 2_000);
        var customer = new PurchaseHistory(3, 90, 150);
        Assert.Equal(1, Year(some, customer) / Year(all, customer), 0.2);
        Assert.Equal(JsonSerializer.Serialize(all), JsonSerializer.Serialize(whole.Fit(End)));
    }

    [Fact]
    public void A_shop_with_one_price_expects_that_price()
    {
        var sample = new ValueSample();
        foreach (var i in Enumerable.Range(0, 300))
        {
            sample.Add(i, new(i % 4, i % 4 * 20, 100 + (i % 50)), i % 4 == 0 ? 0 : 9.99);
        }

        var model = sample.Fit(End);

        Assert.Null(model.Missing);
        Assert.Equal(9.99, model.Spend!.ExpectedSpend(3, 9.99), 0.05);
        Assert.Equal(9.99, model.Spend.ExpectedSpend(0, 0), 0.05);
    }

    private static double Year(ValueModel model, PurchaseHistory customer) =>
        LifetimeValue.Standard.Of(model.Purchases!, customer, model.Spend!.ExpectedSpend(3, 40));

    // Somebody who buys about every 10 to 60 days until he leaves.
    private static (PurchaseHistory History, double Mean) Random(Random random)
    {
        var (age, rate) = (random.Next(30, 360), 10 + random.Next(50));
        var (day, last, repeats) = (0.0, 0, 0);
        while ((day += -Math.Log(1 - random.NextDouble()) * rate) < age && random.NextDouble() < 0.8)
        {
            (last, repeats) = ((int)day, repeats + 1);
        }

        return (new(repeats, last, age), repeats == 0 ? 0 : 20 + (random.NextDouble() * 50));
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> ModelOf(TestKey shop) =>
        (await shop.GetAsync(Model))["predictiveModel"]!;

    private static int Operand(System.Text.Json.Nodes.JsonNode value, string name) =>
        (int)value["explain"]!.AsArray().Single(o => o!["name"]!.GetValue<string>() == name)!["value"].Exact()!.Value;

    private static async Task OrderAsync(TestKey shop, string customer, string at)
    {
        var externalId = new { source = "cdnow", id = customer };
        await shop.GetAsync(
            """
            mutation($items: [CustomerUpsertInput!]!) {
              customersUpsert(input: { items: $items }) { results { userErrors { message } } }
            }
            """,
            new
            {
                items = new[]
                {
                    new { match = new[] { new { externalId } }, customer = new { displayName = customer } },
                },
            });
        await shop.DoAsync(
            "transactionRecord", "TransactionInput",
            new
            {
                externalId = new { source = "shop", id = $"{customer} {at}" },
                customer = new { externalId },
                kind = "PURCHASE",
                at,
                amount = new { amount = "20.00", currency = "GBP" },
            },
            "transaction { id }");
    }

    private static List<string[]> Lines() =>
        [.. File.ReadLines(Repository.SharedFile("data", "cdnow", "CDNOW_sample.txt"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row.Length == 5 && string.CompareOrdinal(row[2], "19970930") <= 0)];

    private static async Task<string> FileAsync(string folder, List<string[]> lines)
    {
        var path = Path.Combine(folder, "sample.txt");
        await File.WriteAllLinesAsync(
            path, lines.Select(row => string.Join(' ', row)).Prepend("master id date cds dollars"));
        return path;
    }

    // As the product counts: an order of nothing is no order.
    private static Dictionary<string, (PurchaseHistory History, double Mean)> Histories(List<string[]> lines) => lines
        .GroupBy(row => row[1])
        .Select(customer => (customer.Key, Days: customer
            .GroupBy(row => DateOnly.ParseExact(row[2], "yyyyMMdd"), row => double.Parse(row[4]))
            .Where(day => day.Sum() > 0).OrderBy(day => day.Key)
            .Select(day => (Day: day.Key.DayNumber, Sum: day.Sum())).ToList()))
        .Where(customer => customer.Days.Count > 0)
        .ToDictionary(customer => customer.Key, customer => (
            new PurchaseHistory(
                customer.Days.Count - 1, customer.Days[^1].Day - customer.Days[0].Day,
                new DateOnly(1997, 9, 30).DayNumber - customer.Days[0].Day),
            customer.Days.Count == 1 ? 0 : customer.Days.Skip(1).Average(day => day.Sum)));

    private static readonly object[] Mapping =
    [
        new { field = "externalId.source", constant = "cdnow" },
        new { field = "externalId.id", rowNumberAsId = true },
        new { field = "customer.externalId.source", constant = "cdnow" },
        new { field = "customer.externalId.id", column = "id" },
        new { field = "kind", constant = "PURCHASE" },
        new { field = "at", column = "date", dateFormat = "yyyyMMdd" },
        new { field = "items.sku", constant = "CD" },
        new { field = "items.quantity", column = "cds" },
        new { field = "items.amount", column = "dollars" },
    ];
}
