using System.Globalization;
using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Promises;

/// <summary>Writers who race lose nothing that was acknowledged, and readers see it at once.</summary>
public sealed class ConcurrencyTests
{
    private const int Clients = 50;

    // Each success of one is in vain for all others under way, so the work grows with the square of this.
    private const int AtOnce = 6;

    private const string Read = "query($id: ID!) { customer(ref: { id: $id }) { version country } }";

    /// <summary>20 for each client; CRMCLOUD_INCREMENTS=1000 for the whole promise, which takes minutes.</summary>
    private static int Increments =>
        int.TryParse(Environment.GetEnvironmentVariable("CRMCLOUD_INCREMENTS"), CultureInfo.InvariantCulture, out var n)
            ? n
            : 20;

    [Fact]
    public async Task Fifty_clients_that_count_with_ifVersion_count_exactly_what_was_acknowledged()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var id = await Texts.MakeAsync(shop, "counter");
        await shop.GetAsync(Texts.Update, Counted(id, 0, null));

        using var server = new SemaphoreSlim(AtOnce);
        var acknowledged = await Task.WhenAll(
            Enumerable.Range(0, Clients).Select(_ => Task.Run(() => CountAsync(shop, id, server))));

        var last = (await shop.GetAsync(Read, new { id }))["customer"]!;
        Assert.Equal(Clients * Increments, acknowledged.Sum());
        Assert.Equal(acknowledged.Sum(), Number(last));
        Assert.Equal(2 + acknowledged.Sum(), last["version"]!.GetValue<long>());
    }

    [Fact]
    public async Task Whoever_reads_after_an_acknowledged_write_sees_it()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(client => Task.Run(async () =>
        {
            var id = await Texts.MakeAsync(shop, $"c{client}");
            for (var i = 1; i <= 10; i++)
            {
                await shop.GetAsync(Texts.Update, Counted(id, i, null));
                Assert.Equal(i, Number((await shop.GetAsync(Read, new { id }))["customer"]!));
            }
        })));
    }

    [Fact]
    public async Task A_stale_version_is_a_conflict_that_names_the_current_one_and_writes_nothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        var shop = await cloud.TenantAsync("shop");
        var id = await Texts.MakeAsync(shop, "1");
        await shop.GetAsync(Texts.Update, Counted(id, 1, 1));
        var before = cloud.Documents();

        var stale = await shop.AskAsync(Texts.Update, Counted(id, 2, 1));

        Assert.Equal(["CONFLICT"], stale.UserErrors("customerUpdate"));
        Assert.Equal(before, cloud.Documents());
    }

    /// <summary>Reads, adds one, and writes if nobody else has; until it was let so often.</summary>
    private static async Task<int> CountAsync(TestKey shop, string id, SemaphoreSlim server)
    {
        var done = 0;
        while (done < Increments)
        {
            await server.WaitAsync();
            using var turn = new Turn(server);
            var now = (await shop.GetAsync(Read, new { id }))["customer"]!;
            var answer = await shop.AskAsync(
                Texts.Update, Counted(id, Number(now) + 1, now["version"]!.GetValue<long>()));
            Assert.Null(answer.ErrorCode);
            var errors = answer.UserErrors("customerUpdate");
            Assert.True(errors is [] or ["CONFLICT"], answer.Text);
            done += errors.Count == 0 ? 1 : 0;
        }

        return done;
    }

    private static int Number(JsonNode customer) =>
        int.Parse(customer["country"]!.GetValue<string>(), CultureInfo.InvariantCulture);

    private static object Counted(string id, int number, long? ifVersion) => new
    {
        input = new { customer = new { id }, set = new { country = number.ToString(CultureInfo.InvariantCulture) } },
        options = new { ifVersion },
    };

    private sealed class Turn(SemaphoreSlim server) : IDisposable
    {
        public void Dispose() => server.Release();
    }
}
