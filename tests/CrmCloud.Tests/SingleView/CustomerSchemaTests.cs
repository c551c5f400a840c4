using System.Text.Json;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Tests.Customers;

namespace CrmCloud.Tests.SingleView;

/// <summary>Customers as clients see them: through documents against the whole public schema.</summary>
public sealed class CustomerSchemaTests : IAsyncDisposable
{
    private const string Upsert = """
        mutation($items: [CustomerUpsertInput!]!) {
          customersUpsert(input: { items: $items }) {
            results { index outcome customer { id } userErrors { code field message } }
            userErrors { code }
          }
        }
        """;

    private const string Order = """
        mutation($input: TransactionInput!) {
          transactionRecord(input: $input) {
            transaction { id amount { amount currency } items { sku quantity amount { amount } } }
            userErrors { code field message }
          }
        }
        """;

    private readonly Desk _desk = new();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task One_view_holds_what_every_channel_knows()
    {
        await FillAsync();

        var answer = await _desk.AskAsync("""
            { customer(ref: { externalId: { source: "erp", id: "ada" } }) {
                displayName lifecycle idicStage
                value { recencyDays frequency monetary { amount currency } freshness { stale } explain { name value } }
                permitted { channel purpose allowedNow reason }
                timeline(first: 10) { edges { cursor node { kind title node { id } } } totalCount { value precision } }
                touchpoints { channel count satisfaction }
                transactions { nodes { kind amount { amount } customer { displayName } } }
              } }
            """);

        var customer = Data(answer, "customer");
        Assert.Equal("ACTIVE", customer.GetProperty("lifecycle").GetString());
        Assert.Equal("INTERACTING", customer.GetProperty("idicStage").GetString());
        var value = customer.GetProperty("value");
        Assert.Equal(("2", 2),
            (value.GetProperty("recencyDays").GetRawText(), value.GetProperty("frequency").GetInt32()));
        Assert.Equal("30.50", value.GetProperty("monetary").GetProperty("amount").GetString());
        Assert.False(value.GetProperty("freshness").GetProperty("stale").GetBoolean());
        Assert.Equal(3, customer.GetProperty("timeline").GetProperty("totalCount").GetProperty("value").GetInt32());
        Assert.Equal("Ada", customer.GetProperty("transactions").GetProperty("nodes")[0].GetProperty("customer")
            .GetProperty("displayName").GetString());
    }

    [Theory]
    [InlineData("{ field: MONETARY, direction: DESC }", "ada,bob,eve")]
    [InlineData("{ field: RECENCY }", "bob,ada")]
    [InlineData("{ field: DISPLAY_NAME }", "ada,bob,eve")]
    [InlineData("{ field: CREATED_AT, direction: DESC }", "eve,bob,ada")]
    public async Task Lists_sort_by_own_and_by_derived_values_page_by_page(string sort, string expected)
    {
        await FillAsync();
        var names = new List<string>();
        string? after = null;
        do
        {
            var answer = await _desk.AskAsync($$"""
                query($after: String) {
                  customers(sort: {{sort}}, first: 1, after: $after) {
                    nodes { externalIds { id } }
                    pageInfo { hasNextPage endCursor }
                  }
                }
                """, new { after });
            var page = Data(answer, "customers");
            names.AddRange(page.GetProperty("nodes").EnumerateArray()
                .Select(n => n.GetProperty("externalIds")[0].GetProperty("id").GetString()!));
            after = page.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean()
                ? page.GetProperty("pageInfo").GetProperty("endCursor").GetString()
                : null;
        }
        while (after is not null);

        Assert.Equal(expected, string.Join(',', names));
    }

