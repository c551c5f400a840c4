using System.Globalization;
using System.Text.Json;

namespace CrmCloud.BlackBox.Crash;

/// <summary>
/// One client: writes one thing after another, each until it is acknowledged, and remembers what must be there.
/// </summary>
public sealed class Writer(Shop shop, int number, int seed)
{
    private const int Customers = 5;

    private const string Record = """
        mutation ($input: TransactionInput!, $options: MutationOptions) {
          transactionRecord(input: $input, options: $options) {
            transaction { id } userErrors { code message } meta { replayed }
          }
        }
        """;

    private const string Upsert = """
        mutation ($input: CustomerUpsertInput!, $options: MutationOptions) {
          customerUpsert(input: $input, options: $options) {
            customer { id } userErrors { code message } meta { replayed }
          }
        }
        """;

    private const string Note = """
        mutation ($input: InteractionInput!, $options: MutationOptions) {
          interactionRecord(input: $input, options: $options) {
            interaction { id } userErrors { code message } meta { replayed }
          }
        }
        """;

    private const string Find = """
        query ($id: String!, $after: String) {
          customer(ref: {externalId: {source: "crash", id: $id}}) {
            displayName
            transactions(first: 250, after: $after) {
              nodes { externalId { id } amount { amount } } pageInfo { hasNextPage endCursor }
            }
          }
        }
        """;

    private readonly Random _random = new(HashCode.Combine(number, seed));
    private readonly string?[] _names = new string?[Customers];
    private readonly Dictionary<string, int> _customerOf = [];

    /// <summary>Acknowledged orders with their amounts in pounds.</summary>
    public Dictionary<string, decimal> Orders { get; } = [];

    /// <summary>
    /// Acknowledged interactions, by type. They have no id of ours: only the idempotency key keeps them single.
    /// </summary>
    public List<string> Notes { get; } = [];

    /// <summary>Idempotency keys of all that was acknowledged.</summary>
    public List<string> Keys { get; } = [];

    public int Written { get; private set; }

    /// <summary>Requests sent once more after they were acknowledged.</summary>
    public int Repeated { get; private set; }

    public async Task WriteAsync(CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var customer = i < Customers ? i : _random.Next(Customers);
            var kind = i < Customers ? 0 : _random.Next(5);
            await (kind switch
            {
                0 => UpsertAsync(customer, i),
                1 or 2 => NoteAsync(customer, i),
                _ => RecordAsync(customer, i),
            });
        }
    }

    /// <summary>
    /// What each customer of this client is called last, and which orders he has, is what was acknowledged.
    /// </summary>
    public async Task CheckAsync()
    {
        for (var customer = 0; customer < Customers; customer++)
        {
            var id = IdOf(customer);
            var found = (await shop.AskAsync(Find, new { id })).GetProperty("customer");
            Assert.Equal(
                _names[customer],
                found.ValueKind == JsonValueKind.Null ? null : found.GetProperty("displayName").GetString());
            if (found.ValueKind != JsonValueKind.Null)
            {
                var orders = await shop.AllAsync(Find, ["customer", "transactions"], new() { ["id"] = id });
                WritersTests.Same(
                    Orders.Where(one => _customerOf[one.Key] == customer).Select(one => $"{one.Key} {one.Value:F2}"),
                    orders.Select(one => $"{one.GetProperty("externalId").GetProperty("id").GetString()} "
                        + one.GetProperty("amount").GetProperty("amount").GetString()));
            }
        }
    }

    private async Task UpsertAsync(int customer, int i)
    {
        var (externalId, displayName) = (new { source = "crash", id = IdOf(customer) }, $"Name {i}");
        await DoAsync(Upsert, i, new { match = new[] { new { externalId } }, customer = new { displayName } });
        _names[customer] = displayName;
    }

    private async Task RecordAsync(int customer, int i)
    {
        var (id, amount) = ($"T-{number}-{i}", _random.Next(100, 100_000) / 100m);
        await DoAsync(Record, i, new
        {
            externalId = new { source = "crash", id },
            customer = new { externalId = new { source = "crash", id = IdOf(customer) } },
            kind = "PURCHASE",
            amount = new { amount = amount.ToString("F2", CultureInfo.InvariantCulture), currency = "GBP" },
            at = $"2026-0{_random.Next(1, 10)}-{_random.Next(10, 29)}T12:00:00Z",
        });
        Orders.Add(id, amount);
        _customerOf.Add(id, customer);
    }

    private async Task NoteAsync(int customer, int i)
    {
        var type = $"note_{number}_{i}";
        await DoAsync(Note, i, new
        {
            customer = new { externalId = new { source = "crash", id = IdOf(customer) } },
            channel = "WEB",
            direction = "INBOUND",
            type,
            occurredAt = "2026-05-05T10:00:00Z",
        });
        Notes.Add(type);
    }

    private async Task DoAsync(string mutation, int i, object input)
    {
        var key = $"key-{number}-{i}";
        var variables = new { input, options = new { idempotencyKey = key } };
        var first = await shop.DoAsync(mutation, variables);
        Keys.Add(key);
        Written++;
        if (_random.Next(8) == 0)
        {
            var again = await shop.DoAsync(mutation, variables);
            Assert.True(again.GetProperty("meta").GetProperty("replayed").GetBoolean());
            Assert.Equal(
                first.EnumerateObject().First().Value.ToString(), again.EnumerateObject().First().Value.ToString());
            Repeated++;
        }
    }

    private string IdOf(int customer) => $"C-{number}-{customer}";
}
