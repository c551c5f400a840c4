using System.Net;
using CrmCloud.Store;

namespace CrmCloud.Tests.Promises;

/// <summary>What a key opens, how it ends, and what those without the right scope are shown.</summary>
public sealed class AccessTests
{
    private const string Viewer = "{ viewer { mode } }";

    [Fact]
    public async Task A_revoked_key_is_dead_within_five_seconds_also_when_another_process_revoked_it()
    {
        await using var cloud = await TestCloud.StartAsync();
        var admin = await cloud.TenantAsync("shop");
        var (first, id) = await AppAsync(cloud, admin, "CUSTOMERS_READ");
        var (second, _) = await AppAsync(cloud, admin, "CUSTOMERS_READ");
        Assert.Equal(HttpStatusCode.OK, (await first.AskAsync(Viewer)).Status);
        Assert.Equal(HttpStatusCode.OK, (await second.AskAsync(Viewer)).Status);

        await admin.DoAsync("appKeyRevoke", "IdInput", new { id }, "app { id }");
        await RevokeElsewhereAsync(cloud, admin);
        var dead = await first.AskAsync(Viewer);
        cloud.Clock.Advance(TimeSpan.FromSeconds(5));
        var deadToo = await second.AskAsync(Viewer);

        Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHENTICATED"), (dead.Status, dead.ErrorCode));
        Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHENTICATED"), (deadToo.Status, deadToo.ErrorCode));
        Assert.Equal(HttpStatusCode.OK, (await admin.AskAsync(Viewer)).Status);
    }

    [Fact]
    public async Task Whoever_lacks_a_scope_gets_FORBIDDEN_before_anything_of_the_document_runs()
    {
        await using var cloud = await TestCloud.StartAsync();
        var admin = await cloud.TenantAsync("shop");
        var (writer, _) = await AppAsync(cloud, admin, "CUSTOMERS_WRITE", "CUSTOMERS_READ");
        var before = cloud.Documents();

        // The first of the two would be allowed; the document as a whole is not.
        var answer = await writer.AskAsync(
            "mutation { customerCreate(input: { displayName: \"A\" }) { customer { id } } "
            + "tenantUpdate(input: { name: \"B\" }) { tenant { name } } }");
        var nested = await writer.AskAsync(
            "{ customer(ref: { externalId: { source: \"s\", id: \"1\" } }) { id transactions { nodes { id } } } }");

        Assert.Equal("FORBIDDEN", answer.ErrorCode);
        Assert.Equal("FORBIDDEN", nested.ErrorCode);
        Assert.Null(answer.Json["data"]);
        Assert.Equal(before, cloud.Documents());
    }

    [Fact]
    public async Task Personal_data_are_masked_for_keys_without_the_scope_and_in_the_audit_trail_for_all()
    {
        await using var cloud = await TestCloud.StartAsync();
        var admin = await cloud.TenantAsync("shop");
        var (blind, _) = await AppAsync(cloud, admin, "CUSTOMERS_READ", "CUSTOMERS_WRITE", "INTERACTIONS_READ",
            "INTERACTIONS_WRITE", "AUDIT_READ");
        await admin.DoAsync("attributeDefinitionSet", "AttributeDefinitionInput",
            new { key = "diet", label = "Diet", type = "STRING", pii = "BEHAVIORAL", mergePolicy = "MOST_RECENT" },
            "attributeDefinition { id }");

        var written = await blind.AskAsync(Create, new { input = Person });
        var read = await blind.AskAsync(ReadAll);
        var mine = await admin.AskAsync(ReadAll);

        Assert.Null(written.ErrorCode);
        Assert.Empty(written.UserErrors("customerCreate"));
        Assert.Null(read.ErrorCode);
        foreach (var secret in Secrets)
        {
            Assert.DoesNotContain(secret, written.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(secret, read.Text, StringComparison.OrdinalIgnoreCase);
            Assert.Contains(secret, mine.Json["data"]!["customer"]!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(
                secret, mine.Json["data"]!["audit"]!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Live_and_sandbox_of_one_tenant_do_not_see_each_other()
    {
        await using var cloud = await TestCloud.StartAsync();
        var live = await cloud.TenantAsync("shop");
        var sandbox = await cloud.SandboxAsync(live);
        var id = await Texts.MakeAsync(live, "1");

        var answer = await sandbox.GetAsync(
            "query($id: ID!) { customer(ref: { id: $id }) { id } viewer { mode } }", new { id });

        Assert.Null(answer["customer"]);
        Assert.Equal("SANDBOX", answer["viewer"]!["mode"]!.GetValue<string>());
    }

    private static readonly string[] Secrets =
        ["Lovelace", "ada@analytical.example", "447700900123", "1985-12-10", "device-77d1", "gluten-free"];

    private static readonly object Person = new
    {
        externalIds = new[] { new { source = "shop", id = "1" } },
        displayName = "Ada Lovelace",
        email = "ada@analytical.example",
        phone = "+447700900123",
        birthDate = "1985-12-10",
        identities = new[] { new { kind = "DEVICE", value = "device-77d1", source = "web" } },
        attributes = new[] { new { key = "diet", value = new { @string = "gluten-free" } } },
    };

    private const string Fields =
        "id displayName email phone birthDate identities { value } attributes { key string } "
            + "attribute(key: \"diet\") { string }";

    private static readonly string Create = TestKey.Text1(
        "customerCreate", "CustomerInput", $"customer {{ {Fields} }} meta {{ changes {{ path before after }} }}");

    private const string ReadAll = "{ customer(ref: { externalId: { source: \"shop\", id: \"1\" } }) { "
        + Fields + " } "
        + "audit(first: 50) { nodes { operation changes { path before after } } } }";

    private static async Task<(TestKey Key, string KeyId)> AppAsync(
        TestCloud cloud, TestKey admin, params string[] scopes)
    {
        var made = await admin.DoAsync("appCreate", "AppCreateInput",
            new { name = "Till", scopes, mode = "LIVE" }, "secret app { keys { id } }");
        var key = new TestKey(cloud, admin.Tenant, DataMode.Live, made["secret"]!.GetValue<string>());
        return (key, made["app"]!["keys"]![0]!["id"]!.GetValue<string>());
    }

    // Past the product, so that its memory of keys is not told.
    private static async Task RevokeElsewhereAsync(TestCloud cloud, TestKey admin)
    {
        var apps = await admin.Store.QueryAsync<Core.Tenants.App>(new Query(Container.Master, "", "app"), default);
        foreach (var app in apps.Items.Where(app => app.Name == "Till"))
        {
            var keys = app.Keys.Select(key => key with { RevokedAt = cloud.Clock.Now }).ToList();
            await admin.Store.SaveAsync(Batch.Of(app with { Keys = keys }), default);
        }
    }
}
