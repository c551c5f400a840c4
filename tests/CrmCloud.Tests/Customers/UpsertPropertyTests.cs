using CrmCloud.Core.Customers;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;

namespace CrmCloud.Tests.Customers;

/// <summary>Random upserts, updates and creations with overlapping keys, one after the other and at once.</summary>
public sealed class UpsertPropertyTests
{
    private const int Keys = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_two_customers_ever_share_an_external_id_or_a_verified_identity(int seed)
    {
        await using var desk = new Desk();
        var random = new Random(seed);

        for (var step = 0; step < 150; step++)
        {
            await StepAsync(desk, random);
            desk.Clock.Advance(TimeSpan.FromSeconds(random.Next(3)));
        }

        await AssertConsistentAsync(desk, $"seed {seed}");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task The_same_holds_when_they_race(int seed)
    {
        await using var desk = new Desk();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var random = new Random((seed * 100) + writer);
            for (var step = 0; step < 40; step++)
            {
                await StepAsync(desk, random);
            }
        })));

        await AssertConsistentAsync(desk, $"seed {seed}");
    }

    private static async Task StepAsync(Desk desk, Random random)
    {
        var input = RandomInput(random);
        if (random.Next(5) > 1)
        {
            var match = Enumerable.Range(0, random.Next(1, 3)).Select(_ => RandomMatch(random));
            await desk.RunAsync<CustomerUpsertInput, CustomerUpsertPayload>(
                desk.Customers.CustomerUpsertAsync, Given.Upsert(input, [.. match]));
        }
        else if (random.Next(2) == 0)
        {
            await desk.RunAsync<CustomerInput, CustomerCreatePayload>(desk.Customers.CustomerCreateAsync, input);
        }
        else
        {
            // Null gives keys up, so that others can take them.
            var set = random.Next(2) == 0 ? new CustomerInput { ExternalIds = new(null), Identities = new(null) }
                : input;
            await desk.RunAsync<CustomerUpdateInput, CustomerUpdatePayload>(
                desk.Customers.CustomerUpdateAsync,
                new() { Customer = Given.Ref($"{random.Next(Keys)}"), Set = set });
        }
    }

    private static CustomerInput RandomInput(Random random) => new()
    {
        DisplayName = $"N{random.Next(100)}",
        ExternalIds = random.Next(2) == 0
            ? default
            : new((IReadOnlyList<ExternalIdInput>)[Given.Id($"{random.Next(Keys)}")]),
        Email = random.Next(2) == 0 ? default : new($"e{random.Next(Keys)}@x.org"),
        Identities = random.Next(2) == 0
            ? default
            : new((IReadOnlyList<IdentityInput>)[RandomIdentity(random)]),
    };

    private static IdentityInput RandomIdentity(Random random) =>
        Given.Identity(IdentityKind.Email, $"e{random.Next(Keys)}@x.org", verified: random.Next(2) == 0);

    private static CustomerMatch RandomMatch(Random random) => random.Next(3) switch
    {
        0 => Given.Match($"{random.Next(Keys)}"),
        1 => new() { Email = $"e{random.Next(Keys)}@x.org" },
        _ => new() { Identity = RandomIdentity(random) },
    };

    private static async Task AssertConsistentAsync(Desk desk, string seed)
    {
        var customers = await desk.AllCustomersAsync();
        var claims = (await desk.AllClaimsAsync()).ToDictionary(c => (c.ClaimKind, c.Hash));
        var owners = customers.SelectMany(c => CustomerKey.Of(c).Select(k => (Customer: c, Key: k))).ToList();
        Assert.True(customers.Count > 1, seed);

        foreach (var shared in owners.Where(o => o.Key.Unique).GroupBy(o => o.Key.Name))
        {
            Assert.True(shared.Count() == 1, $"{seed}: {shared.Count()} customers have a unique key");
            Assert.Equal(shared.Single().Customer.CustomerId, claims[shared.Key].OwnerId);
        }

        // What somebody has leads to somebody who has it.
        foreach (var key in owners.GroupBy(o => o.Key.Name))
        {
            var holders = key.Select(o => o.Customer.CustomerId).ToHashSet();
            Assert.True(claims.TryGetValue(key.Key, out var claim) && claim.Candidates.Any(holders.Contains),
                $"{seed}: {holders.Count} have a key that leads to nobody: {claim}");
        }
    }
}
