using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Customers;

/// <summary>An address or number that several have leads to somebody as long as anybody has it.</summary>
public sealed class SharedContactTests : IAsyncLifetime
{
    private const string Find =
        "query($value: String!, $kind: IdentityKind!) { customerByIdentity(kind: $kind, "
            + "value: $value) { displayName } }";

    private static readonly string Create = TestKey.Text1("customerCreate", "CustomerInput", "customer { id }");

    private TestCloud _cloud = null!;
    private TestKey _shop = null!;

    public async Task InitializeAsync()
    {
        _cloud = await TestCloud.StartAsync();
        _shop = await _cloud.TenantAsync("shop");
    }

    public Task DisposeAsync() => _cloud.DisposeAsync().AsTask();

    [Fact]
    public async Task An_address_given_up_leads_to_the_oldest_who_still_has_it()
    {
        foreach (var name in new[] { "ann", "bob", "cid", "dan" })
        {
            await MakeAsync(name, new { email = "home@x.org", phone = "+441234567" });
        }

        var found = new List<string?> { await FindAsync("home@x.org") };
        foreach (var name in new[] { "bob", "ann", "cid", "dan" })
        {
            await SetAsync(name, new { email = (string?)null });
            found.Add(await FindAsync("home@x.org"));
        }

        Assert.Equal(["ann", "ann", "cid", "dan", null], found);
        Assert.Equal("ann", await FindAsync("+441234567", "PHONE"));
    }

    [Fact]
    public async Task An_upsert_by_a_shared_address_finds_who_is_left_and_makes_nobody_new()
    {
        await MakeAsync("ann", new { email = "home@x.org" });
        await MakeAsync("bob", new { email = "home@x.org" });
        await SetAsync("ann", new { email = "ann@x.org" });

        var upserted = await _shop.DoAsync("customerUpsert", "CustomerUpsertInput",
            new { match = new[] { new { email = "home@x.org" } }, customer = new { country = "FR" } },
            "outcome customer { displayName country }");

        Assert.Equal("UPDATED", upserted["outcome"]!.GetValue<string>());
        Assert.Equal("bob", upserted["customer"]!["displayName"]!.GetValue<string>());
    }

    [Fact]
    public async Task Nobody_is_forgotten_who_begins_to_share_while_the_first_gives_it_up()
    {
        for (var round = 0; round < 25; round++)
        {
            var address = $"r{round}@x.org";
            await MakeAsync($"ann{round}", new { email = address });

            await Task.WhenAll(
                Task.Run(() => SetAsync($"ann{round}", new { email = (string?)null })),
                Task.Run(() => MakeAsync($"bob{round}", new { email = address })),
                Task.Run(() => MakeAsync($"cid{round}", new { email = address })));
            var first = await FindAsync(address);
            await SetAsync(first!, new { email = (string?)null });
            var second = await FindAsync(address);

            Assert.Equal([$"bob{round}", $"cid{round}"], new[] { first, second }.Order());
        }
    }

    // Who is told that the address is just being written for another tries again, as he would.
    private async Task MakeAsync(string name, object customer)
    {
        var input = JsonObjectOf(customer);
        input["displayName"] = name;
        input["externalIds"] = new JsonArray(new JsonObject { ["source"] = "shop", ["id"] = name });
        for (var tries = 0; ; tries++)
        {
            var answer = await _shop.AskAsync(Create, new { input });
            if (answer.UserErrors("customerCreate") is not ["TRY_AGAIN"] || tries == 200)
            {
                Assert.True(answer.ErrorCode is null && answer.UserErrors("customerCreate") is [], answer.Text);
                return;
            }
        }
    }

    private Task<JsonNode> SetAsync(string name, object set) => _shop.DoAsync("customerUpdate", "CustomerUpdateInput",
        new { customer = new { externalId = new { source = "shop", id = name } }, set }, "customer { id }");

    private async Task<string?> FindAsync(string value, string kind = "EMAIL") =>
        (await _shop.GetAsync(Find, new { value, kind }))["customerByIdentity"]?["displayName"]?.GetValue<string>();

    private static JsonObject JsonObjectOf(object value) =>
        System.Text.Json.JsonSerializer.SerializeToNode(value)!.AsObject();
}
