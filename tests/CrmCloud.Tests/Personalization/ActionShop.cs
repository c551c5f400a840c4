using System.Text.Json.Nodes;

namespace CrmCloud.Tests.Personalization;

/// <summary>A tenant with customers and actions, asked as his programs would.</summary>
internal sealed class ActionShop : IAsyncDisposable
{
    public const string Answer = """
        recommendations { id rank score heldOut validUntil channel action { key }
          reasons { kind text weight } outcome { kind } }
        suppressed { action { key } reason text recommendation { id heldOut } }
        """;

    private readonly TestCloud _cloud;

    private ActionShop(TestCloud cloud, TestKey key) => (_cloud, Key) = (cloud, key);

    public TestKey Key { get; }

    public FakeClock Clock => _cloud.Clock;

    public static async Task<ActionShop> OpenAsync()
    {
        var cloud = await TestCloud.StartAsync();
        return new(cloud, await cloud.TenantAsync("red-shop"));
    }

    public async ValueTask DisposeAsync() => await _cloud.DisposeAsync();

    public Task WorkAsync() => Key.WorkAsync();

    /// <summary>A customer who ordered and wrote to us: INTERACTING once the figures are computed.</summary>
    /// <param name="orders">0 leaves him IDENTIFIED.</param>
    /// <param name="wrote">False leaves him DIFFERENTIATED.</param>
    public async Task CustomerAsync(string name, int orders = 1, bool wrote = true, string? country = null)
    {
        await Key.DoAsync("customerCreate", "CustomerInput", new
        {
            externalIds = new[] { new { source = "shop", id = name } }, displayName = name, country,
        }, "customer { id }");
        for (var order = 0; order < orders; order++)
        {
            await Key.DoAsync("transactionRecord", "TransactionInput", new
            {
                externalId = new { source = "till", id = $"{name}-{order}" }, customer = Ref(name), kind = "PURCHASE",
                amount = new { amount = "20.00", currency = "GBP" }, at = Clock.Now.AddDays(-1 - order),
            }, "transaction { id }");
        }

        if (wrote)
        {
            await InteractAsync(name, "INBOUND", "WEB");
        }
    }

    public Task<JsonNode> InteractAsync(string name, string direction, string channel) =>
        Key.DoAsync("interactionRecord", "InteractionInput", new
        {
            customer = Ref(name), channel, direction, type = "note", occurredAt = Clock.Now,
        }, "interaction { id }");

    public Task<JsonNode> ConsentAsync(
        string name, string purpose = "marketing", string channel = "EMAIL", string status = "GRANTED",
        object? maxPer = null, int? valueToCustomer = null, DateTimeOffset? expiresAt = null) =>
        Key.DoAsync("consentRecord", "ConsentRecordInput", new
        {
            customer = Ref(name), purpose, channel, status, source = "form", maxPer, valueToCustomer, expiresAt,
        }, "consent { id }");

    /// <summary>Makes or changes an action, and activates it.</summary>
    /// <param name="more">Members of ActionInput beside the needed ones.</param>
    public async Task<string> ActionAsync(string key, object? more = null)
    {
        var input = new JsonObject
        {
            ["key"] = key, ["name"] = key, ["kind"] = "OFFER", ["channels"] = new JsonArray("EMAIL"),
            ["purpose"] = "marketing",
            ["content"] = new JsonArray(new JsonObject { ["language"] = "en", ["title"] = key, ["body"] = key }),
        };
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(more ?? new { })!.AsObject())
        {
            input[name] = value?.DeepClone();
        }

        var made = await Key.DoAsync("actionSet", "ActionInput", input, "action { id }");
        var id = made["action"]!["id"]!.GetValue<string>();
        await Key.DoAsync("actionStatusSet", "DefinitionStatusInput", new { id, status = "ACTIVE" }, "action { id }");
        return id;
    }

    public async Task<JsonNode> RecommendAsync(string name, string channel = "EMAIL", int first = 20) =>
        (await Key.GetAsync(
            $"query($c: Ref!, $first: Int!) {{ recommend(customer: $c, channel: {channel}, "
                + $"first: $first) {{ {Answer} }} }}",
            new { c = Ref(name), first }))["recommend"]!;

    public Task<TestAnswer> OutcomeAsync(string recommendation, string kind, DateTimeOffset? at = null) =>
        Key.AskAsync(
            TestKey.Text1("recommendationOutcomeRecord", "OutcomeInput", "recommendation { id outcome { kind } }"),
            new { input = new { recommendationId = recommendation, kind, at = at ?? Clock.Now } });

    public async Task RecordAsync(string recommendation, string kind)
    {
        var answer = await OutcomeAsync(recommendation, kind);
        Assert.True(Refusals(answer).Count == 0 && answer.ErrorCode is null, answer.Text);
    }

    public static IReadOnlyList<string> Refusals(TestAnswer answer) => answer.UserErrors("recommendationOutcomeRecord");

    public static object Ref(string name) => new { externalId = new { source = "shop", id = name } };

    public static IReadOnlyList<string> Keys(JsonNode set) =>
        [.. set["recommendations"]!.AsArray().Select(r => r!["action"]!["key"]!.GetValue<string>())];

    public static string IdOf(JsonNode set, string key) => set["recommendations"]!.AsArray()
        .Single(r => r!["action"]!["key"]!.GetValue<string>() == key)!["id"]!.GetValue<string>();

    public static IReadOnlyDictionary<string, (string Reason, string Text)> Suppressed(JsonNode set) =>
        set["suppressed"]!.AsArray().ToDictionary(
            s => s!["action"]!["key"]!.GetValue<string>(),
            s => (s!["reason"]!.GetValue<string>(), s["text"]!.GetValue<string>()));
}