    [Theory]
    [InlineData("{ lifecycle: [PROSPECT] }", "eve")]
    [InlineData("{ not: { lifecycle: [PROSPECT] } }", "ada,bob")]
    [InlineData("{ recencyDays: { lte: 1 } }", "bob")]
    [InlineData("{ monetary: { gt: \"20\" } }", "ada")]
    [InlineData("{ or: [{ country: { eq: \"FR\" } }, { email: { startsWith: \"ADA@\" } }] }", "ada,eve")]
    [InlineData("{ and: [{ kind: PERSON }, { displayName: { contains: \"o\" } }] }", "bob")]
    [InlineData("{ externalSource: \"none\" }", "")]
    [InlineData("{ createdAt: { withinLast: \"P1D\" } }", "ada,bob,eve")]
    public async Task Filters_combine_own_and_derived_values(string filter, string expected)
    {
        await FillAsync();

        var answer = await _desk.AskAsync(
            "{ customers(filter: " + filter + ") { nodes { externalIds { id } } totalCount { value precision } } }");

        var list = Data(answer, "customers");
        var names = list.GetProperty("nodes").EnumerateArray()
            .Select(n => n.GetProperty("externalIds")[0].GetProperty("id").GetString());
        Assert.Equal(expected, string.Join(',', names.Order()));
        Assert.Equal(list.GetProperty("nodes").GetArrayLength(), list.GetProperty("totalCount").GetProperty("value")
            .GetInt32());
    }

    [Fact]
    public async Task Search_finds_parts_of_names_and_ids()
    {
        await FillAsync();

        var answer = await _desk.AskAsync("{ customers(search: \"AD\") { nodes { displayName } } }");

        Assert.Equal("Ada", Assert.Single(Data(answer, "customers").GetProperty("nodes").EnumerateArray())
            .GetProperty("displayName").GetString());
    }

    [Theory]
    [InlineData("customers(search: \"ada\")")]
    [InlineData("customers(sort: { field: DISPLAY_NAME })")]
    [InlineData("customers(filter: { not: { email: { eq: \"a@b.c\" } } })")]
    [InlineData("customers(filter: { attribute: { key: \"secret\", string: { eq: \"x\" } } })")]
    public async Task Personal_values_cannot_be_guessed_by_asking(string field)
    {
        await FillAsync();
        var caller = _desk.CallerOf("red-shop", Scope.CustomersRead);

        var answer = await _desk.AskAsync($"{{ {field} {{ nodes {{ id }} }} }}", caller: caller);

        Assert.Equal("FORBIDDEN", Code(answer));
    }

    [Fact]
    public async Task Without_the_scope_personal_values_are_masked()
    {
        await FillAsync();

        var answer = await _desk.AskAsync("""
            { customer(ref: { externalId: { source: "erp", id: "ada" } }) {
                displayName email country attributes { key string number }
              } }
            """, caller: _desk.CallerOf("red-shop", Scope.CustomersRead));

        var customer = Data(answer, "customer");
        Assert.Equal("***", customer.GetProperty("displayName").GetString());
        Assert.Equal("***", customer.GetProperty("email").GetString());
        var attributes = customer.GetProperty("attributes").EnumerateArray()
            .ToDictionary(a => a.GetProperty("key").GetString()!);
        Assert.Equal("***", attributes["secret"].GetProperty("string").GetString());
        Assert.Equal("42", attributes["shoe_size"].GetProperty("number").GetString());
    }

    [Fact]
    public async Task Attributes_are_checked_against_their_definitions()
    {
        await FillAsync();
        Task<JsonElement> UpdateAsync(string attribute) => _desk.AskAsync($$"""
            mutation {
              customerUpdate(input: {
                customer: { externalId: { source: "erp", id: "bob" } }
                set: { attributes: [{{attribute}}] }
              }) {
                customer { attribute(key: "shoe_size") { number source } }
                userErrors { code field ... on InvalidInputError { allowed } }
              }
            }
            """);
        async Task<JsonElement> ErrorAsync(string attribute) =>
            Data(await UpdateAsync(attribute), "customerUpdate").GetProperty("userErrors")[0];

        var unknown = await ErrorAsync("{ key: \"hat_size\", value: { number: \"1\" } }");
        var wrong = await ErrorAsync("{ key: \"shoe_size\", value: { string: \"big\" } }");
        var right = Data(await UpdateAsync("{ key: \"shoe_size\", value: { number: \"44\" } }"), "customerUpdate");

        Assert.Equal("INVALID", unknown.GetProperty("code").GetString());
        Assert.Equal(["secret", "shoe_size"], unknown.GetProperty("allowed").EnumerateArray()
            .Select(a => a.GetString()!));
        Assert.Equal("value", wrong.GetProperty("field").EnumerateArray().Last().GetString());
        Assert.Equal("44", right.GetProperty("customer").GetProperty("attribute").GetProperty("number").GetString());
    }

