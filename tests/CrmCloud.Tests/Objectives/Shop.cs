using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Objectives;

/// <summary>A small shop with two years of orders, so that indicators have a history; today is 2026-03-02.</summary>
public sealed class Shop : IAsyncLifetime
{
    public const string Problems = "userErrors { code message field ... on VagueObjectiveError { missing "
        + "suggestions { statement due reason kpi { key } target { mode amount resulting } } } } ";
    private const int Seed = 12;

    public TestCloud Cloud { get; private set; } = null!;

    public TestKey Key { get; private set; } = null!;

    public FakeClock Clock => Cloud.Clock;

    public static async Task<Shop> OpenAsync(bool withOrders = true)
    {
        var shop = new Shop();
        shop.Cloud = await TestCloud.StartAsync();
        shop.Key = await shop.Cloud.TenantAsync("shop");
        if (withOrders)
        {
            await shop.ImportAsync(Orders());
        }

        await shop.Key.WorkAsync();
        return shop;
    }

    public async Task InitializeAsync()
    {
        var made = await OpenAsync();
        (Cloud, Key) = (made.Cloud, made.Key);
    }

    public async Task DisposeAsync() => await Cloud.DisposeAsync();

    /// <summary>One order.</summary>
    public async Task OrderAsync(string id, string customer, decimal amount, DateTimeOffset at)
    {
        await Key.DoAsync("customerUpsert", "CustomerUpsertInput", new
        {
            match = new[] { new { externalId = new { source = "shop", id = customer } } },
            customer = new { externalIds = new[] { new { source = "shop", id = customer } } },
        }, "customer { id }");
        await Key.DoAsync("transactionRecord", "TransactionInput", new
        {
            externalId = new { source = "shop", id },
            customer = new { externalId = new { source = "shop", id = customer } },
            kind = "PURCHASE",
            amount = new { amount = amount.ToString(CultureInfo.InvariantCulture), currency = "GBP" },
            at,
        }, "transaction { id }");
    }

    public async Task ImportAsync(IEnumerable<string> rows)
    {
        var text = "id,customer,at,amount\n" + string.Join('\n', rows) + "\n";
        await using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var uploadId = await Key.UploadAsync("orders.csv", content);
        object[] mapping =
        [
            new { field = "externalId.source", constant = "shop" }, new { field = "externalId.id", column = "id" },
            new { field = "customer.externalId.source", constant = "shop" },
                new { field = "customer.externalId.id", column = "customer" },
            new { field = "kind", constant = "PURCHASE" }, new { field = "at", column = "at" },
            new { field = "currency", constant = "GBP" }, new { field = "amount", column = "amount" },
        ];
        await Key.DoAsync("bulkImport", "BulkImportInput",
            new { target = "TRANSACTIONS", uploadId, format = "CSV", mapping }, "operation { id }");
        await Key.WorkAsync();
    }

    /// <summary>Net income of the last days of months, the newest last; the last is of 2026-02.</summary>
    public async Task IncomeAsync(params decimal[] amounts)
    {
        var month = new DateOnly(2026, 2, 1).AddMonths(1 - amounts.Length);
        foreach (var amount in amounts)
        {
            await MeasureAsync(month, amount);
            month = month.AddMonths(1);
        }

        await Key.WorkAsync();
    }

    /// <summary>Net income of one month; again for another amount.</summary>
    public Task MeasureAsync(DateOnly month, decimal amount) =>
        Key.DoAsync("measurementRecord", "MeasurementInput", new
        {
            externalId = new { source = "ledger", id = month.ToString("yyyy-MM", CultureInfo.InvariantCulture) },
            key = "net_income",
            at = month.AddDays(9),
            amount = amount.ToString(CultureInfo.InvariantCulture),
            currency = "GBP",
        }, "measurement { id }");

    /// <summary>An objective that must be taken.</summary>
    public async Task<JsonNode> ObjectiveAsync(string statement, object? more = null, string select = "id status",
        string warnings = "")
    {
        var input = Input(statement, more);
        return (await Key.DoAsync("objectiveCreate", "ObjectiveInput", input,
            $"objective {{ {select} }} {warnings}"))["objective"]!;
    }

    public Task<TestAnswer> TryAsync(string statement, object? more = null) => Key.AskAsync(
        $"mutation($input: ObjectiveInput!) {{ objectiveCreate(input: $input) {{ objective {{ id }} "
            + $"warnings {{ code }} {Problems} }} }}",
        new { input = Input(statement, more) });

    public async Task<JsonNode> GoOnAsync(TimeSpan by)
    {
        Clock.Advance(by);
        await Key.WorkAsync();
        return JsonValue.Create(true);
    }

    private static JsonObject Input(string statement, object? more)
    {
        var input = JsonNode.Parse("""{"beneficiary":"BOTH","ownerName":"Ann Example"}""")!.AsObject();
        input["statement"] = statement;
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(more ?? new { })!.AsObject())
        {
            input[name] = value?.DeepClone();
        }

        return input;
    }

    // Sixty customers who come, order about every month, pause and go; amounts around 40 pounds.
    private static IEnumerable<string> Orders()
    {
        var chance = new Random(Seed);
        var number = 0;
        for (var customer = 0; customer < 60; customer++)
        {
            var day = new DateOnly(2024, 3, 1).AddDays(chance.Next(600));
            var last = day.AddDays(60 + chance.Next(500));
            for (; day < new DateOnly(2026, 3, 1) && day < last; day = day.AddDays(10 + chance.Next(60)))
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"o{++number},c{customer},{day:yyyy-MM-dd},{20 + chance.Next(40)}.50");
            }
        }
    }
}
