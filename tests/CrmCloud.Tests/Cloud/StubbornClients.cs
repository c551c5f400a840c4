using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// Clients who put orders in, correct some and delete some, and do with an answer that does not come or says
/// STORE_UNAVAILABLE what the documentation says: repeat it under the same idempotency key.
/// </summary>
/// <param name="ask">Sends a document; throws <see cref="HttpRequestException"/> when nobody answers.</param>
internal sealed class StubbornClients(Func<string, object, Task<TestAnswer>> ask, int seed)
{
    private const int MostAttempts = 200;
    private const int Customers = 6;

    private static readonly string Record =
        TestKey.Text1("transactionRecord", "TransactionInput", "transaction { id version }");

    private static readonly string Delete = TestKey.Text1("transactionDelete", "IdInput", "deletedId");

    private static readonly string Create = TestKey.Text1("customerCreate", "CustomerInput", "customer { id }");

    private readonly ConcurrentDictionary<string, (string Id, long Pence)> _orders = new();
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private int _acknowledged;
    private int _repeated;

    /// <summary>Orders that were acknowledged and not deleted.</summary>
    public int Orders => _orders.Count;

    public long Pence => _orders.Values.Sum(one => one.Pence);

    /// <summary>Global ids of the orders that must be there.</summary>
    public IReadOnlyCollection<string> Ids => [.. _orders.Values.Select(one => one.Id)];

    public int Acknowledged => _acknowledged;

    /// <summary>Requests that had to be sent again.</summary>
    public int Repeated => _repeated;

    public async Task MakeCustomersAsync()
    {
        for (var at = 0; at < Customers; at++)
        {
            var externalIds = new[] { new { source = "shop", id = $"c{at}" } };
            await DoAsync("customerCreate", Create, new { externalIds }, $"customer-{at}");
        }
    }

    /// <summary>Each client puts in so many orders, of a name of its own.</summary>
    public Task RunAsync(string round, int clients, int orders) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(HashCode.Combine(seed, client, round.Length));
            for (var order = 0; order < orders; order++)
            {
                await OrderAsync($"{round}-{client}-{order}", random);
            }
        })));

    private async Task OrderAsync(string name, Random random)
    {
        var customer = random.Next(Customers);
        var (hours, corrections) = (random.Next(1, 2_000), random.Next(4) == 0 ? 1 : 0);
        for (var version = 1; version <= 1 + corrections; version++)
        {
            var pence = random.Next(1, 100_000);
            var made = (await DoAsync("transactionRecord", Record, new
            {
                externalId = new { source = "till", id = name },
                customer = new { externalId = new { source = "shop", id = $"c{customer}" } },
                kind = "PURCHASE",
                amount = new { amount = (pence / 100m).ToString(CultureInfo.InvariantCulture), currency = "GBP" },
                at = (_now - TimeSpan.FromHours(hours)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            }, $"{name}-{version}"))["transaction"]!;

            // One more would be an effect that happened twice.
            Assert.Equal(version, made["version"]!.GetValue<long>());
            _orders[name] = (made["id"]!.GetValue<string>(), pence);
        }

        if (random.Next(8) == 0)
        {
            await DoAsync("transactionDelete", Delete, new { id = _orders[name].Id }, $"{name}-delete");
            _orders.TryRemove(name, out _);
        }
    }

    private async Task<JsonNode> DoAsync(string mutation, string text, object input, string key)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await TryAsync(text, new { input, options = new { idempotencyKey = key } }) is { } answer
                && answer.Json["data"]?[mutation] is { } payload)
            {
                Assert.True(payload["userErrors"]!.AsArray().Count == 0, answer.Text);
                Interlocked.Increment(ref _acknowledged);
                return payload;
            }

            Interlocked.Increment(ref _repeated);
        }

        throw new InvalidOperationException($"{mutation} was not answered {MostAttempts} times.");
    }

    /// <returns>Null where it has to be sent again.</returns>
    private async Task<TestAnswer?> TryAsync(string text, object variables)
    {
        try
        {
            var answer = await ask(text, variables);
            Assert.True((int)answer.Status is 200 or 503, answer.Text);
            Assert.True(answer.ErrorCode is null or "STORE_UNAVAILABLE", answer.Text);
            return answer.ErrorCode is null ? answer : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