    [Fact]
    public async Task Another_tenants_ids_answer_as_unknown_ones()
    {
        await FillAsync();
        var ada = Data(await _desk.AskAsync("""
            { customer(ref: { externalId: { source: "erp", id: "ada" } }) { id transactions { nodes { id } } } }
            """), "customer");
        var unknown = GlobalId.Of("Customer", Buckets.NewCustomerId(Guid.NewGuid(), 4));
        const string query = """
            query($c: ID!, $t: ID!) {
              customer(ref: { id: $c }) { id } node(id: $c) { id } nodes(ids: [$t]) { id }
              interactions(filter: { customer: $c }) { nodes { id } totalCount { value } }
              customers(filter: { id: { in: [$c] } }) { nodes { id } }
            }
            """;
        var blue = _desk.CallerOf("blue-shop");

        var order = ada.GetProperty("transactions").GetProperty("nodes")[0];
        var foreign = await _desk.AskAsync(query, new { c = ada.GetProperty("id"), t = order.GetProperty("id") }, blue);
        var nobody = await _desk.AskAsync(query, new { c = unknown, t = GlobalId.Of("Transaction", "x/y") }, blue);

        Assert.Equal(nobody.GetProperty("data").GetRawText(), foreign.GetProperty("data").GetRawText());
        Assert.Equal(JsonValueKind.Null, foreign.GetProperty("data").GetProperty("customer").ValueKind);
    }

    private async Task FillAsync()
    {
        foreach (var (key, type, pii) in new[] { ("shoe_size", "NUMBER", "null"), ("secret", "STRING", "IDENTIFIER") })
        {
            var defined = await _desk.AskAsync($$"""
                mutation {
                  attributeDefinitionSet(input: {
                    key: "{{key}}", label: "{{key}}", type: {{type}}, pii: {{pii}}, mergePolicy: MOST_RECENT
                  }) { attributeDefinition { key } userErrors { message } }
                }
                """);
            Assert.Empty(Data(defined, "attributeDefinitionSet").GetProperty("userErrors").EnumerateArray());
        }

        foreach (var (id, name, country) in new[] { ("ada", "Ada", "GB"), ("bob", "Bob", "GB"), ("eve", "Eve", "FR") })
        {
            var items = new object[]
            {
                new
                {
                    match = new object[] { new { externalId = new { source = "erp", id } } },
                    customer = new
                    {
                        displayName = name,
                        country,
                        email = $"{id}@x.org",
                        attributes = id != "ada" ? [] : new object[]
                        {
                            new { key = "shoe_size", value = new { number = "42" } },
                            new { key = "secret", value = new { @string = "hush" } },
                        },
                    },
                },
            };
            var made = Data(await _desk.AskAsync(Upsert, new { items }), "customersUpsert").GetProperty("results")[0];
            Assert.Equal("CREATED", made.GetProperty("outcome").GetString());
            _desk.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await OrderAsync("ada", "1", "10.50", 3);
        await OrderAsync("ada", "2", "20", 2);
        await OrderAsync("bob", "3", "5", 1);
        var visit = await _desk.AskAsync("""
            mutation($at: DateTime!) {
              interactionRecord(input: {
                customer: { externalId: { source: "erp", id: "ada" } }
                channel: WEB, direction: INBOUND, type: "visit", occurredAt: $at, satisfaction: 4
              }) { interaction { id } customer { id } userErrors { message } }
            }
            """, new { at = _desk.Clock.Now.AddHours(-1) });
        Assert.NotEqual(JsonValueKind.Null, Data(visit, "interactionRecord").GetProperty("interaction").ValueKind);
        await _desk.ComputeFiguresAsync();
    }

    private async Task OrderAsync(string customer, string id, string amount, int daysAgo)
    {
        var money = new { amount, currency = "GBP" };
        var answer = await _desk.AskAsync(Order, new
        {
            input = new
            {
                externalId = new { source = "shop", id },
                customer = new { externalId = new { source = "erp", id = customer } },
                kind = "PURCHASE",
                amount = money,
                at = _desk.Clock.Now.AddDays(-daysAgo),
                items = new[] { new { sku = "s1", quantity = "1", amount = money } },
            },
        });
        Assert.Empty(Data(answer, "transactionRecord").GetProperty("userErrors").EnumerateArray());
    }

    private static JsonElement Data(JsonElement answer, string field)
    {
        Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString());
        return answer.GetProperty("data").GetProperty(field);
    }

    private static string? Code(JsonElement answer) =>
        answer.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString();
}
